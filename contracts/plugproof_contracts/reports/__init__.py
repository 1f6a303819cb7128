"""What a check found, as plain data, and the formats in which it is told."""
