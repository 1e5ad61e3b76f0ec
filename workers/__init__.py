"""Jobs. Each finds its rows, calls a verb of `app` and returns; running one twice changes
nothing."""
