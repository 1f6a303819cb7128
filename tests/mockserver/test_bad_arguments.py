"""A mistake in a call is answered in words: what is wrong, what was meant, what is allowed."""

from collections.abc import Callable
from typing import Any

import pytest

from plugproof import FakePlugchoice, PlugproofError

MAKE: Any = FakePlugchoice  # untyped, so that mypy lets the mistakes pass
FAKE = MAKE(seed=1)
SESSION = FAKE.start_session("HAPPY")

MISSPELT: dict[str, tuple[str, Callable[..., object]]] = {
    "setting": ("vat", lambda: MAKE(vatt=3)),
    "scenario": ("HAPPY", lambda: MAKE(scenario="HAPY")),
    "operation of a limit": ("confirm", lambda: MAKE(limits={"confrim": (1, 60)})),
    "event": ("unplugged", lambda: SESSION.event("unpluged")),
    "operation of a fault": ("confirm", lambda: FAKE.faults.add("confrim", "reset")),
    "kind of a fault": ("reset", lambda: FAKE.faults.add("confirm", "rest")),
    "when of a fault": ("before", lambda: FAKE.faults.add("confirm", "reset", when="befor")),
    "operation by hand": ("get", lambda: FAKE.respond("gett")),
    "status": ("charging", lambda: FAKE.seed_session("chargin")),
    "field of a seed": ("energy_kwh", lambda: FAKE.seed_session("charging", energy="1")),
    "field of a session": ("amount_captured", lambda: SESSION.set(amount_capture=7)),
    "field of a charger": ("online", lambda: FAKE.set_charger("HAPPY", onlin=False)),
    "operation of a url": ("confirm", lambda: SESSION.url("confrim")),
    "code of a charger": ("HAPPY", lambda: FAKE.start_session("HAPY")),
}

WRONG: dict[str, Callable[..., object]] = {
    "a value of a setting": lambda: MAKE(errors="jsn"),
    "a limit": lambda: MAKE(limits={"confirm": 10}),
    "a clock": lambda: MAKE(clock="yesterday"),
    "a status by hand": lambda: FAKE.respond("get", status="x"),
    "an argument by hand": lambda: FAKE.respond("get", jsn={}),
    "headers by hand": lambda: FAKE.respond("get", headers=5),
    "a body by hand": lambda: FAKE.respond("get", json=object()),
    "a rate": lambda: FAKE.faults.add("confirm", "reset", rate="x"),
    "a duration": lambda: FAKE.clock.advance("x"),
    "a part of a duration": lambda: FAKE.clock.advance(fortnights=1),
    "a part that is no number": lambda: FAKE.clock.advance(minutes="x"),
    "a part beyond the calendar": lambda: FAKE.clock.advance(seconds=10**30),
    "a duration beyond every number": lambda: FAKE.clock.advance(float("inf")),
    "a status by hand that is a list": lambda: FAKE.respond("get", status=[]),
    "content by hand that is a number": lambda: FAKE.respond("get", content=1.5),
    "a header by hand that is a number": lambda: FAKE.respond("get", headers={"a": 7}),
    "the name of a header that is a number": lambda: FAKE.respond("get", headers={7: "a"}),
    "a token of a fault that is no token": lambda: FAKE.faults.add("confirm", "500", token="\ud800"),
    "a count beyond 64 bits": lambda: FAKE.faults.add("confirm", "500", first=10**30),
    "a value beyond 64 bits": lambda: FAKE.seed_session("charging", connector_id=10**30),
    "a code that is no text": lambda: FAKE.set_charger(7, name="x"),
    "a code of a start that is no text": lambda: FAKE.start_session(7),
    "a code of a seed that is no text": lambda: FAKE.seed_session("charging", code=[7]),
    "a name that is no text": lambda: FAKE.set_charger("MINE", name="\ud800"),
    "an event that is a list": lambda: SESSION.event([]),
    "a jump back": lambda: FAKE.clock.advance(-5),
    "a speed": lambda: FAKE.clock.run("x"),
    "a moment": lambda: FAKE.clock.set("x"),
}


@pytest.mark.parametrize("name", MISSPELT)
def test_a_misspelt_name_is_answered_with_the_nearest(name):
    """The message asks whether the nearest name was meant, and lists all."""
    meant, call = MISSPELT[name]
    with pytest.raises(PlugproofError, match=f"did you mean {meant}\\?"):
        call()


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_value_is_an_error_of_ours(name):
    """Whoever catches `PlugproofError` catches it, whatever the type of the value is."""
    with pytest.raises(PlugproofError):
        WRONG[name]()
