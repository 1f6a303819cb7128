"""What the types at the door allow, and what they refuse."""

import re
import sys
import textwrap
from pathlib import Path
from subprocess import run
from typing import get_args

import pytest

from plugproof_contracts import Session, Status
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_contracts.facts.session import ConnectorStatus
from plugproof_mockserver import public_types
from plugproof_mockserver.model.events import Event
from plugproof_mockserver.model.settings import (
    Errors,
    InvalidText,
    LimiterStore,
    NotFoundText,
    RateLimit,
    Settings,
)
from plugproof_mockserver.world.faults.faults import FaultKind, FaultTiming
from plugproof_mockserver.world.nouns.charger_store import FIELDS

ROOT = Path(__file__).parents[2]

SESSION_OPERATIONS = [name for name, one in OPERATIONS.items() if "{token}" in one.template]
OWN_PARAMETERS = {"scenario", "rate_limit", "limits"}

NAMES = [
    (public_types.StatusName, Status),
    (public_types.EventName, Event),
    (public_types.OperationName, OPERATIONS),
    (public_types.SessionOperationName, SESSION_OPERATIONS),
    (public_types.FaultKindName, FaultKind),
    (public_types.FaultTimingName, FaultTiming),
    (public_types.RateLimitName, RateLimit),
    (public_types.ErrorsName, Errors),
    (public_types.LimiterStoreName, LimiterStore),
    (public_types.NotFoundTextName, NotFoundText),
    (public_types.InvalidTextName, InvalidText),
    (public_types.ConnectorStatusName, ConnectorStatus),
]

KEYS = [
    (public_types.SessionData, set(Session.__struct_fields__)),
    (public_types.SessionFields, set(Session.__struct_fields__)),
    (public_types.FakeSettings, set(Settings.__struct_fields__) - OWN_PARAMETERS),
    (public_types.ChargerFields, set(FIELDS)),
]

SNIPPET = """
from datetime import timedelta

from plugproof import Event, FakePlugchoice, FakeSession, PlugproofError, StatusName, to_ndjson

fake = FakePlugchoice(vat=3, errors="json", rate_limit="off", limits={"confirm": (3, 60)})
FakePlugchoice(vatt=3)  # E
FakePlugchoice(errors="xml")  # E
FakePlugchoice(vat="3")  # E
FakePlugchoice(limits={"confrim": (3, 60)})  # E
session: FakeSession = fake.start_session("HAPPY")
session.event("unplugged").event(Event.CAPTURED)
session.event("unpluged")  # E
session.set(amount_captured="seven", status="odd")
session.set(amount_capture=7)  # E
fake.seed_session("charging", energy_kwh="1.0")
fake.seed_session("chargin")  # E
fake.seed_session(energy="1.0")  # E
fake.set_charger("HAPPY", online=False)
fake.set_charger("HAPPY", onlin=False)  # E
fake.faults.add("confirm", "reset", first=1, when="after")
fake.faults.add("*", "latency", milliseconds=5)
fake.faults.add("confrim", "reset")  # E
fake.faults.add("confirm", "rest")  # E
fake.respond("get", status=502, json={})
fake.respond("gett")  # E
session.url("confirm")
session.url("start")  # E
status: StatusName = session.data["status"]
number: int = session.data["status"]  # E
session.data["state"]  # E
token: str = session.token
fake.clock.advance(5)
fake.clock.advance(timedelta(minutes=5))
fake.clock.advance(minutes=5)
fake.clock.advance(fortnights=5)  # E
error: type[Exception] = PlugproofError
lines: bytes = to_ndjson([])  # E
"""


@pytest.mark.parametrize(("literal", "known"), NAMES, ids=lambda value: getattr(value, "__name__", ""))
def test_a_literal_has_the_names_of_its_table(literal, known):
    """What a type checker accepts and what the fake accepts are the same words."""
    assert set(get_args(literal)) == set(map(str, known))


@pytest.mark.parametrize(("kind", "fields"), KEYS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_typed_dict_has_the_fields_of_its_struct(kind, fields):
    """A field that is added to the struct has to be told to type checkers too."""
    assert set(kind.__annotations__ if kind is not public_types.SessionFields else fields) == fields
    assert kind.__optional_keys__ | kind.__required_keys__ == fields


def test_strict_mypy_refuses_misspelt_arguments(tmp_path):
    """Every line that is marked is an error under mypy --strict, and no other line is."""
    snippet = tmp_path / "snippet.py"
    snippet.write_text(textwrap.dedent(SNIPPET))
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--config-file", "pyproject.toml"]
    done = run([*command, str(snippet)], cwd=ROOT, capture_output=True, text=True, timeout=300)
    found = {int(line) for line in re.findall(r"snippet\.py:(\d+): error", done.stdout)}
    wanted = {number for number, line in enumerate(SNIPPET.splitlines(), 1) if line.endswith("# E")}
    assert found == wanted, done.stdout
