"""How often learning is right, in N worlds with hidden settings: `python -m benchmarks.study.learn_study [N]`.

Each world answers 120 requests. Prints a table of what could be known, what was identified and what was false,
writes it into the documentation when there were enough worlds, and fails if a claim is false, if an arrow that
happened is held to be impossible, or if too little is identified.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import httpx2

from benchmarks.study.learn_oracle import identifiable, width_of
from plugproof import Exchange, FakePlugchoice
from plugproof_contracts.checking.checker import judge_trace
from plugproof_contracts.evidence.observer import sightings_of
from plugproof_contracts.facts.operations import OPERATIONS, WINDOW_SECONDS
from plugproof_contracts.learning.estimation import facts_of
from plugproof_contracts.learning.learned_fact import LearnedFact
from plugproof_contracts.learning.observations import Observations
from plugproof_contracts.learning.seen_steps import seconds_before, steps_of

WORLDS, REQUESTS = 1000, 120
LEAST_SHARE = 0.95
"""The part of the identifiable settings that has to be identified."""
PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "learning.md"

CHOICES: dict[str, tuple[Any, ...]] = {
    "vat": (21, 19, 20, 25, 7.7, 0, 21),
    "hold": (5000, 2000, 7500),
    "payment_window": (900, 300, 600, 1800),
    "token_ttl": (86400, 3600, 7200),
    "errors": ("json", "negotiated"),
    "not_found": ("plain", "plain", "echo"),
    "invalid_text": ("first", "fixed"),
    "sessions_per_charger": (20, 2, 5, 3),
    "rate_limit": ("endpoint", "shared"),
}
"""What a world's settings are drawn from; the first is the assumed value."""
_CODES = ("HAPPY", "UNPAID", "CAPPED", "UNPLUG", "DECLINED")
_PAUSES = (0.3, 1, 3, 10, 61, 300, 900)


class RecordedLife(NamedTuple):
    """What a client saw of a world, and every move of its sessions: token, source, target, from when to when."""

    exchanges: list[Exchange]
    moves: list[tuple[str, str, str, float, float]]


class FalseClaim(NamedTuple):
    """A claim that the truth contradicts; the seed makes its world again."""

    seed: int
    claim: str
    truth: object


class Study(NamedTuple):
    """Of so many worlds: where a fact was identifiable, where told and identified, and which claims were false."""

    worlds: int
    identifiable: Counter[str]
    identified: Counter[str]
    told: Counter[str]
    arrows: int
    false: tuple[FalseClaim, ...]
    demoted: tuple[FalseClaim, ...]

    @property
    def share(self) -> float:
        """The part of the identifiable settings that was identified."""
        return self.identified.total() / max(1, self.identifiable.total())

    def table(self) -> str:
        """Return what is in the documentation."""
        wrong = Counter(one.claim.partition(" ")[0] for one in self.false)
        names = sorted(self.identifiable | self.told)
        rows = [
            (
                f"`{name}`",
                _width(name),
                *(count[name] for count in (self.identifiable, self.identified, self.told, wrong)),
            )
            for name in names
        ]
        head = (
            "| fact | width | identifiable in | identified in | told in | false |",
            "|---|---:|---:|---:|---:|---:|",
        )
        return "\n".join((*self._summary(), "", *head, *(f"| {' | '.join(map(str, row))} |" for row in rows)))

    def _summary(self) -> Iterator[str]:
        yield f"{self.worlds:,} worlds, {datetime.now(UTC):%Y-%m-%d}:"
        yield ""
        yield f"- identifiable settings: {self.identifiable.total():,}, of which identified: {self.share:.1%}"
        yield f"- steps of sessions that were told: {self.arrows:,}"
        yield f"- false claims about settings and steps: {len(self.false)}"
        yield f"- arrows that happened and were held to be impossible: {len(self.demoted)}"


def _width(name: str) -> str:
    return f"{width_of(name):g}" if width_of(name) else "exact"


