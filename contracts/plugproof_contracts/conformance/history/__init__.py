"""What earlier checks did and saw, and what has changed since."""
