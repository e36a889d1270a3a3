"""From syntax tree to operator graph: bind, optimize, lower."""
