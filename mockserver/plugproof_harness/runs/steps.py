"""Steps: what happens in a run, one line of text each, so that a run can be printed and repeated."""

import shlex
from collections.abc import Callable, Iterable
from typing import NamedTuple

from plugproof_contracts import Status
from plugproof_contracts.errors import InvalidValueError
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_mockserver.model.events import Event
from plugproof_mockserver.world.faults.faults import FaultKind


class Step(NamedTuple):
    """One thing that the driver, the charger, the network or time does."""

    verb: str
    arguments: tuple[str, ...] = ()

    def __str__(self) -> str:
        return shlex.join((self.verb, *self.arguments))

    @property
    def session(self) -> int | None:
        """The number of the session that the step is about; None when it is about none."""
        return int(self.arguments[0]) if FORMS[self.verb].startswith("SESSION") else None

    def about(self, session: int) -> "Step":
        """Return the same step about another session."""
        return self._replace(arguments=(str(session), *self.arguments[1:]))


FORMS = {
    "start": "CODE CONNECTOR [EMAIL]",
    "poll": "SESSION",
    "confirm": "SESSION",
    "stop": "SESSION",
    "cancel": "SESSION",
    "email": "SESSION ADDRESS",
    "event": "SESSION EVENT",
    "meanwhile": "SESSION STATUS",
    "wait": "SECONDS",
    "next": "",
    "fault": "OPERATION KIND",
    "late": "OPERATION SECONDS",
    "during": "SESSION OPERATION EVENT",
    "race": "SESSION BUTTON OTHER",
    "limit": "OPERATION [SECONDS]",
}
"""Every verb with what it takes. SESSION is a number: 1 is what the first `start` has started.

`event` lets something happen to a session. `meanwhile` lets happen whatever leads to a status, if anything does:
events, or a stop or cancel on another device of the driver. The client has no part in either. `wait` lets time
pass, `next` lets it pass until something happens by itself. `fault` damages the next answer of an operation,
`late` makes it take so many seconds, and `during` lets an event happen while it is on its way. `race` presses a
button, and another one while the first answer to the first is on its way. `limit` lets somebody behind the same
address use up its rate limit. The next refusal then says to wait for so many SECONDS; it says 0 in the last part
of a second of a window.
"""

OPERATION_OF = {
    "start": "start",
    "poll": "get",
    "confirm": "confirm",
    "stop": "stop",
    "cancel": "cancel",
    "email": "receipt-email",
}
"""The operation behind each button of a client."""

FAULTS = (
    FaultKind.ERROR_500,
    FaultKind.ERROR_503,
    FaultKind.ERROR_504,
    FaultKind.RESET,
    FaultKind.EMPTY,
    FaultKind.TRUNCATE,
    FaultKind.MALFORMED,
    FaultKind.HTML,
    FaultKind.UNKNOWN_FIELD,
)
"""What may happen to an answer. A late one is not among it: a client that gives up waiting has a lost one."""

RARE_ANSWERS = (
    FaultKind.UNKNOWN_ENUM,
    FaultKind.ERROR_429,
    FaultKind.ERROR_502,
    FaultKind.CONTENT_TYPE,
    FaultKind.GZIP,
    FaultKind.MISSING_FIELD,
    FaultKind.WRONG_TYPE,
)
"""What comes rarely: a status that is new, and what the API, or something in front of it, answers by mistake."""

Allowed = tuple[Callable[[str], bool], str]


def _one_of(words: Iterable[str]) -> Allowed:
    known = tuple(map(str, words))
    return known.__contains__, f"one of {', '.join(known)}"


_ALLOWED: dict[str, Allowed] = {
    "CONNECTOR": (str.isdecimal, "a whole number"),
    "SESSION": (str.isdecimal, "the number of a session, 1 for the first"),
    "SECONDS": (str.isdecimal, "a whole number of seconds"),
    "OPERATION": _one_of(OPERATIONS),
    "KIND": _one_of((*FAULTS, *RARE_ANSWERS)),
    "BUTTON": _one_of(verb for verb in OPERATION_OF if verb != "start"),
    "OTHER": _one_of(verb for verb in OPERATION_OF if verb != "start"),
    "STATUS": _one_of(Status),
    "EVENT": _one_of(Event),
}


def parse_step(text: str) -> Step:
    """Read a step; raise `InvalidValueError` that says what is wrong with it and what is allowed."""
    try:
        verb, *arguments = shlex.split(text)
    except ValueError:
        verb, arguments = "", []
    if verb not in FORMS:
        raise InvalidValueError(f"{text!r} is not a step; it begins with one of {', '.join(FORMS)}")
    words = FORMS[verb].split()
    needed = sum(not word.startswith("[") for word in words)
    if not needed <= len(arguments) <= len(words):
        raise InvalidValueError(
            f"{text!r} has {len(arguments)} arguments; the form is `{f'{verb} {FORMS[verb]}'.strip()}`"
        )
    for word, argument in zip(words, arguments, strict=False):
        _check(text, word, argument)
    return Step(verb, tuple(arguments))


def _check(text: str, word: str, argument: str) -> None:
    is_allowed, allowed = _ALLOWED.get(word, (bool, "not empty"))
    if not is_allowed(argument):
        raise InvalidValueError(f"{argument!r} in {text!r} can't be the {word}; it must be {allowed}")
