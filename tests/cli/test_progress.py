"""A bar is drawn only where it can be drawn over."""

import sys

import pytest

from plugproof_cli.output.progress import shows_progress


@pytest.mark.parametrize(
    ("is_terminal", "term", "shows"), [(True, "xterm", True), (True, "dumb", False), (False, "xterm", False)]
)
def test_a_bar_needs_a_terminal_with_a_cursor(is_terminal, term, shows, monkeypatch):
    """An editor's shell says that it is dumb, and would show each step of the bar beside the last."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal, raising=False)
    monkeypatch.setenv("TERM", term)
    assert shows_progress() is shows
