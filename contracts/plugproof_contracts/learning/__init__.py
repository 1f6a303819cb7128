"""What recorded answers teach about the facts that no page of the reference tells: brackets, never guesses."""
