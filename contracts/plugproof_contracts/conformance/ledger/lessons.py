"""What judged exchanges show of the facts, looked at once: for the notes of a report, and for a ledger."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from plugproof_contracts.checking.checker import JudgedTrace
from plugproof_contracts.evidence.fact_index import FACTS, Fact, FactKind, arrow_name, setting_name
from plugproof_contracts.evidence.ledger_entry import Interval, Sighting
from plugproof_contracts.evidence.observer import sightings_of
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.exchanges.route import origin, redacted
from plugproof_contracts.facts.level import Level
from plugproof_contracts.facts.session_lifecycle import LIFECYCLE
from plugproof_contracts.learning.estimation import facts_of, merge_facts
from plugproof_contracts.learning.estimators.step_estimators import step_name
from plugproof_contracts.learning.learned_fact import FactForm, FactValue, LearnedFact
from plugproof_contracts.learning.observations import Observations
from plugproof_contracts.parsing.parsed_response import parsed
from plugproof_contracts.reports.report_model import AssumptionNote


class Lesson(NamedTuple):
    """What the exchanges of one client show at one base URL, which is written so that it may be shown.

    `sightings` are of rules, arrows, texts and headers, `learned` what is known of the settings.
    """

    base: str
    exchanges: tuple[Exchange, ...]
    sightings: tuple[Sighting, ...]
    learned: tuple[LearnedFact, ...]

    def all_sightings(self, now: float) -> list[Sighting]:
        """Return everything that a ledger keeps of it."""
        times = [one.first for one in self.sightings] + [one.last for one in self.sightings] or [now]
        return [*_with_times(self.sightings, self.learned), *_settings(self.learned, min(times), max(times))]


def lessons_of(judged: JudgedTrace, now: float) -> list[Lesson]:
    """Return what one client's exchanges show, for each base URL; `now` dates those that tell no time."""
    bases = positions_by_base(judged.exchanges)
    return [_lesson(base, judged.only(positions), now) for base, positions in bases.items()]


def _lesson(base: str, judged: JudgedTrace, now: float) -> Lesson:
    seen = Observations(judged.exchanges)
    return Lesson(base, judged.exchanges, tuple(sightings_of(judged, seen, now)), facts_of(seen))


def positions_by_base(exchanges: Iterable[Exchange]) -> dict[str, list[int]]:
    """Return where the exchanges with each base URL are, which is written so that it may be shown."""
    found: dict[str, list[int]] = {}
    shown: dict[str, str] = {}
    for position, exchange in enumerate(exchanges):
        base = exchange.base
        if base is not None:
            name = shown.get(base) or shown.setdefault(base, redacted(origin(base)))
            found.setdefault(name, []).append(position)
    return found


def assumption_notes(lessons: Iterable[Lesson]) -> tuple[AssumptionNote, ...]:
    """Return a note for each assumption that is contradicted, settings first; only what is certain."""
    known = list(lessons)
    learned = merge_facts(one.learned for one in known)
    settings = [_setting_note(one) for one in learned if one.contradicts and _is_setting(one)]
    return (*settings, *_others(seen for one in known for seen in one.sightings))


def _is_setting(learned: LearnedFact) -> bool:
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


def _with_times(sightings: Iterable[Sighting], learned: Iterable[LearnedFact]) -> Iterator[Sighting]:
    """Yield the sightings, those of arrows with how long the status before them lasted."""
    known = {one.name: interval_of(one) for one in learned if one.form is FactForm.STEP}
    for one in sightings:
        yield one._replace(interval=known[_STEPS[one.fact]]) if one.fact in _STEPS else one


_STEPS = {arrow_name(move): step_name(move.source, move.target) for move in LIFECYCLE}
"""What learning calls an arrow, whatever its cause, by the name of its fact."""


def _settings(learned: Iterable[LearnedFact], first: float, last: float) -> Iterator[Sighting]:
    for one in learned:
        if one.is_known and one.n and _is_setting(one):
            holds, fails = (0, one.n) if one.contradicts else (one.n, 0)
            yield Sighting(setting_name(one.name), holds, fails, first, last, interval_of(one))


def digest_of(recording: Iterable[Exchange]) -> str:
    """Return what tells a recording from others; nothing of it can be read back."""
    digest = hashlib.sha256()
    for exchange in recording:
        parts = (exchange.method, exchange.url, str(exchange.status), str(exchange.at or parsed(exchange).date))
        for part in (*(part.encode(errors="replace") for part in parts), exchange.body or b""):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
