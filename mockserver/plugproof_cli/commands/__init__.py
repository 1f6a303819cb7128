"""One module for each command of `plugproof`."""
