"""The control plane: what a person can do to a world, over HTTP."""
