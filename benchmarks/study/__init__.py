"""Worlds with hidden settings: what learning finds of them, and what a replay does not explain."""
