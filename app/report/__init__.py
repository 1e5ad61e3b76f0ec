"""Reports: how the book stands and how it got there."""
