"""Adds what exchanges show of the facts to a ledger, all of it in one transaction."""

from collections.abc import Iterable

from plugproof_contracts.conformance.ledger.lessons import Lesson, digest_of
from plugproof_contracts.evidence.fact_index import FACTS
from plugproof_contracts.evidence.ledger_entry import Addition, LedgerEntry, SourceKind
from plugproof_contracts.evidence.night_bound import claim
from plugproof_contracts.rules import RULES


def add_to_ledger(url: str | None, source: SourceKind, lessons: Iterable[Lesson], now: float) -> str:
    """Add what exchanges show to a ledger, and return a line that says how that went; it never fails."""
    from plugproof_contracts.evidence.ledger import LedgerError

    try:
        return feed_ledger(url, source, lessons, now)
    except LedgerError as error:
        return f"nothing was added: {error}"


def feed_ledger(url: str | None, source: SourceKind, lessons: Iterable[Lesson], now: float) -> str:
    """Add what exchanges show to a ledger, and return how much that was; raises `LedgerError`."""
    from plugproof_contracts.evidence.ledger import Ledger

    additions = [_addition(source, one, now) for one in lessons]
    ledger = Ledger(url)
    try:
        added = ledger.add_all(additions)
        kept = _nights_kept(ledger.entries(additions[-1].base)) if source is SourceKind.CHECK else ""
    finally:
        ledger.close()
    facts = {seen.fact for one, is_new in zip(additions, added, strict=True) if is_new for seen in one.seen}
    repeated = added.count(False)
    again = f"; {repeated} added before, which counts once" if repeated else ""
    return f"{len(facts)} of {len(FACTS)} facts were seen{again}{kept}"


def _addition(source: SourceKind, lesson: Lesson, now: float) -> Addition:
    digest = digest_of(lesson.exchanges) if source is SourceKind.INSPECT else None
    return Addition(lesson.base, source, tuple(lesson.all_sightings(now)), digest)


def _nights_kept(entries: Iterable[LedgerEntry]) -> str:
    """Return how many rules were kept on the most nights on which any was seen by a check, and what that says."""
    of_rules = [one for one in entries if one.source == SourceKind.CHECK and one.fact in RULES]
    kept = [one.nights for one in of_rules if not one.broken_nights]
    most = max(kept, default=0)
    return f"; {kept.count(most)} rules never broken {claim(most)}" if most > 1 else ""
