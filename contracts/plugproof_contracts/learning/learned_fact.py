"""What was learned of one fact: a bracket or a word, from how many observations, and what it contradicts."""

from collections.abc import Collection
from enum import StrEnum

import msgspec
from msgspec.structs import replace

from plugproof_contracts.facts.assumed_settings import ASSUMED_SETTINGS
from plugproof_contracts.learning.binomial_bound import upper_bound
from plugproof_contracts.learning.bracket import Bracket

FactValue = float | str | bool

ALWAYS = 100
"""A share of all cases, in percent."""


class FactForm(StrEnum):
    """How observations of a fact are put together."""

    BRACKET = "bracket"
    """One value is behind all of them: it lies in every bracket."""
    RANGE = "range"
    """The value differs from case to case: the range holds all of them."""
    WORD = "word"
    """One of a few words, or yes or no."""
    SET = "set"
    """A list of names, as a text; what one recording lacks says nothing."""
    SHARE = "share"
    """The percentage of cases in which something holds: the exact bounds of what `held` of `n` cases tell."""
    STEP = "step"
    """Something that happened `n` times, and the range of how long it took, as far as that is known."""


class LearnedFact(msgspec.Struct, frozen=True, kw_only=True):
    """One fact as it was seen `n` times. Times are seconds, money is minor units, VAT is percent.

    `low` and `high` are None where nothing bounds the value. `value` is set only where it is known exactly.
    `assumed` is what plugproof assumes, None where it assumes nothing. `note` says why nothing is claimed, or
    what to keep in mind.
    """

    name: str
    form: FactForm
    unit: str = ""
    assumed: FactValue | None = None
    low: float | None = None
    high: float | None = None
    value: FactValue | None = None
    n: int = 0
    held: int = 0
    note: str = ""

    @property
    def bracket(self) -> Bracket:
        """The interval that holds the value."""
        return Bracket(self.low, self.high)

    @property
    def is_known(self) -> bool:
        """Whether anything is claimed."""
        is_step = self.form is FactForm.STEP and self.n > 0
        return is_step or self.value is not None or not self.bracket.is_open

    @property
    def contradicts(self) -> bool:
        """Whether what was seen cannot be if the assumption is right."""
        if self.assumed is None or not self.is_known:
            return False
        if isinstance(self.assumed, str | bool):
            return self.value is not None and self.value != self.assumed
        return not self.bracket.contains(self.assumed)

    @property
    def holds_for(self) -> float | None:
        """The share of cases for which this holds at least, with 95 % confidence; None if nothing was seen.

        `n` cases without an exception bound the rate of exceptions by 1 - 0.05 ** (1 / n). Of what is a share
        itself, or only happened, there are no exceptions.
        """
        return 1 - upper_bound(self.n, 0) if self.n and self.is_known and self.form not in _COUNTED else None

    def merge(self, other: "LearnedFact") -> "LearnedFact":
        """Return what two recordings say together; where they contradict each other, nothing is claimed."""
        if not (self.is_known and other.is_known):
            return self._add_unknown(other)
        return _MERGERS[self.form](self, other)

    def _add_unknown(self, other: "LearnedFact") -> "LearnedFact":
        if is_contradictory(self) or is_contradictory(other):
            return contradictory(self, self.n + other.n)
        return self if self.is_known or self.note else other


_COUNTED = frozenset({FactForm.SHARE, FactForm.STEP})

CONTRADICTORY = "the recordings contradict each other: nothing is claimed"


def is_contradictory(fact: LearnedFact) -> bool:
    """Return whether nothing is claimed because what was seen contradicts itself."""
    return fact.note.startswith(CONTRADICTORY)


def contradictory(fact: LearnedFact, n: int) -> LearnedFact:
    """Return the fact without a claim, and with the reason."""
    return replace(fact, low=None, high=None, value=None, n=n, note=CONTRADICTORY)


def assumed_setting(name: str, form: FactForm) -> LearnedFact:
    """Return the fact of a setting with what is assumed of it, and nothing learned."""
    row = ASSUMED_SETTINGS[name]
    return LearnedFact(name=name, form=form, unit=str(row.unit), assumed=row.value)


def shared(fact: LearnedFact, held: int, n: int) -> LearnedFact:
    """Return the fact of a share with what was seen of it: so many times of so many."""
    if n == 0:
        return fact
    low, high = (round(100 * bound, 6) for bound in (1 - upper_bound(n, n - held), upper_bound(n, held)))
    return replace(fact, low=low, high=high, n=n, held=held)


def bracketed(fact: LearnedFact, bracket: Bracket, n: int, note: str = "") -> LearnedFact:
    """Return the fact with the bracket of its one value; with a reason and no claim if no value fits."""
    if bracket.is_empty:
        return contradictory(fact, n)
    exact = bracket.low if bracket.low is not None and bracket.low == bracket.high else None
    return replace(fact, low=bracket.low, high=bracket.high, value=exact, n=n, note=note)


def ranged(fact: LearnedFact, seen: Bracket, n: int, note: str = "") -> LearnedFact:
    """Return the fact with the range of the values that were seen; exact where there was only one."""
    exact = seen.low if seen.low == seen.high else None
    return replace(fact, low=seen.low, high=seen.high, value=exact, n=n, note=note)


def worded(fact: LearnedFact, votes: Collection[FactValue], note: str = "") -> LearnedFact:
    """Return the fact with the word that every observation votes for; without a claim if they disagree."""
    if len(set(votes)) > 1:
        return contradictory(fact, len(votes))
    return replace(fact, value=next(iter(votes), None), n=len(votes), note=note)


def _merge_brackets(first: LearnedFact, second: LearnedFact) -> LearnedFact:
    n, note = first.n + second.n, first.note or second.note
    return bracketed(first, first.bracket.intersect(second.bracket), n, note)


def _merge_ranges(first: LearnedFact, second: LearnedFact) -> LearnedFact:
    found = first.bracket.union(second.bracket)
    return ranged(first, found, first.n + second.n)


def _merge_words(first: LearnedFact, second: LearnedFact) -> LearnedFact:
    n = first.n + second.n
    return replace(first, n=n) if first.value == second.value else contradictory(first, n)


def _merge_shares(first: LearnedFact, second: LearnedFact) -> LearnedFact:
    return shared(first, first.held + second.held, first.n + second.n)


def _merge_steps(first: LearnedFact, second: LearnedFact) -> LearnedFact:
    timed = [one for one in (first, second) if one.high is not None]
    found = timed[0].bracket if len(timed) == 1 else first.bracket.union(second.bracket)
    return replace(first, low=found.low, high=found.high, n=first.n + second.n)


def _merge_sets(first: LearnedFact, second: LearnedFact) -> LearnedFact:
    names = {*str(first.value).split(", "), *str(second.value).split(", ")}
    return replace(first, value=", ".join(sorted(names)), n=first.n + second.n)


_MERGERS = {
    FactForm.BRACKET: _merge_brackets,
    FactForm.RANGE: _merge_ranges,
    FactForm.WORD: _merge_words,
    FactForm.SET: _merge_sets,
    FactForm.SHARE: _merge_shares,
    FactForm.STEP: _merge_steps,
}
