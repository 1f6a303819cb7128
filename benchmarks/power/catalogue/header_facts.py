"""What the headers promise: that the body is JSON, and how many requests are left."""

from benchmarks.power.fact import Base, Change, Fact, Ways, documented, fails, inferred, only
from plugproof_contracts import Exchange

LIMITS = {"confirm": 10, "start": 3, "get": 30, "stop": 10, "cancel": 10, "receipt-email": 10, "charger": 30}
NO_NUMBERS = ("-1", "many", "9.5", "", "1e1", "0x9", "9 left", "9, 8", "½", "null")
NO_WAITS = ("soon", "1.5", "-1", "", "30s", "Sat, 10 Jan 2026 12:00:30 GMT", "1m", "30, 60")
NO_TYPES = (
    None,
    "text/html; charset=UTF-8",
    "text/plain",
    "application/octet-stream",
    "text/json",
    "application/xml",
)


def _limited(base: Base) -> bool:
    return base.is_success or base.code == 429


def _sets(name: str, *values: str | None) -> Ways:
    def change(value: str | None) -> Change:
        return lambda base: base.headers(**{name: value})

    words = name.replace("_", "-")
    return [
        (f"{words} is missing" if value is None else f'{words} is "{value}"', change(value)) for value in values
    ]


def _other_limit(base: Base) -> Exchange:
    # Left is left: only the limit itself is another.
    return base.headers(x_ratelimit_limit=str(LIMITS[base.operation] + 1))


def _another_limit(base: Base) -> Exchange:
    return base.headers(x_ratelimit_limit="60")


def _as_many_left(more: int) -> Change:
    return lambda base: base.headers(x_ratelimit_remaining=str(LIMITS[base.operation] + more))


def _is_not_start(base: Base) -> bool:
    """A start may show the charger's own limit."""
    return _limited(base) and base.operation != "start"


FACTS: tuple[Fact, ...] = (
    documented(
        "confirm-payment#response", "headers", only(_sets("content_type", *NO_TYPES), lambda base: base.is_success)
    ),
    documented(
        "errors#format",
        "headers",
        only(_sets("content_type", "text/plain", "application/octet-stream", None), lambda base: base.code >= 400),
    ),
    documented(
        "rate-limiting#headers",
        "rate limit",
        only(_sets("x_ratelimit_limit", None, *NO_NUMBERS), _limited),
        only(_sets("x_ratelimit_remaining", None, *NO_NUMBERS), _limited),
    ),
    documented(
        "rate-limiting#limits",
        "rate limit",
        only(
            [("one more than is documented", _other_limit), ("sixty, as by default", _another_limit)],
            _is_not_start,
        ),
    ),
    inferred(
        "rate-limiting#headers",
        "rate limit",
        only(
            [(f"{more} more are left than are allowed", _as_many_left(more)) for more in (1, 100)]
            + [("as many are left as are allowed", _as_many_left(0))],
            lambda base: base.is_success,
        ),
        only(_sets("x_ratelimit_remaining", "1", "2"), lambda base: base.code == 429 and _is_not_start(base)),
    ),
    inferred(
        "rate-limiting#retry-after",
        "rate limit",
        only(_sets("retry_after", "61", "3600"), lambda base: base.code == 429 and _is_not_start(base)),
        only(_sets("retry_after", "3601", "86400"), fails(429)),
    ),
    documented("rate-limiting#retry-after", "rate limit", only(_sets("retry_after", None, *NO_WAITS), fails(429))),
)
