"""OVER windows: which rows around a row a function is over, and what it says of them."""
