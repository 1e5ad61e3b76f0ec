"""The close of business: from one business date to the next, at the cost of what changes."""
