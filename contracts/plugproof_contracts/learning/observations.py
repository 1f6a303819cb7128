"""Recorded answers, ordered for estimators: which session each is about, and when the server gave it.

Two clocks may be known, and neither has to be right. A time counts only where the server's own texts agree: the
`Date` of a start with the `created_at` that it tells. A recorder's clock is used where answers have no `Date`, and
only if it agrees with `created_at`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.exchanges.route import origin
from plugproof_contracts.facts.session import TIMESTAMPS, Status
from plugproof_contracts.learning.bracket import Bracket
from plugproof_contracts.parsing.date_times import SKEW, instant
from plugproof_contracts.parsing.parsed_response import ParsedResponse, parsed
from plugproof_contracts.parsing.session_keys import session_keys
from plugproof_contracts.secrets.stand_ins import is_stand_in

Made = TypeVar("Made")

START_DELAY = 5.0
"""Seconds within which a start is answered: a clock that says more is not the one that stamped the session."""
PROCESSING = 1.0
"""Seconds that may lie between what an answer shows and its `Date`."""
_ROUNDING = 0.5
"""What is written without a fraction may have been cut off, or rounded up by half a second."""


class Observation(NamedTuple):
    """One answer; `moment` is when it was given, in seconds since 1970, None if no clock tells."""

    position: int
    answer: ParsedResponse
    session: object
    moment: Bracket | None

    @property
    def status(self) -> Status | None:
        """The status of the session that it shows."""
        return self.answer.status


class ObservedSession:
    """What was seen of one session, in order."""

    def __init__(self, observations: Sequence[Observation], clock: "ServerClock") -> None:
        self.observations = tuple(observations)
        self._clock = clock

    def __iter__(self) -> Iterator[Observation]:
        return iter(self.observations)

    @cached_property
    def shown(self) -> tuple[Observation, ...]:
        """The observations that show a session in a documented status."""
        return tuple(one for one in self.observations if one.status is not None)

    @cached_property
    def created(self) -> Bracket | None:
        """When it was created; None if no answer tells, or if two tell different times."""
        found = {one.answer.data.get("created_at") for one in self.shown}
        return self._clock.stamped(found.pop()) if len(found) == 1 else None

    @cached_property
    def start(self) -> Observation | None:
        """The answer that began it; None if that was not recorded."""
        return next((one for one in self.observations if one.answer.name == "start"), None)

    def age(self, one: Observation) -> Bracket | None:
        """Return how long the session had existed at an answer, in seconds; None if no clock tells reliably."""
        if one.moment is None or self.created is None or not self._clock.is_reliable:
            return None
        skew = 0.0 if self.start else self._clock.skew
        return elapsed(self.created, one.moment, skew)

    def moment(self, one: Observation) -> Bracket | None:
        """Return when an answer was given by the clock that stamps sessions; None if no clock tells reliably."""
        if one.moment is None or not self._clock.is_reliable:
            return None
        skew = 0.0 if self.start else self._clock.skew
        return Bracket((one.moment.low or 0.0) - skew, (one.moment.high or 0.0) + skew)

    def stamped(self, one: Observation, field: str | None) -> Bracket | None:
        """Return the moment in a timestamp of an answer; None if it has none."""
        return None if field is None else self._clock.stamped(one.answer.data.get(field))

    @property
    def is_named(self) -> bool:
        """Whether its token is its own, and no stand-in that a recorder may have written for several."""
        tokens = [one.answer.token for one in self.observations if one.answer.token]
        return bool(tokens) and not any(is_stand_in(token.reveal()) for token in tokens)


def elapsed(earlier: Bracket, later: Bracket, skew: float = 0.0) -> Bracket:
    """Return the seconds between two moments, each of which lies in a bracket with both ends."""
    low = (later.low or 0.0) - (earlier.high or 0.0) - skew
    return Bracket(low, (later.high or 0.0) - (earlier.low or 0.0) + skew)


class ServerClock:
    """The clocks of one recording: how moments are read, and whether they can be trusted."""

    def __init__(self, answers: Sequence[ParsedResponse]) -> None:
        self._answers = answers
        texts = [text for one in answers for name in TIMESTAMPS if isinstance(text := one.data.get(name), str)]
        found = [moment for text in texts if (moment := instant(text)) and moment.tzinfo]
        self._is_exact = any(moment.microsecond for moment in found)

    def stamped(self, text: object) -> Bracket | None:
        """Return the moment of a timestamp in a body; without any fractions it tells whole seconds."""
        moment = instant(text) if isinstance(text, str) else None
        if moment is None or moment.tzinfo is None:
            return None
        second = moment.timestamp()
        return Bracket(second, second) if self._is_exact else Bracket(second - _ROUNDING, second + 1)

    @cached_property
    def _has_dates(self) -> bool:
        return any(one.date for one in self._answers)

    def moment(self, answer: ParsedResponse) -> Bracket | None:
        """Return when an answer was given; None if no clock tells."""
        if self._has_dates:
            return _second(answer.date)
        sent = answer.exchange.at
        return Bracket(sent.timestamp(), sent.timestamp() + PROCESSING) if sent else None

    @cached_property
    def _starts(self) -> list[bool]:
        """Whether the clock agreed with a session's creation, for each recorded start."""
        return [
            _is_soon(created, moment)
            for one in self._answers
            if one.name == "start" and one.is_success
            if (created := self.stamped(one.data.get("created_at"))) and (moment := self.moment(one))
        ]

    @cached_property
    def is_reliable(self) -> bool:
        """Whether the clock that dates the answers is the one that stamps the sessions, as far as can be seen."""
        if self._starts:
            return all(self._starts)
        return all(map(self._is_plausible, self._answers))

    def _is_plausible(self, answer: ParsedResponse) -> bool:
        moment, sent = self.moment(answer), answer.exchange.at
        if moment is None:
            return True
        latest = (moment.high or 0.0) + SKEW.total_seconds()
        stamps = (self.stamped(answer.data.get(name)) for name in TIMESTAMPS)
        is_after = all(stamp.low is None or stamp.low <= latest for stamp in stamps if stamp)
        apart = 0.0 if sent is None else abs(sent.timestamp() - (moment.low or 0.0))
        return is_after and apart <= SKEW.total_seconds() + 1

    @property
    def skew(self) -> float:
        """Seconds by which the clock may differ where no recorded start proves it."""
        return SKEW.total_seconds()


