"""Runs: one fake, one client and a list of steps."""
