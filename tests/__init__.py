"""The mirror of the tree. Real PostgreSQL, Redis and SMTP, always."""