def study(worlds: int) -> Study:
    """Learn from so many worlds and compare with what was hidden in them."""
    found = Study(worlds, Counter(), Counter(), Counter(), 0, (), ())
    for seed in range(worlds):
        found = _add_world(found, seed)
    return found


def _add_world(found: Study, seed: int) -> Study:
    chance = Random(seed)
    settings = {name: chance.choice(values) for name, values in CHOICES.items()}
    truth = _truth(settings)
    life = recorded_life(chance, settings)
    seen = Observations(life.exchanges)
    facts = [fact for fact in facts_of(seen) if fact.is_known and fact.name in truth]
    could = identifiable(life.exchanges, truth)
    right = {fact.name for fact in facts if _is_right(fact, truth[fact.name])}
    found.told.update(fact.name for fact in facts)
    found.identifiable.update(could)
    found.identified.update(fact.name for fact in facts if fact.name in could & right and _is_narrow(fact))
    false = [FalseClaim(seed, f"{one.name} {one}", truth[one.name]) for one in facts if one.name not in right]
    false += (FalseClaim(seed, claim, "no such step") for claim in _false_steps(seen, life.moves))
    return found._replace(
        arrows=found.arrows + len(steps_of(seen)),
        false=(*found.false, *false),
        demoted=(
            *found.demoted,
            *(FalseClaim(seed, one, "it happened") for one in _demoted(life.exchanges, seen)),
        ),
    )


def _is_narrow(fact: LearnedFact) -> bool:
    if fact.low is None and fact.high is None:
        return fact.value is not None
    return fact.low is not None and fact.high is not None and fact.high - fact.low <= width_of(fact.name)


def _false_steps(seen: Observations, moves: Sequence[tuple[str, str, str, float, float]]) -> Iterator[str]:
    """Yield the steps that are told and did not happen, or not after the seconds that are told."""
    for one in steps_of(seen):
        token = one.later.answer.token
        name, seconds = f"arrow.{one.step.source}.{one.step.target}", seconds_before(one)
        took = [
            end - begin
            for whose, source, target, begin, end in moves
            if token and (whose, source, target) == (token.reveal(), one.step.source, one.step.target)
        ]
        if not took or (seconds is not None and not any(map(seconds.contains, took))):
            yield f"{name} after {seconds}, not {took}"


def _demoted(exchanges: Sequence[Exchange], seen: Observations) -> Iterator[str]:
    """Yield what speaks against an arrow, or breaks a rule on the order of answers: the fake keeps them all."""
    judged = judge_trace(exchanges)
    yield from (one.rule for one in judged.whole.violations if one.rule in ("trace.lifecycle", "trace.terminal"))
    yield from (
        one.fact for one in sightings_of(judged, seen, 0.0) if one.fact[:6] == "arrow." and one.contradicted
    )


def _truth(settings: dict[str, Any]) -> dict[str, Any]:
    """Return what is true of every fact, by its name."""
    limits = {f"limit.{name}": row.limit for name, row in OPERATIONS.items()}
    fixed = {"not_found_costs_hit": True, "invalid_costs_hit": True, "limiter_window": "fixed"}
    seconds = {f"limit_seconds.{name}": WINDOW_SECONDS for name in OPERATIONS if name != "start"}
    named = {"limiter" if name == "rate_limit" else name: value for name, value in settings.items()}
    return {**named, **fixed, "price_rounding": "nearest", **limits, **seconds}


def _is_right(fact: LearnedFact, truth: float | str | bool) -> bool:
    holds = fact.value == truth if isinstance(truth, (str, bool)) else fact.bracket.contains(truth)
    return holds and not (fact.contradicts and truth == fact.assumed)


def traffic(requests: int) -> list[Exchange]:
    """Return what a client by chance sees of a world with the assumed settings."""
    return recorded(Random(1), {}, requests)


def recorded(chance: Random, settings: dict[str, Any], requests: int = REQUESTS) -> list[Exchange]:
    """Return what a client by chance sees of a world with these settings."""
    return recorded_life(chance, settings, requests).exchanges


