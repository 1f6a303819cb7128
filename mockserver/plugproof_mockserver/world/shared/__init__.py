"""A world that several processes have, in a store."""
