"""Collection: one case for each borrower in arrears, from the first call to the courts."""
