"""What an exchange says, read once: its JSON, its fields, its moments, its secrets, and its place in a trace."""
