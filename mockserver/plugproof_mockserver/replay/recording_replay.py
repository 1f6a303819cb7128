"""Plays a recording at a fake, on its clock, at the recorded moments."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from plugproof_contracts.checking.checker import check_trace
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.exchanges.route import origin
from plugproof_contracts.parsing.parsed_response import ParsedResponse
from plugproof_contracts.parsing.session_keys import session_keys
from plugproof_mockserver.fake import FakePlugchoice
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.model.state import SessionState
from plugproof_mockserver.model.timestamps import LATEST
from plugproof_mockserver.replay.answer_comparison import ComparedAnswers, compare
from plugproof_mockserver.replay.difference import Difference, place
from plugproof_mockserver.replay.limit_counters import LimitCounters
from plugproof_mockserver.replay.recorded_chargers import code_of, exists, set_charger
from plugproof_mockserver.replay.remote_fake import Answerer, answer_here
from plugproof_mockserver.replay.session_following import follow
from plugproof_mockserver.replay.unseen_start import seeded

if TYPE_CHECKING:
    from plugproof_contracts.facts.session import Status
    from plugproof_contracts.rules.violation import Violation

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_START = datetime(2026, 1, 10, 12, tzinfo=UTC)
_UNKNOWN = "f" * 40
"""A token that no session has, for those of which a recorder wrote a stand-in."""


class ReplayResult(NamedTuple):
    """What came of it: so many answers were compared, and these differ."""

    compared: int
    differences: tuple[Difference, ...]

    @property
    def by_fact(self) -> Counter[str]:
        """How often each fact differs."""
        return Counter(one.fact for one in self.differences)


def replay(
    exchanges: Iterable[Exchange], facts: str | Path | None = None, answer: Answerer = answer_here
) -> ReplayResult:
    """Play the exchanges of one client, in order, and return how their answers differ from a fake's.

    `facts` is a facts file; raises `InvalidValueError` for one that cannot be read. `answer` is who answers: the
    fake of this process unless told.
    """
    groups: dict[str, dict[int, Exchange]] = defaultdict(dict)
    for position, one in enumerate(exchanges):
        if one.base is not None:
            groups[origin(one.base)][position] = one
    found = [difference for group in groups.values() for difference in _Player(group, facts, answer).play()]
    return ReplayResult(sum(map(len, groups.values())), tuple(sorted(found, key=lambda one: one.position)))


class _Player:
    """A fake and what is known of the recording that is played at it."""

    def __init__(self, group: Mapping[int, Exchange], facts: str | Path | None, answer: Answerer) -> None:
        self._answer = answer
        self._positions, recorded = list(group), list(group.values())
        self._answers = [ParsedResponse(one) for one in recorded]
        self._keys = list(session_keys(self._answers))
        self._moments = _moments(self._answers)
        self._fake = FakePlugchoice(facts=facts, seed=1, clock=self._moments[0] if self._moments else _START)
        self._world = self._fake.world
        self._counters = LimitCounters(
            is_shared=self._world.settings.rate_limit == "shared", is_timed=all(one.at for one in recorded)
        )
        self._sessions: dict[object, SessionState] = {}
        self._violations: dict[int, list[Violation]] = {}
        for violation in check_trace(recorded):
            self._violations.setdefault(violation.position or 0, []).append(violation)
        self._set_chargers()

    def _set_chargers(self) -> None:
        """Set up every charger that is seen anywhere as it is first seen; one that is never found is left out."""
        asked = {code for one in self._answers if (code := code_of(one))}
        for code in asked:
            seen = [one for one in self._answers if code_of(one) == code and exists(one)]
            if seen:
                set_charger(self._world.chargers, code, seen[0])
            elif self._world.chargers.find(code):
                self._world.chargers.remove(code)

    def play(self) -> Iterator[Difference]:
        """Play the requests, and yield what differs."""
        for position in range(len(self._answers)):
            yield from self._step(position)

    def _step(self, position: int) -> list[Difference]:
        answer, key = self._answers[position], self._keys[position]
        now = (self._moments[position] - _EPOCH) // timedelta(microseconds=1)
        before = self._prepare(position, now)
        self._world.clock.set(max(now, self._world.clock.now()))
        is_counted, client = self._counters.client(answer)
        replayed = self._send(answer, self._sessions.get(key), client)
        if not is_counted and answer.code == 429:
            return []  # what was hit before the recording began is not known
        pair = ComparedAnswers(answer, replayed, self._world.settings, before, is_counted)
        found = list(compare(pair))
        self._counters.learn(answer, replayed)
        self._keep(position, replayed)
        violations = self._violations.get(position, ())
        return [place(one, self._positions[position], str(answer.exchange), violations) for one in found]

    # Before a request.

    def _prepare(self, position: int, now: int) -> "Status | None":
        """Let charger and session be as the recorded answer shows them; return the session's status."""
        answer, key = self._answers[position], self._keys[position]
        state = self._sessions.get(key) or self._seeded(position, now)
        code = code_of(answer) or (state.charger if state else "")
        if code and self._world.chargers.find(code):
            set_charger(self._world.chargers, code, answer)
        if state is None:
            return None
        shown = next(self._shown(position, key), None)
        state = follow(state, answer, shown, now, self._world.settings)
        self._sessions[key] = state
        self._world.sessions.store(state)
        return state.status

    def _shown(self, position: int, key: object) -> Iterator[ParsedResponse]:
        """Yield the answers from a position on that show a session."""
        for other, answer in zip(self._keys[position:], self._answers[position:], strict=True):
            if other == key and answer.status:
                yield answer

    def _seeded(self, position: int, now: int) -> SessionState | None:
        """Return a session that was there before the recording began, None if nothing tells of it."""
        answer, key = self._answers[position], self._keys[position]
        if key is None or answer.name == "start":
            return None
        shown = next(self._shown(position, key), None)
        is_refused = answer.code in (400, 409, 422)
        return seeded(self._world, shown or answer, now) if shown or is_refused else None

    # The request, and what is kept of its answer.

    def _send(self, answer: ParsedResponse, state: SessionState | None, client: str) -> ParsedResponse:
        exchange = answer.exchange
        path = exchange.url[len(exchange.base or "") :].partition("#")[0].partition("?")[0]
        if exchange.token is not None:
            path = path.replace(exchange.token.reveal(), state.token if state else _UNKNOWN, 1)
        headers = [
            (name.encode("latin-1", "replace"), value.encode("latin-1", "replace"))
            for name, value in exchange.request_headers
        ]
        request = Request(exchange.method, path, headers, exchange.request_body, client, "https")
        said = self._answer(self._world, request)
        return ParsedResponse(exchange.replace(status=said.status, headers=said.headers, body=said.body))

    def _keep(self, position: int, replayed: ParsedResponse) -> None:
        """Keep the session as it now is, and put one that went another way back on the recorded one."""
        answer, key = self._answers[position], self._keys[position]
        if key is None:
            return
        state = self._sessions.get(key)
        token = (
            replayed.document.get("session_token") if replayed.name == "start" and replayed.is_success else None
        )
        if token is None and state is None:
            return
        now = self._world.clock.now()
        kept = self._world.sessions.find(token or (state.token if state else ""), now) or state
        if kept is None:
            return
        if answer.status is not None and kept.status is not answer.status:
            kept = replace(kept, status=answer.status, pay_by=LATEST)
        if answer.is_success and not replayed.is_success:
            kept = replace(kept, expires=LATEST)
        self._sessions[key] = kept


def _moments(answers: Sequence[ParsedResponse]) -> list[datetime]:
    """Return when each request was sent, never back in time; one second apart where no clock tells."""
    found: list[datetime] = []
    for answer in answers:
        last = found[-1] if found else _START
        told = answer.exchange.at or answer.date
        found.append(max(last, told) if told and found else told or last + timedelta(seconds=1))
    return found
