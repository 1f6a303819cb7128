"""A client in a process of its own is explored like any other, whatever it writes."""

import json
import re
import shlex
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from tests.servers import PATIENCE

from plugproof_harness import AdapterError, BrokenLawError, command_adapter, explore, replay
from plugproof_harness.exploration.visit import CellState
from plugproof_harness.protocol.conformance import CHECKS, check_protocol, protocol_schema

SCRIPT = str(Path(__file__).with_name("line_client.py"))
ROOT = Path(__file__).parents[2]


@pytest.fixture
def adapter():
    """Makes the adapter of the client that misbehaves so, and ends its process."""
    made: list[Any] = []

    def make(*how):
        made.append(command_adapter([sys.executable, "-S", SCRIPT, *how], time_limit=PATIENCE))
        return made[-1]

    yield make
    for one in made:
        one.process.kill()


@pytest.mark.parametrize("how", ["", "one-run"])
def test_a_client_in_a_process_is_explored(adapter, how):
    """One process serves many runs, or each its own; the buttons that it lacks are impossible."""
    found = explore(
        adapter(how), only=["created/*/none", "*/poll/reset", "charging/poll/limit"], time_limit=PATIENCE
    )
    reasons = {result.reason for result in found.of(CellState.IMPOSSIBLE)}
    assert found.counts == {CellState.MET: 17, CellState.IMPOSSIBLE: 4}
    assert reasons == {f"the adapter has no method {name}" for name in ("confirm", "stop", "cancel", "set_email")}


def test_time_stays_virtual_for_a_client_in_a_process(adapter):
    """A wait is a message, so a client that waits a minute takes none."""
    steps = ["start HAPPY 1", "confirm 1", "limit get", "poll 1"]
    replay(adapter(), steps)


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("garbage", "the client's process wrote 'hello, I am a log line', which is not a line of JSON"),
        ("no-object", "the client's process wrote '[\"view\"]', which is not an object"),
        ("no-view", "the client's process answered 'poll' with {'session': 1}; it must be {\"view\": …}"),
        ("null", "answered 'poll' with {'view': None}"),
        ("odd-error", "it must be an error that is one of refused, unsure, crash"),
        ("odd-sleep", 'it must be {"sleep": SECONDS}'),
        ("flood", "which is not a line of JSON"),
        ("odd-view", "poll returned the field 'colour', which a session does not have"),
    ],
)
def test_what_is_against_the_protocol_is_inconclusive(adapter, how, reason):
    """It is told with what was written and what is allowed, and the rest goes on with a new process."""
    found = explore(adapter(how), only=["created/poll/none", "new/start/none", "captured/poll/none"])
    assert found.counts == {CellState.MET: 1, CellState.INCONCLUSIVE: 2}
    for result in found.of(CellState.INCONCLUSIVE):
        assert reason in result.reason
        assert len(result.reason) < 500


@pytest.mark.parametrize(
    ("how", "seconds", "law", "complaint"),
    [
        ("die", PATIENCE, "client.survives", "it raised ProcessEndedError"),
        ("hang", 0.5, "client.ends", "was not done after 0.5 s of real time"),
        ("sleep-for-ever", PATIENCE, "client.ends", "was not done after it had waited for a day"),
    ],
)
def test_a_process_that_dies_or_hangs_breaks_a_law(adapter, how, seconds, law, complaint):
    """What a driver would see is the client's fault, and the next cell gets a new process."""
    found = explore(adapter(how), only=["created/poll/none", "captured/poll/none"], time_limit=seconds)
    assert found.counts == {CellState.BROKEN: 2}
    failure = found.groups[0][0].failure
    assert failure.law == law
    assert complaint in failure.complaint
    assert how != "die" or "exit code 7: \\x1b[31mPlannedError: it is over" in failure.crash


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        ("no-such-program", "'no-such-program' can't be started: No such file"),
        ("true", "at hello: the client's process ended with exit code 0 and said nothing"),
        ("cat", "answered hello with {'do': 'hello', 'protocol': 1}; it must be"),
        ("yes", "wrote 'y'"),
        ("sleep 60", "did not answer hello within 0.5 s"),
    ],
)
def test_a_command_that_is_no_client_is_told_at_once(command, complaint):
    """Before the first cell, with what it did."""
    with pytest.raises(AdapterError) as caught:
        command_adapter(command, time_limit=0.5 if "0.5 s" in complaint else PATIENCE)
    assert complaint in str(caught.value)


def test_a_replay_of_a_command_is_a_line_that_works(adapter):
    """The line names the command, so that it can be pasted."""
    client = adapter("die")
    with pytest.raises(BrokenLawError) as caught:
        replay(client, ["start HAPPY 1", "poll 1"])
    command = shlex.join([sys.executable, "-S", SCRIPT, "die"])
    assert caught.value.failure.replay == f"replay(command_adapter({command!r}), ['start HAPPY 1', 'poll 1'])"


def test_the_conformance_script_passes_a_good_client():
    """Each check is made and kept, for a process that serves many runs and for one that ends with its run."""
    for how in ("", "one-run"):
        checks = list(check_protocol([sys.executable, "-S", SCRIPT, how]))
        assert [(check.name, check.complaint) for check in checks] == [(name, "") for name in CHECKS]


@pytest.mark.parametrize(
    ("how", "number"), [("garbage", 4), ("no-view", 4), ("null", 4), ("odd-error", 4), ("die", 4), ("flood", 4)]
)
def test_the_conformance_script_names_what_is_wrong(how, number):
    """It ends with the first check that is not kept, since the others stand on it."""
    checks = list(check_protocol([sys.executable, "-S", SCRIPT, how], seconds=5))
    assert len(checks) == number
    assert checks[-1].complaint


def test_the_schema_is_one_and_the_page_names_every_message():
    """The schema is valid, and whoever reads the page finds each of its messages."""
    schema = protocol_schema()
    jsonschema_rs.meta.validate(schema)
    page = (ROOT / "docs/reference/client-protocol.md").read_text()
    for request in schema["$defs"]["request"]["oneOf"]:
        names = request["properties"]["do"]
        for name in names.get("enum", [names.get("const")]):
            assert f"`{name}`" in page
    for check in CHECKS:
        assert check in page


def test_the_page_shows_a_run_that_keeps_the_schema():
    """Every request of the run that is shown is a request by the schema, and every answer a reply."""
    page = (ROOT / "docs/reference/client-protocol.md").read_text()
    schema = protocol_schema()
    for mark, part in (("→", "request"), ("←", "reply")):
        lines = re.findall(rf"^{mark} (.*)$", page, re.MULTILINE)
        whole = schema | {"$ref": f"#/$defs/{part}"}
        assert len(lines) == 6
        assert not [line for line in lines if not jsonschema_rs.is_valid(whole, json.loads(line))]


def test_the_page_shows_every_check_of_the_script():
    """In their order, all kept."""
    page = (ROOT / "docs/reference/client-protocol.md").read_text()
    assert re.findall(r"^ok      (.*)$", page, re.MULTILINE) == list(CHECKS)
    assert f"\n{len(CHECKS)} of {len(CHECKS)} checks passed\n" in page
