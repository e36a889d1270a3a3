"""How fast the engine is, beside DuckDB and beside loops written by hand, in one run each.

`python -m benchmarks --help` tells how to run them, README.md what each measures.
"""
