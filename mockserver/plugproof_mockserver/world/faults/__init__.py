"""Failures that are injected: what they are, and when they apply."""
