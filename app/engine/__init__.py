"""PostgreSQL and Redis of our own, on a machine that has none: found, started, watched, stopped."""
