"""The formats of reports."""

import os
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from plugproof_contracts.errors import InvalidValueError
from plugproof_contracts.extras import require
from plugproof_contracts.reports.report_model import Report

FORMATS = ("junit", "json", "html", "sarif", "github", "markdown")


class ReportTarget(NamedTuple):
    """Where a report goes and in which format; no path is standard output."""

    format: str
    path: Path | None


_SUFFIXES = {
    ".html": "html",
    ".htm": "html",
    ".json": "json",
    ".md": "markdown",
    ".markdown": "markdown",
    ".sarif": "sarif",
    ".sarif.json": "sarif",
    ".xml": "junit",
}
"""What the name of a file says about its format."""


def target(text: str, known: Sequence[str] = FORMATS) -> ReportTarget:
    """Read `FORMAT=PATH`, or a path whose suffix names the format.

    Raises `InvalidValueError` for another format, and where there is no folder to write in, and
    `MissingPackageError` where the format needs a package that is not installed.
    """
    name, path = _named(text, known)
    if name == "html":
        require("jinja2")
    if path in ("-", "/dev/stdout"):
        return ReportTarget(name, None)
    if not Path(path).parent.is_dir() or Path(path).is_dir():
        raise InvalidValueError(f"there is no folder for the {name} report, or it is itself one")
    return ReportTarget(name, Path(path))


def _named(text: str, known: Sequence[str]) -> tuple[str, str]:
    name, equals, path = text.partition("=")
    if name in known:
        if not path:
            raise InvalidValueError(f"{name} has no path: {name}=PATH, or {name}=- for standard output")
        return name, path
    suffixes = [suffix for suffix, format_ in _SUFFIXES.items() if format_ in known]
    suffix = max((suffix for suffix in suffixes if text.lower().endswith(suffix)), key=len, default="")
    if suffix and (not equals or "." in name or os.sep in name):
        return _SUFFIXES[suffix], text
    if equals:
        raise InvalidValueError(f"{name!r} is not a format: one of {', '.join(known)}")
    raise InvalidValueError(
        f"{text!r} names no format: give FORMAT=PATH with one of {', '.join(known)}, "
        f"or a path that ends in one of {', '.join(suffixes)}"
    )


def render(format_: str, report: Report) -> bytes:
    """Render a report in one of `FORMATS`, or as `text`; the same report gives the same bytes."""
    rendered: bytes = import_module(f"plugproof_contracts.reports.as_{format_}").render(report)
    return rendered
