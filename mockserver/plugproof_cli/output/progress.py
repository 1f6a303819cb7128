"""Where a bar can show how far a command is."""

import os
import sys


def shows_progress() -> bool:
    """Return whether standard error is a terminal, and one that can move its cursor back."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
