"""Checking a live API with a handful of careful requests."""
