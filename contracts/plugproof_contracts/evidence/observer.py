"""What exchanges show of the facts, counted: only what an answer shows by itself, or one answer after another.

Nothing of an exchange is kept but the name of a fact, a count and a time.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from plugproof_contracts.checking.checker import JudgedTrace, Result
from plugproof_contracts.evidence.arrows import certain_arrow
from plugproof_contracts.evidence.fact_index import arrow_name, header_name, text_name
from plugproof_contracts.evidence.ledger_entry import DAY, Sighting
from plugproof_contracts.facts.error_texts import ERROR_TEXTS, FAILURE_TEXTS, ErrorText
from plugproof_contracts.facts.response_headers import RESPONSE_HEADERS, ResponseHeader
from plugproof_contracts.parsing.parsed_response import ParsedResponse, parsed
from plugproof_contracts.parsing.session_keys import session_keys
from plugproof_contracts.rules import RULES

_TRACE_RULES = frozenset(slug for slug, rule in RULES.items() if rule.is_trace)


class Tally:
    """How often a fact was seen on one day, and when."""

    __slots__ = ("contradicted", "first", "last", "observed")

    def __init__(self, at: float) -> None:
        self.observed = self.contradicted = 0
        self.first = self.last = at

    def count(self, at: float, *, holds: bool) -> None:
        """Count one more."""
        self.first, self.last = min(self.first, at), max(self.last, at)
        self.observed += holds
        self.contradicted += not holds


class FactObserver:
    """Counts what judged exchanges show; `now` is the time of those that tell none, in Unix seconds."""

    def __init__(self) -> None:
        self._tallies: dict[tuple[str, int], Tally] = {}
        self._rules: dict[tuple[frozenset[str], int], Tally] = {}

    def see(self, judged: JudgedTrace, now: float) -> None:
        """Count what exchanges show, each by itself and all in order."""
        answers = [parsed(exchange) for exchange in judged.exchanges]
        moments = [moment(answer, now) for answer in answers]
        for answer, single, at in zip(answers, judged.singles, moments, strict=True):
            if single.checked:
                self._see_rules(single, at)
            if single.unchecked is None and answer.operation is not None:
                self._see_headers(answer, at)
                self._see_texts(answer, at)
        broken = {one.rule for one in judged.whole.violations}
        for slug in judged.whole.checked & _TRACE_RULES:
            self.count(slug, max(moments, default=now), holds=slug not in broken)
        self._see_arrows(answers, now)

    def count(self, fact: str, at: float, *, holds: bool) -> None:
        """Count one sighting of a fact."""
        key = fact, int(at // DAY)
        tally = self._tallies.get(key)
        if tally is None:
            tally = self._tallies[key] = Tally(at)
        tally.count(at, holds=holds)

    def take(self) -> list[Sighting]:
        """Return what was counted since the last time, by fact and day, and begin anew."""
        tallies, rules = self._tallies, self._rules
        self._tallies, self._rules = {}, {}
        for (slugs, day), seen in rules.items():
            for slug in slugs:
                tally = tallies.setdefault((slug, day), Tally(seen.first))
                tally.first, tally.last = min(tally.first, seen.first), max(tally.last, seen.last)
                tally.observed += seen.observed
        return [
            Sighting(fact, tally.observed, tally.contradicted, tally.first, tally.last)
            for (fact, _), tally in sorted(tallies.items(), key=lambda item: (item[0][1], item[0][0]))
        ]

    def _see_rules(self, result: Result, at: float) -> None:
        """Count a set of rules as one, for most answers check the same."""
        broken = {one.rule for one in result.violations}
        passed = result.checked - broken if broken else result.checked
        key = passed, int(at // DAY)
        tally = self._rules.get(key)
        if tally is None:
            tally = self._rules[key] = Tally(at)
        tally.count(at, holds=True)
        for slug in broken:
            self.count(slug, at, holds=False)

    def _see_headers(self, answer: ParsedResponse, at: float) -> None:
        for fact, header in _headers_of(answer.code):
            holds = _has_header(answer, header)
            if holds is not None:
                self.count(fact, at, holds=holds)

    def _see_texts(self, answer: ParsedResponse, at: float) -> None:
        message = answer.error.get("message")
        if isinstance(message, str):
            known = _texts_of(answer.code, answer.name)
            said = [fact for fact, text in known if text.is_said_by(message)]
            # Where several texts are known, it is not known which of them another one stands for.
            for fact in said or [fact for fact, _ in known if len(known) == 1]:
                self.count(fact, at, holds=bool(said))
        reason = answer.field("failure_reason")
        for name, text in FAILURE_TEXTS.items() if reason else ():
            if text == reason:
                self.count(text_name(f"failure.{name}"), at, holds=True)

    def _see_arrows(self, answers: Sequence[ParsedResponse], now: float) -> None:
        lives = defaultdict[object, list[ParsedResponse]](list)
        for answer, key in zip(answers, session_keys(answers), strict=True):
            if key is not None and answer.status is not None:
                lives[key].append(answer)
        for life in lives.values():
            for earlier, later in pairwise(life):
                if move := certain_arrow(earlier, later):
                    self.count(arrow_name(move), moment(later, now), holds=True)


def sightings_of(judged: JudgedTrace, now: float) -> list[Sighting]:
    """Return what judged exchanges of one client show, in the order in which they were sent."""
    observer = FactObserver()
    observer.see(judged, now)
    return observer.take()


def moment(answer: ParsedResponse, now: float) -> float:
    """Return when an exchange was, in Unix seconds: as it says, but not later than now."""
    known = answer.exchange.at or answer.date
    return min(known.timestamp(), now) if known else now


@cache
def _headers_of(code: int) -> tuple[tuple[str, ResponseHeader], ...]:
    return tuple(
        (header_name(row.name), row)
        for row in RESPONSE_HEADERS.values()
        if (not row.codes or code in row.codes) and code < 500
    )


def _has_header(answer: ParsedResponse, header: ResponseHeader) -> bool | None:
    """Return whether an answer has a header as it is known; None where a recorder may have left it out."""
    value = answer.headers.get(header.name)
    if value is None:
        return None if answer.headers.is_partial else False
    return header.value is None or value.strip().lower() == header.value


@cache
def _texts_of(code: int, operation: str) -> tuple[tuple[str, ErrorText], ...]:
    return tuple(
        (text_name(row.name), row)
        for row in ERROR_TEXTS.values()
        if row.code == code and (not row.operations or operation in row.operations)
    )
