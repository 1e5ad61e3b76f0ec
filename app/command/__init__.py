"""The command line: one file for each command, each saying a verb or asking a query."""
