"""Borrowers, those who stand beside them, and how to find them again."""
