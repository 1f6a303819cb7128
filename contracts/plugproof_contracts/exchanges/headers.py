"""HTTP headers as the checker reads them: without regard to case, several values to a name."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TypeAlias, final

Text: TypeAlias = str | bytes
HeadersLike: TypeAlias = Mapping[str, str] | Mapping[bytes, bytes] | Iterable[tuple[Text, Text]]

SHOWN = frozenset(
    {
        "accept",
        "access-control-allow-origin",
        "access-control-expose-headers",
        "age",
        "allow",
        "cache-control",
        "cf-mitigated",
        "content-encoding",
        "content-length",
        "content-type",
        "date",
        "retry-after",
        "server",
        "transfer-encoding",
        "vary",
        "x-ratelimit-limit",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
    }
)
"""Whose values may be shown. A list of what is harmless, for nobody can list what is secret."""


@lru_cache(maxsize=1024)
def preferred(accept: str) -> str:
    """Return the media type of highest quality in an `Accept` header, the first of equals; empty if none."""
    return max(accept.lower().split(","), key=_quality).partition(";")[0].strip()


def _quality(media: str) -> float:
    found = re.search(r";\s*q=(\d(?:\.\d{0,3})?)\s*(?:;|$)", media, re.ASCII)
    return float(found[1]) if found else 1.0


def _text(value: object) -> str:
    if type(value) is str:
        return value
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


@final
class Headers:
    """Headers in the order they came, looked up without regard to case; what may be secret is never shown.

    `is_partial` says that a recorder left some out, so that a header that is not there may have been sent.
    """

    __slots__ = ("_by_name", "_pairs", "is_partial")

    def __init__(self, headers: "HeadersLike | Headers" = (), *, is_partial: bool = False) -> None:
        self.is_partial = is_partial
        pairs = headers.items() if isinstance(headers, Mapping) else headers
        self._pairs: tuple[tuple[str, str], ...] = tuple([(_text(name), _text(value)) for name, value in pairs])
        self._by_name: dict[str, str] = {}
        for name, value in self._pairs:
            key = name.lower()
            known = self._by_name.get(key)
            self._by_name[key] = value if known is None else f"{known}, {value}"

    def get(self, name: str) -> str | None:
        """Return the value of a header, several joined by a comma as HTTP reads them, or None."""
        return self._by_name.get(name.lower())

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value that came under `name`, in order."""
        return tuple(value for key, value in self._pairs if key.lower() == name.lower())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._by_name

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Headers) and self._pairs == other._pairs

    def __hash__(self) -> int:
        return hash(self._pairs)

    def __repr__(self) -> str:
        shown = {name: value if name in SHOWN else "…" for name, value in self._by_name.items()}
        return f"Headers({shown})"
