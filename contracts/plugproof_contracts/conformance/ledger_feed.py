"""What exchanges show of the facts: told where they contradict an assumption, and added to a ledger on request."""

import hashlib
import time
from collections.abc import Iterable, Iterator, Sequence

from plugproof_contracts.evidence.fact_index import FACTS, Fact, FactKind, setting_name
from plugproof_contracts.evidence.ledger_entry import Interval, LedgerEntry, Sighting, SourceKind
from plugproof_contracts.evidence.night_bound import claim
from plugproof_contracts.evidence.observer import sightings_of, words_of
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.exchanges.route import origin, redacted
from plugproof_contracts.facts.level import Level
from plugproof_contracts.learning.estimation import learn
from plugproof_contracts.learning.learned_fact import FactValue, LearnedFact
from plugproof_contracts.parsing.parsed_response import ParsedResponse
from plugproof_contracts.reports.report_model import AssumptionNote
from plugproof_contracts.rules import RULES

Recording = Sequence[Exchange]
"""Exchanges of one client, in the order in which they were sent."""


def assumption_notes(recordings: Iterable[Recording]) -> tuple[AssumptionNote, ...]:
    """Return a note for each assumption that recordings contradict, settings first; only what is certain."""
    known = [list(recording) for recording in recordings]
    settings = [_setting_note(one) for one in learn(known) if one.contradicts and _is_indexed(one)]
    seen = [one for recording in known for one in words_of(recording, time.time())]
    return (*settings, *_others(seen))


def _is_indexed(learned: LearnedFact) -> bool:
    return setting_name(learned.name) in FACTS


def _setting_note(learned: LearnedFact) -> AssumptionNote:
    fact = FACTS[setting_name(learned.name)]
    seen = f"{interval_of(learned)} {fact.unit}".strip()
    return AssumptionNote(fact=fact.name, assumed=fact.assumed_text, seen=seen, n=learned.n)


def _others(seen: Iterable[Sighting]) -> Iterator[AssumptionNote]:
    """Yield a note for each assumed text and header that was never seen as it is assumed."""
    counts: dict[str, list[int]] = {}
    for one in seen:
        count = counts.setdefault(one.fact, [0, 0])
        count[0] += one.observed
        count[1] += one.contradicted
    for name, (observed, contradicted) in counts.items():
        fact = FACTS[name]
        if contradicted and not observed and _is_assumed_value(fact):
            yield AssumptionNote(fact=name, assumed=fact.assumed_text, seen=_DIFFERENT[fact.kind], n=contradicted)


_DIFFERENT = {FactKind.TEXT: "another text", FactKind.HEADER: "none, or another value"}


def _is_assumed_value(fact: Fact) -> bool:
    return fact.level is Level.ASSUMED and fact.assumed is not None and fact.kind in _DIFFERENT


def interval_of(learned: LearnedFact) -> Interval:
    """Return what was learned of a setting as the ledger keeps it."""
    word = _word(learned.value)
    return Interval(word=word) if word else Interval(learned.low, learned.high)


def _word(value: FactValue | None) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value[:24] if isinstance(value, str) else None


def evidence_of(recording: Recording, now: float) -> list[Sighting]:
    """Return everything that a recording shows: of rules, arrows, texts, headers and settings."""
    exchanges = list(recording)
    found = sightings_of(exchanges, now)
    times = [one.first for one in found] + [one.last for one in found] or [now]
    return found + list(_settings(learn([exchanges]), min(times), max(times)))


def _settings(learned: Iterable[LearnedFact], first: float, last: float) -> Iterator[Sighting]:
    for one in learned:
        if one.is_known and one.n and _is_indexed(one):
            holds, fails = (0, one.n) if one.contradicts else (one.n, 0)
            yield Sighting(setting_name(one.name), holds, fails, first, last, interval_of(one))


def by_base(recording: Recording) -> dict[str, list[Exchange]]:
    """Return the exchanges of each base URL, which is written so that it may be shown."""
    found: dict[str, list[Exchange]] = {}
    for exchange in recording:
        if exchange.base is not None:
            found.setdefault(redacted(origin(exchange.base)), []).append(exchange)
    return found


def add_to_ledger(url: str | None, source: SourceKind, recordings: Iterable[Recording], now: float) -> str:
    """Add what recordings show to a ledger, and return a line that says how that went; it never fails."""
    from plugproof_contracts.evidence.ledger import LedgerError

    try:
        return feed_ledger(url, source, recordings, now)
    except LedgerError as error:
        return f"nothing was added: {error}"


def feed_ledger(url: str | None, source: SourceKind, recordings: Iterable[Recording], now: float) -> str:
    """Add what recordings show to a ledger, and return how much that was; raises `LedgerError`."""
    from plugproof_contracts.evidence.ledger import Ledger

    ledger, facts, repeated, kept = Ledger(url), set[str](), 0, ""
    try:
        for recording in recordings:
            for base, exchanges in by_base(recording).items():
                seen = evidence_of(exchanges, now)
                digest = digest_of(exchanges) if source is SourceKind.INSPECT else None
                if ledger.add(base, source, seen, recording=digest):
                    facts |= {one.fact for one in seen}
                else:
                    repeated += 1
                kept = _nights_kept(ledger.entries(base)) if source is SourceKind.CHECK else ""
    finally:
        ledger.close()
    again = f"; {repeated} added before, which counts once" if repeated else ""
    return f"{len(facts)} of {len(FACTS)} facts were seen{again}{kept}"


def _nights_kept(entries: Iterable[LedgerEntry]) -> str:
    """Return how many rules were kept on the most nights on which any was seen by a check, and what that says."""
    of_rules = [one for one in entries if one.source == SourceKind.CHECK and one.fact in RULES]
    kept = [one.nights for one in of_rules if not one.broken_nights]
    most = max(kept, default=0)
    return f"; {kept.count(most)} rules never broken {claim(most)}" if most > 1 else ""


def digest_of(recording: Recording) -> str:
    """Return what tells a recording from others; nothing of it can be read back."""
    digest = hashlib.sha256()
    for exchange in recording:
        answer = ParsedResponse(exchange)
        parts = (exchange.method, exchange.url, str(exchange.status), str(exchange.at or answer.date))
        for part in (*(part.encode(errors="replace") for part in parts), exchange.body or b""):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
