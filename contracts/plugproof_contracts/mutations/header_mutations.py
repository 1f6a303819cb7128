"""Headers that are missing, or say what cannot be."""

from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_contracts.mutations.mutation import Change, Mutation, Needs, each, headers

ALL = tuple(OPERATIONS)
_SUCCESS, _LIMITED = Needs(ALL), Needs(ALL, (429,))
_FAILED = Needs(ALL, (400, 404, 409, 422, 500))
_ONE_LIMIT = Needs(tuple(name for name in ALL if name != "start"))
_PER_MINUTE = Needs(tuple(name for name in ALL if name != "start"), (429,))
_NO_NUMBERS = ("-1", "many", "9.0", "", "9, 8", "0x9", "1e1", "٣", "ten")
_DISTANT = "Sat, 10 Jan 2026 12:00:30 GMT"


def _limit(change: int) -> Change:
    """Tell a limit that is higher than the documented one."""

    def changed(exchange: Exchange) -> Exchange:
        told = int(exchange.headers.get("x-ratelimit-limit") or 0)
        return headers(x_ratelimit_limit=str(told + change))(exchange)

    return changed


def _left(more: int) -> Change:
    """Tell that as many as the limit are left, or more."""

    def changed(exchange: Exchange) -> Exchange:
        told = int(exchange.headers.get("x-ratelimit-limit") or 0)
        return headers(x_ratelimit_remaining=str(told + more))(exchange)

    return changed


def _wait(seconds: int) -> Change:
    """Tell to wait so long, and a window's end that agrees."""

    def changed(exchange: Exchange) -> Exchange:
        end = int(exchange.at.timestamp()) + seconds if exchange.at else seconds
        return headers(retry_after=str(seconds), x_ratelimit_reset=str(end))(exchange)

    return changed


_MISSING = (
    ("no limit", headers(x_ratelimit_limit=None)),
    ("no remaining", headers(x_ratelimit_remaining=None)),
    ("neither", headers(x_ratelimit_limit=None, x_ratelimit_remaining=None)),
)
_TYPES = ("text/html; charset=UTF-8", "text/plain", "application/octet-stream", "text/json", "")

HEADERS: tuple[Mutation, ...] = (
    *each(
        "headers.content-type",
        (("no type", headers(content_type=None)), *((f'"{kind}"', headers(content_type=kind)) for kind in _TYPES)),
        _SUCCESS,
    ),
    *each("headers.content-type", (("a failure as text", headers(content_type="text/plain")),), _FAILED),
    *each(
        "headers.any-origin",
        (
            ("no origin", headers(access_control_allow_origin=None)),
            ("one origin", headers(access_control_allow_origin="https://app.plugchoice.com")),
            ("null", headers(access_control_allow_origin="null")),
        ),
        _SUCCESS,
    ),
    *each(
        "headers.nothing-exposed",
        ((name, headers(access_control_expose_headers=name)) for name in ("Retry-After", "*")),
        _SUCCESS,
    ),
    *each("ratelimit.headers", _MISSING, _SUCCESS),
    *each("ratelimit.headers", _MISSING, _LIMITED),
    *each("ratelimit.headers-on-failures", _MISSING, _FAILED),
    *each(
        "ratelimit.whole-numbers",
        (
            *((f'"{text}" left', headers(x_ratelimit_remaining=text)) for text in _NO_NUMBERS),
            *((f'a limit of "{text}"', headers(x_ratelimit_limit=text)) for text in _NO_NUMBERS),
        ),
        _SUCCESS,
    ),
    *each("ratelimit.remaining-within-limit", ((f"{n} above", _left(n)) for n in (0, 1, 1000)), _SUCCESS),
    *each("ratelimit.documented-limit", ((f"{n} more", _limit(n)) for n in (1, 50, 1000)), _ONE_LIMIT),
    *each("ratelimit.documented-limit", (("a limit of one", headers(x_ratelimit_limit="1")),), _PER_MINUTE),
    *each(
        "ratelimit.retry-after",
        (
            ("none", headers(retry_after=None)),
            *((f'"{text}"', headers(retry_after=text)) for text in (*_NO_NUMBERS, _DISTANT)),
        ),
        _LIMITED,
    ),
    *each("ratelimit.retry-within-window", ((f"{n} seconds", _wait(n)) for n in (61, 600, 3600)), _PER_MINUTE),
    *each("ratelimit.retry-within-window", (("over an hour", _wait(3601)),), Needs(("start",), (429,))),
    *each(
        "ratelimit.nothing-left",
        ((f"{n} left", headers(x_ratelimit_remaining=str(n))) for n in (1, 2)),
        _PER_MINUTE,
    ),
    *each(
        "ratelimit.reset",
        (
            ("none", headers(x_ratelimit_reset=None)),
            *((f'"{text}"', headers(x_ratelimit_reset=text)) for text in ("30", "soon", "0", _DISTANT)),
        ),
        _LIMITED,
    ),
)
