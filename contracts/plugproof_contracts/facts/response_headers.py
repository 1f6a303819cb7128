"""Which headers answers carry: each once, with the answers it belongs to and how well that is known."""

from typing import NamedTuple

from plugproof_contracts.facts.level import Level

_D, _I, _A = Level.DOCUMENTED, Level.INFERRED, Level.ASSUMED


class ResponseHeader(NamedTuple):
    """A header of answers with one of `codes` (empty for any of an operation), and its value if that is known."""

    name: str
    level: Level
    source: str = ""
    codes: tuple[int, ...] = ()
    value: str | None = None


RESPONSE_HEADERS: dict[str, ResponseHeader] = {
    row.name: row
    for row in (
        ResponseHeader("x-ratelimit-limit", _D, "rate-limiting#headers"),
        ResponseHeader("x-ratelimit-remaining", _D, "rate-limiting#headers"),
        ResponseHeader("retry-after", _D, "rate-limiting#headers", (429,)),
        ResponseHeader("x-ratelimit-reset", _A, codes=(429,)),
        ResponseHeader("allow", _A, codes=(405,)),
        ResponseHeader("access-control-allow-origin", _A, value="*"),
        ResponseHeader("cache-control", _A, value="no-cache, private"),
    )
}
"""Every header by its name in lower case."""
