"""What was found in each file, put together into one report in which no secret can be read."""

import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import NamedTuple, Protocol

import msgspec

from plugproof_contracts.checking.baseline import Accept, accepting
from plugproof_contracts.checking.checker import JudgedTrace, Result
from plugproof_contracts.facts.level import Level
from plugproof_contracts.facts.session import Status
from plugproof_contracts.reports.report_model import (
    Breach,
    Problem,
    Report,
    RuleState,
    Source,
    Stale,
    State,
    Verdict,
    tally,
    worst,
)
from plugproof_contracts.rules import RULES
from plugproof_contracts.rules.violation import Violation
from plugproof_contracts.secrets.escaping import escape
from plugproof_contracts.secrets.filenames import plain_name
from plugproof_contracts.secrets.scrubber import Scrubber
from plugproof_contracts.version import VERSION

MOST_REASONS = 20
"""Different reasons of one file that are told apart."""

Clean = Callable[[str], str]


@dataclass
class Evidence:
    """What one file gave, before secrets are taken out; `numbers` are the entries of what is judged."""

    file: str
    format: str = "unknown"
    numbers: list[int] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    bases: set[str] = field(default_factory=set)
    problems: dict[str, Problem] = field(default_factory=dict)
    result: Result = field(default_factory=lambda: Result(frozenset(), frozenset()))
    secrets: set[str] = field(default_factory=set)
    seen: set[Status] = field(default_factory=set)
    judged: JudgedTrace = field(default_factory=JudgedTrace)

    def note(self, reason: str, entry: int | None = None) -> None:
        """Remember why something could not be checked; equal reasons are counted."""
        if reason not in self.problems and len(self.problems) >= MOST_REASONS:
            reason = "damaged in other ways"
        known = self.problems.get(reason)
        count = known.count + 1 if known else 1
        self.problems[reason] = Problem(self.file, reason, count, known.entry if known else entry)


class ReportPolicy(NamedTuple):
    """How findings are weighed: whether inferred facts count, what is accepted, and on which day."""

    today: date
    strict: bool = False
    accepts: tuple[Accept, ...] = ()


class ReportedRule(Protocol):
    """A rule of the catalogue, or a check of another tool that is reported like one."""

    @property
    def slug(self) -> str:
        """Its name in reports."""

    @property
    def level(self) -> Level:
        """How well it is known what it asks."""

    @property
    def source(self) -> str:
        """Where that stands."""

    @property
    def requirement(self) -> str:
        """What it asks, in a sentence."""


def report_of(
    title: str, files: Sequence[Evidence], terms: ReportPolicy, rules: Iterable[ReportedRule] = RULES.values()
) -> Report:
    """Put together what was gathered; `rules` are all that may have been broken."""
    clean = _cleaner(files)
    found = [_breaches(one, terms, clean) for one in files]
    verdicts = [_verdict(one, breaches) for one, breaches in zip(files, found, strict=True)]
    all_breaches = tuple(breach for breaches in found for breach in breaches)
    states = _states(files, all_breaches, rules)
    checked = frozenset[str]().union(*(one.result.checked for one in files))
    verdict = worst(verdicts)
    return Report(
        title=title,
        version=VERSION,
        strict=terms.strict,
        verdict=verdict,
        caveat=_caveat(verdict, checked),
        counts=_counts(files, states),
        sources=tuple(_source(one, verdict, clean) for one, verdict in zip(files, verdicts, strict=True)),
        rules=states,
        breaches=all_breaches,
        problems=tuple(_told(problem, clean) for one in files for problem in one.problems.values()),
        stale=tuple(_stale(terms, all_breaches)),
        seen=tuple(status for status in Status if any(status in one.seen for one in files)),
        date=terms.today.isoformat(),
    )


def _told(problem: Problem, clean: Clean) -> Problem:
    file, reason = clean(plain_name(problem.file)), clean(problem.reason)
    return msgspec.structs.replace(problem, file=file, reason=reason)


_FINGERPRINT = re.compile(r"token~[0-9a-f]{10}")


