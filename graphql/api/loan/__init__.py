"""Loans, their instalments and payments."""
