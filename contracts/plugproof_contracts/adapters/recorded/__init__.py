"""What recorders write, read without trust: documents, entries, headers, bodies."""
