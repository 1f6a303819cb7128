"""A page as one file that loads nothing and runs nothing, in the dress that all pages share."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from plugproof_contracts.version import VERSION

if TYPE_CHECKING:
    from jinja2 import Template


def render_page(package: str, name: str, styles: tuple[str, ...] = (), **values: Any) -> bytes:
    """Render a template of a package's folder `templates`; every value that is put in is text.

    `styles` are further stylesheets that the page holds: whatever else is styled or run, no browser obeys.
    """
    allowed = " ".join(f"'sha256-{_digest(style)}'" for style in (stylesheet(), *styles))
    page = load_template(package, name).render(values, style=stylesheet(), styles=allowed, version=VERSION)
    return page.encode("utf-8", "replace")


def _digest(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()


@cache
def stylesheet() -> str:
    """Return the one stylesheet: tokens first, then components."""
    return files(__package__).joinpath("templates/style.css").read_text("utf-8")


@cache
def load_template(package: str, name: str) -> "Template":
    """Return a template of a package's folder `templates`, or of the shared ones; what is put in is escaped."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader(__package__)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name)
