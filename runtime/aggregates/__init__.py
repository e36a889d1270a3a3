"""Aggregates: how each is declared, what it keeps per group, and how it takes rows back."""
