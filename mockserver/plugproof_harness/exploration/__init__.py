"""Exploration: every status, every button and every fault, each tried once."""
