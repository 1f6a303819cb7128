"""Commands that print what is known of the API; they ask nobody."""
