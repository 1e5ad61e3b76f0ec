"""The domain of Afterloan: what is true of loans, borrowers and those who look after them."""
