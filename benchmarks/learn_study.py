"""How often learning is right, in N worlds with hidden settings: `python -m benchmarks.learn_study [N]`.

Each world answers 120 requests. Prints a table of the facts that were told, and fails if any claim is false.
"""

import sys
from collections import Counter
from random import Random
from typing import Any, NamedTuple

import httpx2

from plugproof import Exchange, FakePlugchoice
from plugproof_contracts.facts.operations import OPERATIONS, WINDOW_SECONDS
from plugproof_contracts.learning.estimation import learn
from plugproof_contracts.learning.learned_fact import LearnedFact

WORLDS, REQUESTS = 1000, 120

CHOICES: dict[str, tuple[Any, ...]] = {
    "vat": (21, 19, 20, 25, 7.7, 0, 21),
    "hold": (5000, 2000, 7500),
    "payment_window": (900, 300, 600, 1800),
    "token_ttl": (86400, 3600, 7200),
    "errors": ("json", "negotiated"),
    "sessions_per_charger": (20, 2, 5, 3),
    "rate_limit": ("endpoint", "shared"),
}
"""What a world's settings are drawn from; the first is the assumed value."""
_CODES = ("HAPPY", "UNPAID", "CAPPED", "UNPLUG", "DECLINED")
_PAUSES = (0.3, 1, 3, 10, 61, 300, 900)


class FalseClaim(NamedTuple):
    """A claim that the truth contradicts; the seed makes its world again."""

    seed: int
    fact: LearnedFact
    truth: float | str | bool


class Study(NamedTuple):
    """Of so many worlds, how often each fact was told, and which claims were false."""

    worlds: int
    told: Counter[str]
    false: tuple[FalseClaim, ...]

    def table(self) -> str:
        """Return the table of the documentation."""
        wrong = Counter(one.fact.name for one in self.false)
        counts = ((name, told, wrong[name]) for name, told in sorted(self.told.items()))
        rows = [f"| `{name}` | {told} | {told - false} | {false} |" for name, told, false in counts]
        head = (f"| fact | told, of {self.worlds} worlds | right | false |", "|---|---:|---:|---:|")
        return "\n".join((*head, *rows))


def study(worlds: int) -> Study:
    """Learn from so many worlds and compare with what was hidden in them."""
    told, false = Counter[str](), list[FalseClaim]()
    for seed in range(worlds):
        chance = Random(seed)
        settings = {name: chance.choice(values) for name, values in CHOICES.items()}
        truth = _truth(settings)
        for fact in learn([recorded(chance, settings)]):
            if fact.is_known and fact.name in truth:
                told[fact.name] += 1
                false += [] if _is_right(fact, truth[fact.name]) else [FalseClaim(seed, fact, truth[fact.name])]
    return Study(worlds, told, tuple(false))


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
    fake = FakePlugchoice(seed=1, **settings)
    found: list[Exchange] = []
    tokens: list[str] = []
    with httpx2.Client(transport=fake.transport(), base_url="https://app.plugchoice.com/api") as client:
        while len(found) < requests:
            fake.clock.advance(chance.choice(_PAUSES) * chance.uniform(0.5, 1.5))
            method, path, sent = _request(chance, tokens)
            answer = client.request(method, f"/v3/public-charging{path}", **sent)
            found.append(_exchange(answer, fake))
            if answer.status_code == 201:
                tokens.append(answer.json()["session_token"])
    return found


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
    """Print the table, and end with the false claims if there are any."""
    found = study(int(sys.argv[1]) if len(sys.argv) > 1 else WORLDS)
    print(found.table())
    if found.false:
        sys.exit("\n".join(f"false: {one}" for one in found.false))


if __name__ == "__main__":
    main()
