"""All worlds of a server, by name."""
