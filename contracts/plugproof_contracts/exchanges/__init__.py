"""One request with its response, as plain data."""
