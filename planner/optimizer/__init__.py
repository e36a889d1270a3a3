"""Rules that make a plan cheaper and leave its meaning alone."""
