"""Loans: what was agreed, what happened, and where each stands."""
