"""What all tests share."""

from hypothesis import settings

# No test is timed: a machine that is busy is not a fault.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
