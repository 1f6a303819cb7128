"""What can be set of a fake. Everything here is `assumed`, and so can be changed."""

import re
from enum import StrEnum
from typing import Any

import msgspec

from plugproof_contracts.errors import InvalidValueError
from plugproof_contracts.facts.assumed_settings import ASSUMED_SETTINGS
from plugproof_contracts.facts.operations import OPERATIONS, WINDOW_SECONDS
from plugproof_mockserver.model.timestamps import SECOND


class RateLimit(StrEnum):
    """How hits are counted; which of the first two the API does is not known."""

    ENDPOINT = "endpoint"
    SHARED = "shared"
    OFF = "off"


class LimiterStore(StrEnum):
    """Where the framework keeps its counters, which decides when a window ends; see `world.rate_limiter`."""

    REDIS = "redis"
    FILE = "file"


class NotFoundText(StrEnum):
    """What a 404 says: two words, or as the framework does of a model which it repeats the asked identifier of."""

    PLAIN = "plain"
    ECHO = "echo"


class InvalidText(StrEnum):
    """What a 422 says: its first complaint and how many more there are, or, as version 8 does, one fixed text."""

    FIRST = "first"
    FIXED = "fixed"


class Errors(StrEnum):
    """How errors are written: always JSON, or as the framework does when JSON was not asked for."""

    JSON = "json"
    NEGOTIATED = "negotiated"


_RANGES: dict[str, tuple[float, float]] = {
    "hits": (0, 10**9),
    "seconds": (10**-6, 10**9),
    **{row.name: (row.least, row.most) for row in ASSUMED_SETTINGS.values() if not isinstance(row.value, str)},
}
"""What a number may be, by field."""


def _require_ranges(struct: msgspec.Struct) -> None:
    for name in _RANGES.keys() & set(struct.__struct_fields__):
        (low, high), value = _RANGES[name], getattr(struct, name)
        if not low <= value <= high:
            raise InvalidValueError(f"{name} can't be {value!r}; it must be from {low:g} to {high:g}")


def check_maintenance(seconds: object) -> int:
    """Return the seconds of a maintenance, 0 for none; raise `InvalidValueError` for anything else."""
    low, high = _RANGES["maintenance"]
    if type(seconds) is not int or not low <= seconds <= high:
        allowed = f"a whole number from {low:.0f} to {high:.0f}, with 0 for none"
        raise InvalidValueError(f"the seconds of a maintenance can't be {seconds!r}; they must be {allowed}")
    return seconds


class Limit(msgspec.Struct, frozen=True):
    """So many hits in so many seconds; raises `InvalidValueError` for what can't be counted."""

    hits: int
    seconds: float

    def __post_init__(self) -> None:
        _require_ranges(self)

    @property
    def length(self) -> int:
        """The window in microseconds."""
        return int(self.seconds * SECOND)


DOCUMENTED_LIMITS = {name: Limit(op.limit, WINDOW_SECONDS) for name, op in OPERATIONS.items()}


_assumed: dict[str, Any] = {name: row.value for name, row in ASSUMED_SETTINGS.items()}


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of one fake. Times are seconds, money is minor units, VAT is percent.

    Raises `InvalidValueError` that names the field and what it may be.
    """

    scenario: str | None = None
    """The scenario of sessions that name none; and any unknown charger code then answers with it."""
    rate_limit: RateLimit = RateLimit(_assumed["limiter"])
    limits: dict[str, Limit] = {}
    """Limits other than the documented ones, by operation."""
    limiter_store: LimiterStore = LimiterStore(_assumed["limiter_store"])
    limiter_race: bool = _assumed["limiter_race"]
    """Whether one hit more than the limit is admitted when two come at once, as the framework's limiter does."""
    sessions_per_charger: int = _assumed["sessions_per_charger"]
    """Successful starts per charger and hour; that there is such a limit is documented, its size is not."""
    token_ttl: float = _assumed["token_ttl"]
    payment_window: float = _assumed["payment_window"]
    vat: float = _assumed["vat"]
    hold: int = _assumed["hold"]
    errors: Errors = Errors(_assumed["errors"])
    not_found: NotFoundText = NotFoundText(_assumed["not_found"])
    invalid_text: InvalidText = InvalidText(_assumed["invalid_text"])
    maintenance: int = _assumed["maintenance"]
    """Seconds that the 503 of a maintenance says to wait, which answers every request; 0 is no maintenance."""
    auto_pay: bool = True
    """Whether a session is born paid (or declined), as its scenario says; else the browser or an event pays."""

    def __post_init__(self) -> None:
        _require_ranges(self)

    def limit_of(self, operation: str) -> Limit:
        """Return the limit of an operation."""
        return self.limits.get(operation) or DOCUMENTED_LIMITS[operation]


DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)([smhd]?)", re.ASCII)
"""How a duration is written."""
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


def parse_duration(text: str) -> float:
    """Read `90`, `90s`, `15m`, `24h` or `2d` as seconds; raise `InvalidValueError` for anything else."""
    found = DURATION.fullmatch(text.strip())
    if not found:
        raise InvalidValueError(f"{text!r} is not a duration such as 90s, 15m, 24h or 2d")
    return float(found[1]) * _UNITS[found[2]]


def parse_limit(text: str) -> tuple[str, Limit]:
    """Read `confirm=10/60` as ten hits in 60 seconds; raise `InvalidValueError` for anything else."""
    found = re.fullmatch(r"([a-z-]+)=(\d{1,9})/(\d{1,9}(?:\.\d{1,6})?)", text.strip(), re.ASCII)
    if not found or found[1] not in OPERATIONS or float(found[3]) == 0:
        known = ", ".join(OPERATIONS)
        raise InvalidValueError(
            f"{text!r} is not OPERATION=HITS/SECONDS, such as confirm=10/60, with one of {known}"
        )
    return found[1], Limit(int(found[2]), float(found[3]))
