"""Simulation: runs of two sessions with races, each repeatable from its seed."""
