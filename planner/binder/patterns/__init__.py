"""Row patterns become bound: their trees, and the expressions of DEFINE and MEASURES."""
