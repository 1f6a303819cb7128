"""Cells: the domain of an exploration, small enough to be tried as a whole.

A cell is a status, and one press of a button or several, each with a trouble. Its name is
`STATUS/BUTTON/TROUBLE`, such as `charging/stop/504`, with `+BUTTON/TROUBLE` for each further press.
"""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import product
from typing import NamedTuple

from plugproof_contracts import Status
from plugproof_contracts.errors import InvalidValueError
from plugproof_harness.runs.steps import FAULTS, OPERATION_OF, RARE_ANSWERS, Step
from plugproof_mockserver.model.events import Event

BUTTONS = tuple(verb for verb in OPERATION_OF if verb != "start")
"""What a driver can press once there is a session."""

NEW = "new"
"""The status before there is a session, in which only `start` can be pressed."""

NONE, LIMIT, EXPIRED, NULLS, DECLINED = "none", "limit", "expired", "nulls", "declined"
EVERYWHERE = (NONE, *map(str, FAULTS), LIMIT, EXPIRED, NULLS)
"""The troubles of a press in any status: no trouble, a damaged answer, a limit that somebody else has used up,
a token that has expired, and a session in which every field is null that may be."""

LIMIT_ENDS = "limit-0"
RARE = (LIMIT_ENDS, *map(str, RARE_ANSWERS))
"""The troubles of a press that are tried when they are asked for: a limit that says to wait for 0 seconds, and
answers that come rarely."""

_LAST_MOMENT = tuple(Status)[1::2]
"""The statuses in which a limit that is used up says to wait for 0 seconds: both are met, in one column."""

CHARGERS = {"offline": ("OFFLINE", 1), "busy": ("BUSY", 1), "unknown-charger": ("NOBODY", 1)}
CHARGERS |= {"unknown-connector": ("HAPPY", 99), NULLS: ("NULLS", 1)}
"""The troubles of a start that are due to the charger, each with the code and the connector that bring it."""

AT_START = (NONE, *map(str, FAULTS), LIMIT, *CHARGERS)
"""The troubles of a start."""

AFTERWARDS = (NONE, "500", "reset")
"""The troubles of a later press: none, nothing was carried out, and everything was but the answer is lost."""

MOST_DEPTH = 4


class Press(NamedTuple):
    """One press of a button, and what disturbs it."""

    button: str
    trouble: str = NONE

    def __str__(self) -> str:
        return f"{self.button}/{self.trouble}"

    @property
    def operation(self) -> str:
        """The operation behind the button."""
        return OPERATION_OF[self.button]


class Cell(NamedTuple):
    """A status, and what is pressed in it."""

    status: str
    presses: tuple[Press, ...]

    def __str__(self) -> str:
        return f"{self.status}/{'+'.join(map(str, self.presses))}"

    @property
    def prefix(self) -> "Cell | None":
        """The cell without its last press; None when it has but one."""
        return self._replace(presses=self.presses[:-1]) if len(self.presses) > 1 else None

    def approach(self) -> list[Step]:
        """Return the steps that lead to the status."""
        if self.status == NEW:
            return []
        code = "NULLS" if self.presses[0].trouble == NULLS else "HAPPY"
        lead = [] if self.status == Status.CREATED else [Step("meanwhile", ("1", self.status))]
        return [Step("start", (code, "1")), *lead]

    def steps(self, number: int) -> list[Step]:
        """Return the steps of one press, counted from 0: its trouble, and the press itself."""
        press = self.presses[number]
        return [*_trouble(press, self.status), Step(press.button, _arguments(press, number))]


def _trouble(press: Press, status: str) -> list[Step]:
    if press.trouble in (*FAULTS, *RARE_ANSWERS):
        return [Step("fault", (press.operation, press.trouble))]
    found = {
        LIMIT: Step("limit", (press.operation, *["0"] * (status in _LAST_MOMENT))),
        LIMIT_ENDS: Step("limit", (press.operation, "0")),
        EXPIRED: Step("event", ("1", Event.EXPIRE_TOKEN.value)),
        DECLINED: Step("event", ("1", Event.DECLINED.value)),
    }.get(press.trouble)
    return [found] if found else []


def _arguments(press: Press, number: int) -> tuple[str, ...]:
    if press.button == "start":
        code, connector = CHARGERS.get(press.trouble, ("HAPPY", 1))
        return code, str(connector), "driver@example.org"
    return ("1", f"driver{number or ''}@example.org") if press.button == "email" else ("1",)


def cells(depth: int = 1, then: Sequence[str] = BUTTONS, *, rare: bool = False) -> Iterator[Cell]:
    """Yield every cell of up to `depth` presses, shortest first; later presses are of the buttons `then`.

    `rare` adds those whose first press meets one of the rare troubles.
    Raises `InvalidValueError` for a depth or a button that there is not.
    """
    if not 1 <= depth <= MOST_DEPTH:
        raise InvalidValueError(f"the depth can't be {depth}; it must be from 1 to {MOST_DEPTH}")
    if unknown := [button for button in then if button not in BUTTONS]:
        raise InvalidValueError(f"there is no button {unknown[0]!r}; there are {', '.join(BUTTONS)}")
    level = list(_first(RARE if rare else ()))
    yield from level
    for _ in range(depth - 1):
        level = [
            cell._replace(presses=(*cell.presses, Press(*press)))
            for cell, press in product(level, product(then, AFTERWARDS))
            if cell.status != NEW
        ]
        yield from level


def _first(more: tuple[str, ...]) -> Iterator[Cell]:
    yield from (Cell(NEW, (Press("start", trouble),)) for trouble in (*AT_START, *more))
    for status, button in product(Status, BUTTONS):
        yield from (Cell(str(status), (Press(button, trouble),)) for trouble in (*EVERYWHERE, *more))
        if status is Status.CREATED:
            # Nobody's card is declined once the payment is through.
            yield Cell(str(status), (Press(button, DECLINED),))


def depth_of(patterns: Sequence[str], depth: int) -> int:
    """Return the depth, or the presses of the longest cell that is named if those are more."""
    return max([depth, *(pattern.count("+") + 1 for pattern in patterns if "+" in pattern)])


def choose(found: Sequence[Cell], patterns: Sequence[str]) -> list[Cell]:
    """Return the cells that a pattern names, all without any; raise `InvalidValueError` for one that names none.

    In a pattern `*` stands for any text, as in `charging/*/504`.
    """
    names = [str(cell) for cell in found]
    known = set(names)
    chosen: set[str] = set() if patterns else known
    for pattern in patterns:
        matches = {pattern} if pattern in known else {name for name in names if fnmatchcase(name, pattern)}
        if not matches:
            raise InvalidValueError(f"no cell is named {pattern!r}; {FORM}")
        chosen |= matches
    return [cell for cell, name in zip(found, names, strict=True) if name in chosen]


FORM = (
    "a cell is STATUS/BUTTON/TROUBLE, such as charging/stop/504, with +BUTTON/TROUBLE for each further press"
    f"; `*` stands for any text. Statuses: {NEW}, {', '.join(Status)}."
    f" Buttons: start (when {NEW}), {', '.join(BUTTONS)}."
    f" Troubles: {', '.join(dict.fromkeys((*EVERYWHERE, DECLINED, *AT_START)))}"
    f"; rare ones: {', '.join(RARE)}"
)
"""How a cell is named, for whoever has named none."""
