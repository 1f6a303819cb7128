"""The options of the commands, and what reads their values."""
