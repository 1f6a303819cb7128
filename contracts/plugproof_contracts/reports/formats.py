"""The formats of reports, and writing them: whole, or not at all."""

import os
import tempfile
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from plugproof_contracts.errors import InvalidValueError
from plugproof_contracts.reports.report import Report

FORMATS = ("junit", "json", "html", "sarif", "github", "markdown")


class ReportTarget(NamedTuple):
    """Where a report goes and in which format; no path is standard output."""

    format: str
    path: Path | None


def target(text: str, known: Sequence[str] = FORMATS) -> ReportTarget:
    """Read `FORMAT=PATH`; raises `InvalidValueError` for another format and for a path without a folder."""
    name, equals, path = text.partition("=")
    if name not in known:
        raise InvalidValueError(f"{name!r} is not a format: one of {', '.join(known)}")
    if not equals or not path:
        raise InvalidValueError(f"{name} has no path: {name}=PATH, or {name}=- for standard output")
    if path == "-":
        return ReportTarget(name, None)
    if not Path(path).parent.is_dir() or Path(path).is_dir():
        raise InvalidValueError(f"there is no folder for the {name} report, or it is itself one")
    return ReportTarget(name, Path(path))


def render(format_: str, report: Report) -> bytes:
    """Render a report in one of `FORMATS`, or as `text`; the same report gives the same bytes."""
    rendered: bytes = import_module(f"plugproof_contracts.reports.as_{format_}").render(report)
    return rendered


def write(path: Path, content: bytes) -> None:
    """Write a file so that it is there complete or, after an `OSError`, as it was before."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".plugproof-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    """A temporary file is its owner's alone; a report has the permissions that any new file gets."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
