"""Row-by-row loops over arrays, compiled."""
