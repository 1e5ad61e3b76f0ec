"""The schema's history. Applied by `afterloan migrate`, one process at a time."""
