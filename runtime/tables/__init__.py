"""Tables: what their rows are at the moment, and what a change does to them."""
