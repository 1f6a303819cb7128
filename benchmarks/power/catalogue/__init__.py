"""The facts that are broken, one family a module."""
