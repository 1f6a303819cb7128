"""What a rate limit decides about a request, and how an answer shows it."""

import msgspec

from plugproof_contracts.facts.error_texts import TOO_MANY
from plugproof_mockserver.http.response import ErrorResponse, Headers
from plugproof_mockserver.model.timestamps import SECOND


class RateLimitDecision(msgspec.Struct, frozen=True, gc=False):
    """What the limiter says of one hit; `resets` is the end of the window as it is told, in Unix seconds."""

    allowed: bool
    limit: int
    remaining: int
    resets: int

    def retry_after(self, now: int) -> int:
        """Return the seconds between two whole ones: 0 in the last part of a second of a window (assumed)."""
        return max(0, self.resets - now // SECOND)


def limit_headers(limit: int, remaining: int) -> Headers:
    """Return the two headers of every limited answer (source: `rate-limiting#headers`)."""
    return ((b"x-ratelimit-limit", b"%d" % limit), (b"x-ratelimit-remaining", b"%d" % remaining))


def replace_remaining(headers: Headers, told: int, left: int) -> Headers:
    """Return headers that say how many hits are left, where they said another number; no other is touched."""
    said, says = (b"x-ratelimit-remaining", b"%d" % told), (b"x-ratelimit-remaining", b"%d" % left)
    return tuple(says if header == said else header for header in headers)


def too_many(decision: RateLimitDecision, now: int) -> ErrorResponse:
    """Return the 429 of a limit that refused a hit, with all four headers."""
    wait = decision.retry_after(now)
    waits = ((b"retry-after", b"%d" % wait), (b"x-ratelimit-reset", b"%d" % (now // SECOND + wait)))
    return ErrorResponse(429, TOO_MANY, headers=(*limit_headers(decision.limit, 0), *waits))
