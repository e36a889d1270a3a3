"""Matching of row patterns: programs, the machine that runs them, and what a match is worth."""
