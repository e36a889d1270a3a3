"""Give every name in a syntax tree its meaning and every expression its type."""
