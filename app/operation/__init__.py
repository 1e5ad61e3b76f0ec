"""Running the house: the business day, imports, settings, audit, health."""
