"""Borrowers."""
