"""Pages: a handler reads the request, says one verb or one query, and renders."""
