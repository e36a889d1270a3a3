"""The operators of a running query, one module each; none knows another."""
