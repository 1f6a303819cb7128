"""What the reference does not tell and the fake can be set to: each setting once, with its default.

The fake takes its defaults from here, and the evidence says what was seen instead.
"""

from enum import StrEnum
from typing import NamedTuple

from plugproof_contracts.facts.billing import VAT_PERCENT
from plugproof_contracts.facts.level import Level

SettingValue = int | float | str | bool


class Unit(StrEnum):
    """What a setting's value is measured in."""

    PERCENT = "%"
    MINOR = "minor units"
    SECONDS = "s"
    HITS = "hits"
    SESSIONS = "sessions"
    WORD = ""


class Setting(NamedTuple):
    """One setting: its name, its default, what that is measured in, and what it decides.

    `varies` says that it need not be the same in every case, such as at every charger. `least` and `most` are what
    a number may be: wide enough for any test, and never so wide that an answer can't be written.
    """

    name: str
    value: SettingValue
    unit: Unit
    meaning: str
    level: Level = Level.ASSUMED
    source: str = ""
    varies: bool = False
    least: float = 0
    most: float = 10**9


ASSUMED_SETTINGS: dict[str, Setting] = {
    row.name: row
    for row in (
        Setting("vat", VAT_PERCENT, Unit.PERCENT, "The tax that is contained in a captured amount.", most=100),
        Setting("hold", 5000, Unit.MINOR, "The pre-authorised hold.", varies=True, most=10**15),
        Setting("payment_window", 15 * 60, Unit.SECONDS, "How long a session waits for its payment.", most=10**14),
        Setting("token_ttl", 24 * 3600, Unit.SECONDS, "How long a session's token is known.", most=10**14),
        Setting("limiter", "endpoint", Unit.WORD, "Whether each endpoint counts its hits, or all share a count."),
        Setting("limiter_window", "fixed", Unit.WORD, "Whether a window ends for all its hits at once."),
        Setting("not_found_costs_hit", True, Unit.WORD, "Whether an unknown token costs a hit."),
        Setting("invalid_costs_hit", True, Unit.WORD, "Whether an invalid request costs a hit."),
        Setting("errors", "json", Unit.WORD, "How an error is written for who did not ask for JSON."),
        Setting("not_found", "plain", Unit.WORD, "Whether a 404 repeats the asked identifier."),
        Setting("invalid_text", "first", Unit.WORD, "Whether a 422 opens with a complaint or one text for all."),
        Setting("maintenance", 0, Unit.SECONDS, "How long the 503 of a maintenance says to wait; 0 is none."),
        Setting("limiter_store", "redis", Unit.WORD, "Where hits are counted, which decides when a window ends."),
        Setting("limiter_race", False, Unit.WORD, "Whether two hits at once may pass with room for one."),
        Setting("price_rounding", "nearest", Unit.WORD, "How a cost is rounded to whole units."),
        Setting("sessions_per_charger", 20, Unit.SESSIONS, "The successful starts of one charger in an hour."),
    )
}
"""Every assumed setting by its name, in the order in which they are told."""
