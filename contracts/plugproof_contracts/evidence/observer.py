"""What exchanges show of the facts, counted: only what an answer shows by itself, or one answer after another.

Nothing of an exchange is kept but the name of a fact, a count and a time.
"""

from plugproof_contracts.checking.checker import JudgedTrace, Result
from plugproof_contracts.evidence.fact_index import arrow_name
from plugproof_contracts.evidence.ledger_entry import DAY, Sighting
from plugproof_contracts.learning.observations import Observations
from plugproof_contracts.learning.seen_steps import steps_of
from plugproof_contracts.learning.words import shown_in
from plugproof_contracts.parsing.parsed_response import ParsedResponse
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

    def see(self, judged: JudgedTrace, seen: Observations, now: float) -> None:
        """Count what exchanges show, each by itself and all in order."""
        moments = [moment(one.answer, now) for one in seen.all]
        for single, at in zip(judged.singles, moments, strict=True):
            if single.checked:
                self._see_rules(single, at)
        for one, shown in shown_in(seen):
            for fact, holds in shown:
                self.count(fact, moments[one.position], holds=holds)
        broken = {one.rule for one in judged.whole.violations}
        for slug in judged.whole.checked & _TRACE_RULES:
            self.count(slug, max(moments, default=now), holds=slug not in broken)
        for taken in steps_of(seen):
            if taken.step.move is not None:
                self.count(arrow_name(taken.step.move), moment(taken.later.answer, now), holds=True)

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


def sightings_of(judged: JudgedTrace, seen: Observations, now: float) -> list[Sighting]:
    """Return what judged exchanges of one client show, in order; `seen` are the same ones."""
    observer = FactObserver()
    observer.see(judged, seen, now)
    return observer.take()


def moment(answer: ParsedResponse, now: float) -> float:
    """Return when an exchange was, in Unix seconds: as it says, but not later than now."""
    known = answer.exchange.at or answer.date
    return min(known.timestamp(), now) if known else now
