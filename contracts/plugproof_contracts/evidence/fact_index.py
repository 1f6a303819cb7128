"""Every fact that evidence is kept of: rules, arrows, settings, texts of errors, headers.

Nothing is written twice: each fact is read from the table that the checker and the fake use.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from plugproof_contracts.facts.assumed_settings import ASSUMED_SETTINGS, Setting, SettingValue
from plugproof_contracts.facts.error_texts import ERROR_TEXTS, FAILURE_TEXTS
from plugproof_contracts.facts.level import Level
from plugproof_contracts.facts.operations import OPERATIONS, WINDOW_SECONDS
from plugproof_contracts.facts.response_headers import RESPONSE_HEADERS, ResponseHeader
from plugproof_contracts.facts.session_lifecycle import LIFECYCLE, Move
from plugproof_contracts.learning.words import header_name, text_name
from plugproof_contracts.rules import RULES


class FactKind(StrEnum):
    """What a fact is about."""

    RULE = "rule"
    ARROW = "arrow"
    SETTING = "setting"
    TEXT = "text"
    HEADER = "header"


class Fact(NamedTuple):
    """One fact: `name` is its key in the ledger, and `assumed` the value that the fake takes, if it has one.

    `varies` says that its value need not be the same in every case.
    """

    name: str
    kind: FactKind
    level: Level
    statement: str
    source: str = ""
    assumed: SettingValue | None = None
    unit: str = ""
    varies: bool = False

    @property
    def assumed_text(self) -> str:
        """The assumed value with its unit, empty if there is none."""
        value = {True: "yes", False: "no"}.get(self.assumed) if isinstance(self.assumed, bool) else self.assumed
        return "" if value is None else f"{value} {self.unit}".strip()


def arrow_name(move: Move) -> str:
    """Return the name of an arrow's fact, such as `arrow.charging.stop.stopping`."""
    return f"arrow.{move.source}.{move.cause}.{move.target}"


def setting_name(setting: str) -> str:
    """Return the name of a setting's fact, such as `setting.vat`."""
    return f"setting.{setting}"


def _rules() -> Iterator[Fact]:
    for rule in RULES.values():
        yield Fact(rule.slug, FactKind.RULE, rule.level, rule.requirement, rule.source)


def _arrows() -> Iterator[Fact]:
    for move in LIFECYCLE:
        statement = f"In {move.source}, {move.cause} may lead to {move.target}."
        yield Fact(arrow_name(move), FactKind.ARROW, move.level, statement, unit="s", varies=True)


def _settings() -> Iterator[Fact]:
    yield from map(_setting, ASSUMED_SETTINGS.values())
    for row in OPERATIONS.values():
        yield Fact(
            setting_name(f"limit.{row.name}"),
            FactKind.SETTING,
            Level.DOCUMENTED,
            f"The hits of {row.name} in a window.",
            f"{row.page}#rate-limit",
            row.limit,
            "hits",
        )
    for row in OPERATIONS.values():
        if row.name != "start":  # it has two windows that look alike
            yield Fact(
                setting_name(f"limit_seconds.{row.name}"),
                FactKind.SETTING,
                Level.DOCUMENTED,
                f"The length of the window of {row.name}.",
                f"{row.page}#rate-limit",
                WINDOW_SECONDS,
                "s",
            )


def _setting(row: Setting) -> Fact:
    name, unit = setting_name(row.name), str(row.unit)
    return Fact(name, FactKind.SETTING, row.level, row.meaning, row.source, row.value, unit, row.varies)


def _texts() -> Iterator[Fact]:
    for row in ERROR_TEXTS.values():
        asked = f" of {', '.join(row.operations)}" if row.operations else ""
        statement = f"What a {row.code}{asked} {'begins with' if row.begins else 'says'}."
        yield Fact(text_name(row.name), FactKind.TEXT, row.level, statement, row.source, row.text)
    for name, text in FAILURE_TEXTS.items():
        statement = "What a session's failure_reason says."
        yield Fact(text_name(f"failure.{name}"), FactKind.TEXT, Level.ASSUMED, statement, "", text)


def _headers() -> Iterator[Fact]:
    for row in RESPONSE_HEADERS.values():
        yield Fact(
            header_name(row.name), FactKind.HEADER, row.level, _header_statement(row), row.source, row.value
        )


def _header_statement(row: ResponseHeader) -> str:
    answers = f"answers with {' or '.join(map(str, row.codes))}" if row.codes else "every answer of an operation"
    return f"{row.name} is a header of {answers}."


FACTS: dict[str, Fact] = {
    fact.name: fact for facts in (_rules(), _arrows(), _settings(), _texts(), _headers()) for fact in facts
}
"""Every fact by its name, kind by kind."""