def _second(date: datetime | None) -> Bracket | None:
    return Bracket(date.timestamp(), date.timestamp() + 1) if date else None


def _is_soon(created: Bracket, answered: Bracket) -> bool:
    between = elapsed(created, answered)
    return Bracket(-PROCESSING, START_DELAY).intersect(between).is_empty is False


class Observations:
    """The answers of one recording at one base URL, in order."""

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        answers = [parsed(one) for one in exchanges]
        self.clock = ServerClock(answers)
        self._made: dict[object, Any] = {}
        keys = session_keys(answers)
        self.all = tuple(
            Observation(position, answer, key, self.clock.moment(answer))
            for position, (answer, key) in enumerate(zip(answers, keys, strict=True))
        )

    def once(self, make: "Callable[[Observations], Made]") -> "Made":
        """Return what a function makes of these observations, which it does once."""
        if make not in self._made:
            self._made[make] = make(self)
        made: Made = self._made[make]
        return made

    @cached_property
    def sessions(self) -> tuple[ObservedSession, ...]:
        """The sessions, in the order in which they were first seen."""
        groups: dict[object, list[Observation]] = defaultdict(list)
        for one in self.all:
            groups[one.session].append(one)
        return tuple(ObservedSession(group, self.clock) for key, group in groups.items() if key is not None)

    @cached_property
    def limited(self) -> tuple[Observation, ...]:
        """The answers of operations, which all have a limit."""
        return tuple(one for one in self.all if one.answer.operation)


def observe(exchanges: Iterable[Exchange]) -> tuple[Observations, ...]:
    """Return the observations of one recording, those of each base URL apart; foreign exchanges are left out."""
    groups: dict[str, list[Exchange]] = defaultdict(list)
    for one in exchanges:
        if one.base is not None:
            groups[origin(one.base)].append(one)
    return tuple(map(Observations, groups.values()))
