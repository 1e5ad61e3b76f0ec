"""Who works here and how they prove it: people, their roles, sessions, integrators' tokens."""
