"""Random search for a run that breaks a law, and the shortest one that does."""
