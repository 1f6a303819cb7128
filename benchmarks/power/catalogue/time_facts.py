"""Timestamps: how they are written, in which order they are, and that they have passed."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import combinations

from benchmarks.power.fact import Base, Fact, Ways, by, documented, inferred
from plugproof_contracts import Exchange

NAMES = ("created_at", "authorized_at", "charging_started_at", "completed_at", "captured_at")
"""In the order of a session's life."""


def _epoch(text: str) -> str:
    return str(int(datetime.fromisoformat(text).timestamp()))


FORMS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("has a space for its T", lambda text: text.replace("T", " ")),
    ("is a day without a time", lambda text: text[:10]),
    ("is a time without a day", lambda text: text[11:]),
    ("is in Unix seconds", _epoch),
    ("has its day first", lambda text: f"{text[8:10]}.{text[5:7]}.{text[:4]}{text[10:]}"),
    ("has slashes", lambda text: text.replace("-", "/")),
    ("is the 32nd of its month", lambda text: f"{text[:8]}32{text[10:]}"),
    ("is in the 13th month", lambda text: f"{text[:5]}13{text[7:]}"),
    ("is at 25 o'clock", lambda text: f"{text[:11]}25{text[13:]}"),
    ("is empty", lambda text: ""),
    ("is a word", lambda text: "yesterday"),
    ("has an English month", lambda text: datetime.fromisoformat(text).strftime("%d %b %Y %H:%M:%S GMT")),
    ("has an offset of 25 hours", lambda text: text.replace("Z", "+25:00")),
    ("has another word behind it", lambda text: f"{text} UTC"),
)
BARE: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("has no offset", lambda text: text.removesuffix("Z")),
    ("has neither offset nor fraction", lambda text: text[:19]),
)
APART = (
    ("a microsecond", timedelta(microseconds=1)),
    ("a second", timedelta(seconds=1)),
    ("an hour", timedelta(hours=1)),
    ("a day", timedelta(days=1)),
)
AHEAD = (
    ("five minutes", timedelta(minutes=5)),
    ("two hours", timedelta(hours=2)),
    ("a day", timedelta(days=1)),
    ("a year", timedelta(days=365)),
)


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _set(base: Base) -> list[str]:
    return [name for name in NAMES if isinstance(base.value(f"data/{name}"), str)]


def _moment(base: Base, name: str) -> datetime:
    return datetime.fromisoformat(base.value(f"data/{name}"))


def _written(name: str, forms: tuple[tuple[str, Callable[[str], str]], ...]) -> Iterator[Ways]:
    return (by(f"data/{name}", words, form) for words, form in forms)


def _before(earlier: str, later: str, apart: timedelta) -> Callable[[Base], Exchange | None]:
    """Let the later of two timestamps lie before the earlier one."""

    def change(base: Base) -> Exchange | None:
        if not {earlier, later} <= set(_set(base)):
            return None
        return base.put(f"data/{later}", _iso(_moment(base, earlier) - apart))

    return change


def _order(earlier: str, later: str) -> Ways:
    return [(f"{later} is {words} before {earlier}", _before(earlier, later, apart)) for words, apart in APART]


def _ahead(by_much: timedelta) -> Callable[[Base], Exchange | None]:
    """Let the latest timestamp lie after the answer."""

    def change(base: Base) -> Exchange | None:
        there = _set(base)
        answered = parsedate_to_datetime(base.header("date"))
        return base.put(f"data/{there[-1]}", _iso(answered + by_much)) if there else None

    return change


FACTS: tuple[Fact, ...] = (
    *[documented(f"confirm-payment#response.{name}", "time", *_written(name, FORMS)) for name in NAMES],
    *[inferred(f"confirm-payment#response.{name}", "time", *_written(name, BARE)) for name in NAMES],
    *[
        inferred(f"confirm-payment#response.{later}", "time", _order(earlier, later))
        for earlier, later in combinations(NAMES, 2)
    ],
    inferred(
        "confirm-payment#response.created_at",
        "time",
        [(f"the latest timestamp is {words} after the answer", _ahead(ahead)) for words, ahead in AHEAD],
    ),
)
