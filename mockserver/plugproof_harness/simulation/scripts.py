"""Scripts: the steps of a run, drawn from a seed and from nothing else."""

from collections.abc import Sequence
from random import Random

from plugproof_contracts import Status
from plugproof_harness.exploration.cells import BUTTONS
from plugproof_harness.runs.steps import FAULTS, OPERATION_OF, Step
from plugproof_mockserver.model.events import Event

CODES = ("HAPPY", "HAPPY", "WEBHOOK", "UNPLUG", "CAPFAIL", "SLOW", "NULLS", "DECLINED")
SESSIONS = ("1", "2")
WAITS = ("1", "10", "60", "300", "900")
DELAYS = ("1", "6", "40")
"""Seconds that a late answer takes: few clients wait for the last."""
EVENTS = (Event.WEBHOOK, Event.START_SENT, Event.CHARGER_STARTED, Event.UNPLUGGED, Event.SETTLED, Event.DECLINED)
_OPERATIONS = tuple(OPERATION_OF[button] for button in BUTTONS)


def script(seed: int, number: int, length: int, *, can_be_late: bool = True) -> list[Step]:
    """Return the steps of a run: two starts, and then whatever the seed and the number of the run bring."""
    random = Random(f"{seed}/{number}")  # noqa: S311 - it has to be repeatable, not secret
    starts = [Step("start", (random.choice(CODES), str(connector))) for connector in (1, 2)]
    kinds = [_press, _press, _press, _race, _race, _during, _during, _fault, _limit, _lead, _wait]
    kinds += [_late] * 2 if can_be_late else []
    return [*starts, *(step for _ in range(length) for step in random.choice(kinds)(random))]


def _one(random: Random, values: Sequence[str]) -> str:
    return str(random.choice(values))


def _press(random: Random) -> list[Step]:
    button = _one(random, BUTTONS)
    address = ("driver@example.org",) if button == "email" else ()
    return [Step(button, (_one(random, SESSIONS), *address))]


def _race(random: Random) -> list[Step]:
    return [Step("race", (_one(random, SESSIONS), _one(random, BUTTONS), _one(random, BUTTONS)))]


def _during(random: Random) -> list[Step]:
    session, button = _one(random, SESSIONS), _one(random, [one for one in BUTTONS if one != "email"])
    during = Step("during", (session, OPERATION_OF[button], _one(random, EVENTS)))
    return [during, Step(button, (session,))]


def _late(random: Random) -> list[Step]:
    return [Step("late", (_one(random, _OPERATIONS), _one(random, DELAYS)))]


def _fault(random: Random) -> list[Step]:
    return [Step("fault", (_one(random, _OPERATIONS), _one(random, FAULTS)))]


def _limit(random: Random) -> list[Step]:
    return [Step("limit", (_one(random, _OPERATIONS),))]


def _lead(random: Random) -> list[Step]:
    return [Step("meanwhile", (_one(random, SESSIONS), _one(random, list(Status))))]


def _wait(random: Random) -> list[Step]:
    return [Step("wait", (_one(random, WAITS),))]
