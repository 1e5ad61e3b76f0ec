"""What docs/performance.md states, as commands: `make bench`, or `make bench ARGS=lookup` for one."""
