"""What a world has: its clock, sessions, chargers, limiter, journal, answers by hand."""
