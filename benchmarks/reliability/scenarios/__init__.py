"""What is done to a deployment, one kind of harm a module."""
