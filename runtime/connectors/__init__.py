"""Sources that feed a query and sinks that take its rows."""
