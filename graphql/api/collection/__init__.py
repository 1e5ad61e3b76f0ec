"""Collection cases."""
