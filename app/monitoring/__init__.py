"""Monitoring: what the borrower is told before and after a due date."""
