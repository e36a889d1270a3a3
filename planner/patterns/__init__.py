"""Row patterns in the planner: the bound pattern, what its conditions read, and its program."""
