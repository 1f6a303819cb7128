"""Maps: the outcome of an exploration as text, JSON, HTML and JUnit."""

from importlib import import_module

from plugproof_harness.exploration.exploration import Exploration

MAP_FORMATS = ("text", "json", "html", "junit")


def render_map(format_: str, found: Exploration) -> bytes:
    """Render an exploration in one of `MAP_FORMATS`; the same exploration gives the same bytes."""
    rendered: bytes = import_module(f"plugproof_harness.maps.map_{format_}").render(found)
    return rendered
