"""Books of loans that come in as files: neutral format, mapping, reading, checking, booking."""
