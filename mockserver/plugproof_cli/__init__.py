"""The command line: `plugproof`."""
