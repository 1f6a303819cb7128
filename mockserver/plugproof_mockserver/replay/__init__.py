"""A recording played at the fake: what it answers otherwise, and which fact that is."""
