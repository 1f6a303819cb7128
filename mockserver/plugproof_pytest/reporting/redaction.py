"""Taking session tokens out of what pytest reports: tracebacks, diffs, captured output, properties.

pytest has no hook for it, so reports are rewritten before anybody reads them. A token is known
because a fake issued it, or because it stands where tokens stand: in a URL of the API; and, in a
suite that uses the plugin, in a `session_token` or a variable `token`. A known token is taken out
everywhere, in any encoding, and in pieces, for pytest shortens what is long.
"""

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from plugproof_pytest import known_secrets

STAND_IN = "token~redacted"
PIECE = 10
"""Characters of a token that count as a piece of it."""
SHORTEST = 12
"""A shorter word where a token stands is a placeholder of a test, such as `abc`."""

_IN_URL = re.compile(r"/public-charging/sessions/([^/\s?#'\"<>{}\\]+)")
_IN_NAME = re.compile(r"\b(?:session_?)?token\b\\?['\"]?\s*[:=]+\s*b?\\?['\"]([^'\"\\\s]+)", re.IGNORECASE)

Clean = Callable[[str], str]


def tokens_in(text: str) -> Iterator[str]:
    """Yield the tokens that a text shows where tokens stand."""
    # Other suites have tokens of their own, which are none of our business.
    for pattern in (_IN_URL, _IN_NAME) if known_secrets.is_used() else (_IN_URL,):
        for found in pattern.findall(text):
            if len(found) >= SHORTEST and "token~" not in found:
                yield found


def note_arguments(arguments: Mapping[str, Any]) -> None:
    """Take note of the arguments of a test whose names say that they are tokens."""
    if known_secrets.is_used():
        found = [value for name, value in arguments.items() if "token" in name and isinstance(value, str)]
        known_secrets.SEEN.extend(value for value in found if len(value) >= SHORTEST)


def cleaner(tokens: Iterable[str]) -> Clean:
    """Return what takes tokens, and pieces of them, out of a text."""
    pieces = {piece for token in set(tokens) if len(token) >= SHORTEST for piece in _pieces(token)}
    return lambda text: _without(text, pieces)


def _pieces(token: str) -> Iterator[str]:
    from plugproof_contracts.secrets.encodings import forms

    for form in set(forms(token)):
        yield from (form[at : at + PIECE] for at in range(len(form) - PIECE + 1))


def _without(text: str, pieces: set[str]) -> str:
    shown: list[str] = []
    kept = end = 0
    for at in range(len(text) - PIECE + 1):
        if text[at : at + PIECE] in pieces:
            if at >= end:
                shown += [text[kept:at], STAND_IN]
            kept = end = at + PIECE
    return "".join([*shown, text[kept:]])


def _cleaner_for(texts: list[str]) -> Clean | None:
    known_secrets.SEEN.extend({token for text in texts for token in tokens_in(text)} - set(known_secrets.SEEN))
    known = set(known_secrets.tokens())
    return cleaner(known) if known and any(texts) else None


# What is rewritten.


def redact(report: Any, parts: Mapping[str, Any]) -> None:
    """Take tokens out of the parts of a report of pytest that may show one."""
    if clean := _cleaner_for(list(_texts(dict(parts)))):
        for name, part in parts.items():
            setattr(report, name, _mapped(part, clean))


def redact_warning(warning: Warning) -> None:
    """Take tokens out of a warning that pytest will sum up."""
    if clean := _cleaner_for([arg for arg in warning.args if isinstance(arg, str)]):
        warning.args = _mapped(warning.args, clean)


def _texts(value: Any) -> Iterator[str]:
    texts: list[str] = []

    def note(text: str) -> str:
        texts.append(text)
        return text

    _mapped(value, note)
    return iter(texts)


def _mapped(value: Any, change: Clean) -> Any:
    """Return a part of a report with every text changed; pytest's own objects are changed in place."""
    if isinstance(value, str):
        return change(value)
    if type(value) in (list, tuple):
        return type(value)(_mapped(item, change) for item in value)
    if type(value) is dict:
        return {key: _mapped(item, change) for key, item in value.items()}
    if type(value).__module__.startswith("_pytest."):
        for name, part in list(vars(value).items()):
            object.__setattr__(value, name, _mapped(part, change))  # some of them are frozen
    elif hasattr(value, "toterminal"):
        return change(str(value))
    return value


# Logs that are shown while a test runs.


class CleanFormatter(logging.Formatter):
    """Formats as another formatter does, without tokens."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of one record."""
        line = self._inner.format(record)
        clean = _cleaner_for([line])
        return clean(line) if clean else line


def clean_live_logs(logging_plugin: Any) -> None:
    """Let pytest's live log and log file say no token."""
    for name in ("log_cli_handler", "log_file_handler"):
        handler = getattr(logging_plugin, name, None)
        if isinstance(handler, logging.Handler) and handler.formatter is not None:
            handler.setFormatter(CleanFormatter(handler.formatter))
