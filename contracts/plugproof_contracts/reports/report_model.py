"""The outcome of a check, as plain data: everything that any report says comes from here.

No text in it holds a secret, and the same input gives the same report.
"""

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from plugproof_contracts.argument_checks import CheckedEnum, CheckedStruct
from plugproof_contracts.facts.level import Level
from plugproof_contracts.facts.session import Status
from plugproof_contracts.rules.violation import Violation


class Verdict(CheckedEnum):
    """What a check comes to; of several files the first of these that one of them has."""

    BROKEN = "broken"
    """A finding counts: a documented fact, or under `strict` an inferred one, is broken and not accepted."""
    DRIFTED = "changed"
    """No finding counts, but something has changed since an earlier check, and that was asked to count."""
    UNCHECKED = "could not check"
    """Something could not be read or judged."""
    NOTHING = "nothing was checked"
    """No rule was checked."""
    CONFORMS = "conforms"
    """At least one rule was checked, and none that counts is broken."""

    @property
    def exit_code(self) -> int:
        """The exit code of the command."""
        return _EXIT_CODES[self]


_EXIT_CODES = {
    Verdict.CONFORMS: 0,
    Verdict.BROKEN: 1,
    Verdict.DRIFTED: 1,
    Verdict.UNCHECKED: 3,
    Verdict.NOTHING: 5,
}


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst of several verdicts, in the order in which `Verdict` lists them."""
    found = set(verdicts)
    return next((verdict for verdict in Verdict if verdict in found), Verdict.NOTHING)


class State(StrEnum):
    """How a rule fared."""

    BROKEN = "broken"
    ACCEPTED = "accepted"
    """It is broken, and every finding is in the baseline."""
    PASSED = "passed"
    UNCHECKED = "not checked"
    """It applied, and nothing that it judges was there."""
    NOT_APPLICABLE = "not applicable"
    """Nothing that it applies to was read."""


def with_caveat(verdict: Verdict, caveat: str) -> str:
    """Return a verdict as it is told."""
    return f"{verdict}, but {caveat}" if caveat else str(verdict)


class RuleState(msgspec.Struct, frozen=True):
    """One rule of the catalogue, and how it fared."""

    slug: str
    level: Level
    source: str
    requirement: str
    state: State

    @property
    def family(self) -> str:
        """The first word of the slug."""
        return self.slug.partition(".")[0]


class Breach(Violation, frozen=True, kw_only=True, omit_defaults=True):
    """One finding: a violation, the file and the number of the entry it was found in (from 1).

    `counts` says that it breaks the contract under the chosen strictness; `accepted` is the baseline's reason.
    """

    file: str = ""
    entry: int | None = None
    counts: bool = False
    accepted: str = ""


class Problem(msgspec.Struct, frozen=True):
    """Why something could not be checked: in `count` entries of a file, first in `entry`, or in all of it."""

    file: str
    reason: str
    count: int = 1
    entry: int | None = None


class Stale(msgspec.Struct, frozen=True):
    """An entry of the baseline (its number from 1) that accepts nothing, and why."""

    entry: int
    rule: str
    reason: str


class Source(msgspec.Struct, frozen=True):
    """One file: its format, the exchanges read, entries skipped by reason, and the base URLs in it."""

    file: str
    format: str
    read: int
    skipped: dict[str, int]
    bases: tuple[str, ...]
    verdict: Verdict
    caveat: str = ""
    """What the verdict does not cover, though nothing of it was left unread."""

    @property
    def verdict_text(self) -> str:
        """The verdict, and what it does not cover."""
        return with_caveat(self.verdict, self.caveat)


MOST_NAMED = 3
"""Base URLs or files that a report names at its head."""


def facts_broken(count: int, level: Level) -> str:
    """Return how many facts of a level are broken, in words."""
    return f"{count} {level} {'fact' if count == 1 else 'facts'} broken"


class AssumptionNote(msgspec.Struct, frozen=True, kw_only=True):
    """An assumption that was contradicted `n` times: its fact, what is assumed, and what was seen instead."""

    fact: str
    assumed: str
    seen: str
    n: int

    def __str__(self) -> str:
        times = "once" if self.n == 1 else f"{self.n} times"
        return f"{self.fact}: assumed {self.assumed}, seen {self.seen} ({times}); {READ_ON_LEARNING}"


READ_ON_LEARNING = "`plugproof learn` sets the fake to it"
"""The way on from a contradicted assumption."""


class Report(msgspec.Struct, frozen=True, kw_only=True, metaclass=CheckedStruct):
    """The outcome of a check."""

    title: str
    version: str
    strict: bool
    verdict: Verdict
    counts: dict[str, int]
    sources: tuple[Source, ...]
    rules: tuple[RuleState, ...]
    breaches: tuple[Breach, ...]
    problems: tuple[Problem, ...]
    stale: tuple[Stale, ...]
    seen: tuple[Status, ...]
    drift: tuple[str, ...] = ()
    """What changed since an earlier check, in words; it counts where the verdict is `DRIFTED`."""
    caveat: str = ""
    """What the verdict does not cover, though nothing of it was left unread."""
    date: str = ""
    """The day of the check, such as `2026-01-10`."""
    notes: tuple[AssumptionNote, ...] = ()
    """Assumptions that what was read contradicts; none of them counts."""
    ledger: str = ""
    """How the ledger was added to, empty if none was asked for."""

    @property
    def verdict_text(self) -> str:
        """The verdict, and what it does not cover."""
        return with_caveat(self.verdict, self.caveat)

    @property
    def target(self) -> str:
        """Whose answers were judged: the base URLs, or the files where nothing names one."""
        bases = dict.fromkeys(base for source in self.sources for base in source.bases)
        names = list(bases or dict.fromkeys(source.file for source in self.sources))
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        return ", ".join(names[:MOST_NAMED]) + more

    @property
    def headline(self) -> str:
        """How many facts are broken, or else the verdict."""
        counts = [(level, self._broken(level)) for level in (Level.DOCUMENTED, Level.INFERRED)]
        told = [facts_broken(count, level) for level, count in counts if count]
        if self.verdict is Verdict.CONFORMS:
            return facts_broken(0, Level.DOCUMENTED)
        return ", ".join(told) or self.verdict_text

    def _broken(self, level: Level) -> int:
        return len({breach.rule for breach in self.breaches if breach.counts and breach.level is level})

    def by_rule(self) -> dict[str, list[Breach]]:
        """Return the findings that are not accepted, by rule: what counts and what is better known first."""
        return self._grouped(accepted=False)

    def accepted_by_rule(self) -> dict[str, list[Breach]]:
        """Return the accepted findings, by rule in the same order."""
        return self._grouped(accepted=True)

    def _grouped(self, *, accepted: bool) -> dict[str, list[Breach]]:
        weights = list(Level)
        rules = sorted(self.rules, key=lambda rule: weights.index(rule.level))
        groups: dict[str, list[Breach]] = {rule.slug: [] for rule in rules}
        for breach in self.breaches:
            if bool(breach.accepted) is accepted:
                groups[breach.rule].append(breach)
        return {slug: found for slug, found in groups.items() if found}


def tally(rules: Iterable[RuleState]) -> dict[str, int]:
    """Count the rules that are known, were applicable and checked, and passed."""
    states = [rule.state for rule in rules]
    return {
        "known": len(states),
        "applicable": sum(state is not State.NOT_APPLICABLE for state in states),
        "checked": sum(state not in (State.NOT_APPLICABLE, State.UNCHECKED) for state in states),
        "passed": states.count(State.PASSED),
    }


FOREIGN = ("schemathesis.",)
"""How the slugs of other tools' checks begin."""

MOST_SHOWN = 5
"""Places of one rule that a report for people shows; the JSON report has all."""


def place(breach: Breach) -> str:
    """Return where a finding was made, such as `traffic.har, entry 3: POST …/confirm → 200`."""
    entry = f", entry {breach.entry}" if breach.entry else ""
    return f"{breach.file}{entry}: {breach.where}" if breach.file else breach.where


def read_on(slug: str) -> str:
    """Return the command that explains a rule; what another tool checks is explained by that tool."""
    return (
        f"{slug.partition('.')[0]}'s own documentation" if slug.startswith(FOREIGN) else f"plugproof rules {slug}"
    )


def problem_place(problem: Problem) -> str:
    """Return where something could not be checked."""
    if problem.entry is None:
        return problem.file
    more = f" and {problem.count - 1} more" if problem.count > 1 else ""
    return f"{problem.file}, entry {problem.entry}{more}"


def skipped_text(source: Source) -> str:
    """Return what of a file was read and skipped, in words."""
    reasons = ", ".join(f"{count} {reason}" for reason, count in source.skipped.items())
    read = f"{source.read} exchange{'' if source.read == 1 else 's'} read"
    return f"{read}, {sum(source.skipped.values())} skipped" + (f" ({reasons})" if reasons else "")
