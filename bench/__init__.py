"""What docs/performance.md states, as commands (`make bench ARGS=lookup` runs one)."""
