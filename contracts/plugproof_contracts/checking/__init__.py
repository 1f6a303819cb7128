"""Exchanges held against the rules: which rules apply, what they find, and what of that a team has accepted."""