def _cleaner(files: Iterable[Evidence]) -> Clean:
    """Return what makes a text fit to be shown: without secrets, and with nothing that a reader obeys.

    Tokens are numbered, for their fingerprints differ with every process.
    """
    scrub = Scrubber(secret for one in files for secret in one.secrets)
    numbers: dict[str, str] = {}

    @cache
    def clean(text: str) -> str:
        numbered = _FINGERPRINT.sub(
            lambda match: numbers.setdefault(match[0], f"token~{len(numbers) + 1}"), scrub(text)
        )
        return escape(numbered)

    return clean


def _breaches(one: Evidence, terms: ReportPolicy, clean: Clean) -> list[Breach]:
    return [_breach(one, violation, terms, clean) for violation in one.result.violations]


def _breach(one: Evidence, violation: Violation, terms: ReportPolicy, clean: Clean) -> Breach:
    accept = accepting(terms.accepts, violation, terms.today)
    return Breach(
        rule=violation.rule,
        level=violation.level,
        source=violation.source,
        requirement=violation.requirement,
        file=clean(plain_name(one.file)),
        entry=None if violation.position is None else one.numbers[violation.position],
        counts=accept is None and _weighs(violation.level, strict=terms.strict),
        accepted=clean(accept.reason) if accept else "",
        message=clean(violation.message),
        pointer=clean(violation.pointer),
        expected=clean(violation.expected),
        actual=clean(violation.actual),
        where=clean(violation.where),
    )


def _weighs(level: Level, *, strict: bool) -> bool:
    return level is Level.DOCUMENTED or (strict and level is Level.INFERRED)


def _verdict(one: Evidence, breaches: Iterable[Breach]) -> Verdict:
    if any(breach.counts for breach in breaches):
        return Verdict.BROKEN
    if one.problems:
        return Verdict.UNCHECKED
    return Verdict.CONFORMS if one.result.checked else Verdict.NOTHING


_READ_BODIES = frozenset(rule.slug for rule in RULES.values() if rule.scope.body and not rule.is_trace)


def _caveat(verdict: Verdict, checked: Set[str]) -> str:
    is_silent = verdict is Verdict.CONFORMS and checked <= RULES.keys() and not checked & _READ_BODIES
    return "no body was judged" if is_silent else ""


def _states(
    files: Sequence[Evidence], breaches: Iterable[Breach], rules: Iterable[ReportedRule]
) -> tuple[RuleState, ...]:
    accepted: dict[str, bool] = {}
    for breach in breaches:
        accepted[breach.rule] = accepted.get(breach.rule, True) and bool(breach.accepted)
    applicable = frozenset[str]().union(*(one.result.applicable for one in files))
    checked = frozenset[str]().union(*(one.result.checked for one in files))
    return tuple(
        RuleState(
            rule.slug, rule.level, rule.source, rule.requirement, _state(rule.slug, accepted, checked, applicable)
        )
        for rule in rules
    )


def _state(slug: str, accepted: Mapping[str, bool], checked: Container[str], applicable: Container[str]) -> State:
    if slug in accepted:
        return State.ACCEPTED if accepted[slug] else State.BROKEN
    if slug in checked:
        return State.PASSED
    return State.UNCHECKED if slug in applicable else State.NOT_APPLICABLE


def _source(one: Evidence, verdict: Verdict, clean: Clean) -> Source:
    return Source(
        file=clean(plain_name(one.file)),
        format=one.format,
        read=len(one.numbers),
        skipped=dict(sorted(one.skipped.items())),
        bases=tuple(sorted(map(clean, one.bases))),
        verdict=verdict,
        caveat=_caveat(verdict, one.result.checked),
    )


def _counts(files: Sequence[Evidence], rules: Iterable[RuleState]) -> dict[str, int]:
    return {
        "files": len(files),
        "exchanges read": sum(len(one.numbers) for one in files),
        "entries skipped": sum(one.skipped.total() for one in files),
        **{f"rules {name}": number for name, number in tally(rules).items()},
    }


def _stale(terms: ReportPolicy, breaches: Sequence[Breach]) -> Iterable[Stale]:
    found = (accepting(terms.accepts, breach, terms.today) for breach in breaches)
    used = {terms.accepts.index(accept) + 1 for accept in found if accept}
    for number, accept in enumerate(terms.accepts, 1):
        if accept.until < terms.today:
            yield Stale(number, escape(accept.rule), f"expired on {accept.until}")
        elif number not in used:
            yield Stale(number, escape(accept.rule), "accepts nothing that was found")
