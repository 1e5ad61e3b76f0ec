"""What must be true of the book, and how it is looked at while the product runs."""
