"""Strategies of single values: tokens, amounts, energies, timestamps."""
