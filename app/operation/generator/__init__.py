"""A synthetic loan book: the same seed gives the same bytes, and nobody in it exists."""
