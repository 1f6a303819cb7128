"""What a ledger knows of the facts that learning tells, put as learning puts it.

A ledger keeps counts and intervals and no answers, so it cannot tell which text stood for another one, and which
fields were null.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from plugproof_contracts.conformance.ledger.lessons import digest_of, positions_by_base
from plugproof_contracts.errors import InvalidValueError
from plugproof_contracts.evidence.fact_index import FACTS, arrow_name, setting_name
from plugproof_contracts.evidence.ledger import Ledger
from plugproof_contracts.evidence.ledger_entry import Interval, LedgerEntry, merge
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.exchanges.route import origin, redacted
from plugproof_contracts.facts.operations import BASE_URL
from plugproof_contracts.facts.session_lifecycle import LIFECYCLE
from plugproof_contracts.learning.bracket import Bracket
from plugproof_contracts.learning.estimation import NOTHING, learn
from plugproof_contracts.learning.estimators.step_estimators import step_name
from plugproof_contracts.learning.learned_fact import (
    FactForm,
    LearnedFact,
    bracketed,
    contradictory,
    ranged,
    shared,
)

NOT_KEPT = "a ledger does not keep it: learn it from recordings"
ANOTHER_TEXT = "another text, which a ledger does not keep"


def _arrows() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for move in LIFECYCLE:
        found.setdefault(step_name(move.source, move.target), []).append(arrow_name(move))
    return found


_ARROWS = _arrows()
"""Under which names a ledger keeps a step, one for each cause."""


class JoinedFacts(NamedTuple):
    """What was learned of `base`.

    `left_out` exchanges were with other base URLs; `repeated` recordings were in the ledger before.
    """

    base: str
    facts: tuple[LearnedFact, ...]
    left_out: int = 0
    repeated: int = 0


def learn_with_ledger(recordings: Iterable[Sequence[Exchange]], url: str, base: str | None = None) -> JoinedFacts:
    """Return what a ledger and recordings say together of one base URL.

    That is the live API where no `base` is given and anything is known of it, else the only one that is known. A
    recording that the ledger knows adds only what a ledger doesn't keep. Raises `LedgerError`, and
    `InvalidValueError` where the base is not known.
    """
    read = [(list(recording), positions_by_base(recording)) for recording in recordings]
    ledger = Ledger(url)
    try:
        entries = ledger.entries()
        known = {one.base for one in entries}.union(*(bases for _, bases in read))
        meant = _meant(sorted(known), base)
        own = [[exchanges[at] for at in bases.get(meant, ())] for exchanges, bases in read]
        repeated = [one for one in own if one and ledger.has(digest_of(one))]
    finally:
        ledger.close()
    kept = facts_of_entries([one for one in entries if one.base == meant])
    new, whole = learn(one for one in own if one not in repeated), learn(own)
    facts = tuple(map(_join, kept, new, whole))
    left_out = sum(map(len, (at for _, bases in read for at in bases.values()))) - sum(map(len, own))
    return JoinedFacts(meant, facts, left_out, len(repeated))


def _join(kept: LearnedFact, new: LearnedFact, whole: LearnedFact) -> LearnedFact:
    if _kept_as(kept):
        return kept.merge(new)
    return whole if whole.n else kept


def _meant(known: Sequence[str], base: str | None) -> str:
    asked = None if base is None else redacted(origin(base.rstrip("/")))
    if asked in known:
        return str(asked)
    if asked is None and BASE_URL in known:
        return BASE_URL
    if asked is None and len(known) < 2:
        return known[0] if known else ""
    told = f"nothing is known of {asked}" if asked else f"{len(known)} base URLs are known, and not the live API"
    raise InvalidValueError(f"{told}; name one with --base: {', '.join(known) or 'there is none'}")


def facts_of_entries(entries: Sequence[LedgerEntry]) -> tuple[LearnedFact, ...]:
    """Return what the entries of one base URL say, a fact for each that learning tells."""
    by_fact: dict[str, list[LedgerEntry]] = {}
    for entry in entries:
        by_fact.setdefault(entry.fact, []).append(entry)
    return tuple(_fact(fact, by_fact) for fact in NOTHING)


def _fact(fact: LearnedFact, by_fact: dict[str, list[LedgerEntry]]) -> LearnedFact:
    names = _kept_as(fact)
    if not names:
        return replace(fact, note=NOT_KEPT)
    found = [entry for name in names for entry in by_fact.get(name, ())]
    observed, n = sum(one.observed for one in found), sum(one.observed + one.contradicted for one in found)
    if not n:
        return fact
    if fact.form is FactForm.SHARE:
        return shared(fact, observed, n)
    if fact.name in FACTS:
        return _text(fact, observed, n)
    whole = found[0].interval
    for one in found[1:]:
        whole = merge(whole, one.interval, varies=fact.form in (FactForm.RANGE, FactForm.STEP))
    return _of_interval(fact, whole, n)


def _kept_as(fact: LearnedFact) -> tuple[str, ...]:
    """Return the names under which a ledger keeps a fact: none if it doesn't."""
    causes = _ARROWS.get(fact.name, [])
    if len(causes) > 1:
        return ()  # a ledger counts an arrow only where its cause is certain as well
    return tuple(name for name in (*causes, setting_name(fact.name), fact.name) if name in FACTS)


def _text(fact: LearnedFact, observed: int, n: int) -> LearnedFact:
    if 0 < observed < n:
        return contradictory(fact, n)
    return replace(fact, value=fact.assumed if observed else ANOTHER_TEXT, n=n)


def _of_interval(fact: LearnedFact, seen: Interval, n: int) -> LearnedFact:
    if seen.is_mixed and fact.form is not FactForm.RANGE:
        return contradictory(fact, n)
    bracket = Bracket(seen.low, seen.high)
    if fact.form is FactForm.WORD:
        return replace(fact, value=_value(fact, seen.word), n=n)
    if fact.form is FactForm.BRACKET:
        return bracketed(fact, bracket, n)
    return (
        ranged(fact, bracket, n)
        if fact.form is FactForm.RANGE
        else replace(fact, low=seen.low, high=seen.high, n=n)
    )


def _value(fact: LearnedFact, word: str | None) -> str | bool | None:
    return word == "yes" if isinstance(fact.assumed, bool) and word is not None else word
