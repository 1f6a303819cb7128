"""The client under test: its adapter, what it is given, what it asks and how its calls end."""
