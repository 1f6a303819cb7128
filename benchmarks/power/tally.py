"""Who finds what: the defects and the valid answers, counted."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from benchmarks.power.facts import Defect
from benchmarks.power.recording import recordings
from benchmarks.power.trace import TraceDefect
from plugproof_contracts import Exchange, Level, Violation, check, check_trace

Finds = Callable[[Exchange], bool]
OWN = "plugproof"


def breaches(violations: Iterable[Violation]) -> list[Violation]:
    """Return those that are more than a note."""
    return [violation for violation in violations if violation.level is not Level.ASSUMED]


class Tally(NamedTuple):
    """`defects` and `found` by family, and by finder within it; `missed` are the ways that we do not find.

    `weaker` counts documented facts of which only a weaker rule finds the breach, as a warning.
    """

    defects: Counter[str]
    facts: dict[str, set[str]]
    ways: dict[str, set[tuple[str, str]]]
    found: Counter[tuple[str, str]]
    missed: Counter[tuple[str, str, str]]
    weaker: Counter[str]

    @property
    def share(self) -> float:
        """The share of all defects that we find."""
        return sum(self.found[OWN, family] for family in self.defects) / self.defects.total()


def _empty() -> Tally:
    return Tally(Counter(), {}, {}, Counter(), Counter(), Counter())


def _note(tally: Tally, defect: Defect | TraceDefect, own: list[Violation]) -> None:
    family = defect.family
    tally.defects[family] += 1
    tally.facts.setdefault(family, set()).add(defect.fact)
    tally.ways.setdefault(family, set()).add((defect.fact, defect.way))
    if not own:
        tally.missed[family, defect.fact, defect.way] += 1
        return
    tally.found[OWN, family] += 1
    if defect.level is Level.DOCUMENTED and all(one.level is Level.INFERRED for one in own):
        tally.weaker[family] += 1


def tally_answers(defects: Iterable[Defect], rivals: Sequence[tuple[str, Finds]] = ()) -> Tally:
    """Count the defects of single answers."""
    tally = _empty()
    for defect in defects:
        _note(tally, defect, breaches(check(defect.exchange)))
        for name, finds in rivals:
            tally.found[name, defect.family] += finds(defect.exchange)
    return tally


def tally_traces(defects: Iterable[TraceDefect], rivals: Sequence[tuple[str, Finds]] = ()) -> Tally:
    """Count the defects of traces; a rival finds one in any of its answers."""
    tally = _empty()
    for defect in defects:
        _note(tally, defect, breaches(check_trace(defect.exchanges)))
        for name, finds in rivals:
            tally.found[name, defect.family] += any(map(finds, defect.exchanges))
    return tally


class Alarms(NamedTuple):
    """Valid answers and traces, and false alarms on them; `described` are those that the document describes."""

    answers: int
    traces: int
    described: int
    codes: Counter[int]
    alarms: Counter[str]
    notes: Counter[str]
    told: list[str]


def count_alarms(
    seed: int,
    responses: int,
    rivals: Sequence[tuple[str, Finds]] = (),
    described: Finds = lambda exchange: True,
) -> Alarms:
    """Let everybody judge what random worlds answer, one by one and, by us, as traces."""
    answers, traces, seen, codes = 0, 0, 0, Counter[int]()
    alarms, notes, told = Counter[str](), Counter[str](), list[str]()
    for recorded in recordings(seed, responses):
        answers, traces = answers + len(recorded), traces + 1
        codes.update(exchange.status for exchange in recorded)
        found = check_trace(recorded)
        notes.update(one.rule for one in found if one.level is Level.ASSUMED)
        alarms[OWN] += len(breaches(found))
        told += map(str, breaches(found))
        for exchange in filter(described, recorded):
            seen += 1
            for name, finds in rivals:
                alarms[name] += finds(exchange)
    return Alarms(answers, traces, seen, codes, alarms, notes, told)
