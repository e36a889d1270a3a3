"""Complex event processing with a SQL-like language."""