def recorded_life(chance: Random, settings: dict[str, Any], requests: int = REQUESTS) -> RecordedLife:
    """Return the same, with every move of the sessions."""
    fake = FakePlugchoice(seed=1, **settings)
    life, moves, tokens = RecordedLife([], []), _Moves(), list[str]()
    with httpx2.Client(transport=fake.transport(), base_url="https://app.plugchoice.com/api") as client:
        while len(life.exchanges) < requests:
            for change in fake.clock.advance(chance.choice(_PAUSES) * chance.uniform(0.5, 1.5)):
                moves.see(change.token, change.target, change.at / 10**6)
            method, path, sent = _request(chance, tokens)
            answer = client.request(method, f"/v3/public-charging{path}", **sent)
            life.exchanges.append(_exchange(answer, fake))
            if answer.status_code == 201:
                tokens.append(answer.json()["session_token"])
            for session in fake.sessions:
                moves.see(str(session.token), session.status, fake.clock.now.timestamp())
    return life._replace(moves=moves.found)


class _Moves:
    """Which status each session has had, and from when to when."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str, str, float, float]] = []
        self._now: dict[str, tuple[str, float]] = {}

    def see(self, token: str, status: str, at: float) -> None:
        """Note the status of a session, if it is another one than before."""
        before, since = self._now.setdefault(token, (status, at))
        if before != status:
            self.found.append((token, before, status, since, at))
            self._now[token] = (status, at)


def _request(chance: Random, tokens: list[str]) -> tuple[str, str, dict[str, Any]]:
    share = chance.random()
    if share < 0.15 or not tokens:
        headers = chance.choice([{}, {"accept": "application/json"}])
        form = {"code": chance.choice(_CODES), "connector_id": 1}
        return "POST", "/sessions", {"json": form, "headers": headers}
    if share < 0.2:
        return "GET", f"/sessions/{'f' * 40}", {}
    if share < 0.25:
        email = {"email": chance.choice(["x", "a@b.de"])}
        return "POST", f"/sessions/{chance.choice(tokens)}/receipt-email", {"json": email}
    return _on_session(chance, chance.choice(tokens[-3:]))


def _on_session(chance: Random, token: str) -> tuple[str, str, dict[str, Any]]:
    rare = ("get", "get", "get", "confirm", "stop", "cancel")
    operation = chance.choice(rare if chance.random() < 0.4 else ("get", "confirm"))
    if operation == "get":
        return "GET", f"/sessions/{token}", {}
    return "POST", f"/sessions/{token}/{operation}", {}


def _exchange(answer: httpx2.Response, fake: FakePlugchoice) -> Exchange:
    request = answer.request
    sent = [(name.decode(), value.decode()) for name, value in request.headers.raw]
    got = [(name.decode(), value.decode()) for name, value in answer.headers.raw]
    url, code, at = str(request.url), answer.status_code, fake.clock.now
    return Exchange(request.method, url, code, got, answer.content, sent, request.content, at)


def main() -> None:
    """Print the table, keep it if there were enough worlds, and fail if learning does."""
    found = study(int(sys.argv[1]) if len(sys.argv) > 1 else WORLDS)
    print(found.table())
    if found.worlds >= WORLDS:
        keep("learning", found.table())
    wrong = [f"false: {one}" for one in (*found.false, *found.demoted)]
    if found.share < LEAST_SHARE:
        wrong.append(
            f"only {found.share:.1%} of what is identifiable was identified; it should be {LEAST_SHARE:.0%}"
        )
    if wrong:
        sys.exit("\n".join(wrong))


def keep(name: str, table: str) -> None:
    """Write the table of a study, `learning` or `replays`, into its place on the page of the documentation."""
    begin, end = f"<!-- study of {name} -->\n", f"<!-- end of the study of {name} -->\n"
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(begin)
    after = rest.partition(end)[2]
    PAGE.write_text(f"{before}{begin}\n{table}\n\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
