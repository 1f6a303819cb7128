"""The parts of `plugproof fuzz` that a run shows only by chance."""

import re
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from plugproof_cli.main import COMMANDS, main
from plugproof_contracts.facts.operations import BASE_URL, OPERATIONS
from plugproof_contracts.rules.examples import failure, refusal, success
from plugproof_contracts.secrets.encodings import forms
from plugproof_schemathesis.answer_coverage import count_answers, lines, missing
from plugproof_schemathesis.failure_replay import Replay
from plugproof_schemathesis.fuzz_config import EXAMPLE_CODES, FuzzConfig, document, schema
from plugproof_schemathesis.fuzz_run import PlannedPathsEngine, engine_class
from plugproof_schemathesis.request_pacer import RequestPacer

PAGE = (Path(__file__).parents[2] / "docs/how-to/fuzz.md").read_text(encoding="utf-8")
SHELL = "".join(re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL))
SECRET = "s3cr3t-0f-a-s3ss10n"


class Time:
    """A clock that moves when somebody waits, and an event that nobody sets."""

    def __init__(self):
        self.now = 0.0

    def wait(self, seconds):
        self.now += seconds
        return False


@given(st.integers(1, 30), st.lists(st.floats(0, 30), max_size=80))
def test_no_minute_has_more_requests_than_allowed(hits, pauses):
    """No window of a minute has more requests than the page allows."""
    time, sent = Time(), []
    pace = RequestPacer(hits, lambda: time.now)
    pace.stop = time
    for pause in pauses:
        time.now += pause
        assert pace.try_acquire("host")
        sent.append(time.now)
    assert all(later - earlier > 60 for earlier, later in zip(sent, sent[hits:], strict=False))
    assert all(earlier <= later for earlier, later in pairwise(sent))


def test_who_waits_is_let_go_when_the_run_is_to_end():
    pace = RequestPacer(1)
    pace.try_acquire()
    pace.stop.set()
    with pytest.raises(KeyboardInterrupt):
        pace.try_acquire()


@pytest.mark.parametrize(
    ("base", "paced"), [("https://staging.test/api", True), ("http://127.0.0.1:1/api", False)]
)
def test_every_operation_has_its_own_pace(base, paced):
    loaded = schema(FuzzConfig(base, 1, 1, paced))
    for row in OPERATIONS.values():
        operation = loaded[row.template][row.method]
        limiter = loaded.config.rate_limit_for(operation=operation)
        assert (limiter._sent.maxlen if limiter else None) == (row.limit if paced else None)


def test_the_examples_name_the_chargers_that_were_given():
    assert "X1" in str(document(("X1", "X2"))["paths"][OPERATIONS["start"].template]["post"]["requestBody"])
    assert list(document(("X1", "X2"))["components"]["parameters"]["Code"]["examples"]) == ["X1", "X2"]
    assert list(document(EXAMPLE_CODES)["components"]["parameters"]["Code"]["examples"]) == ["happy"]


@given(st.binary(max_size=40), st.text(st.characters(codec="utf-8"), max_size=20), st.booleans())
def test_no_line_to_send_again_shows_a_secret(body, text, inside):
    token = f"x{SECRET}y" if inside else SECRET
    asked = success("confirm").replace(
        url=f"{BASE_URL}/v3/public-charging/sessions/{token}/confirm",
        request_body=body + SECRET.encode(),
        request_headers={"Authorization": f"Bearer {SECRET}", "X-Text": text},
    )
    line = Replay(frozenset({SECRET})).curl(asked)
    assert not [form for form in forms(SECRET) if form in line]
    assert line.endswith('/sessions/"$PLUGPROOF_TOKEN"/confirm')


@pytest.mark.parametrize("body", [b"", b"plain", b"it's", b"two\nlines\t\\", "\x9b\N{BELL}é".encode(), b"\0\xff"])
def test_a_line_to_send_again_sends_the_same(body):
    line = Replay(frozenset()).curl(success("confirm").replace(request_body=body, url="http://h/a'b?c=$HOME"))
    assert line.isprintable()
    shown = line.replace("curl ", "printf '<%s>' ")
    printed = subprocess.run(["bash", "-c", shown], capture_output=True, check=True).stdout
    assert b"<http://h/a'b?c=$HOME>" in printed
    assert b"\0" in body or body == b"" or b"<" + body + b">" in printed


def test_what_was_never_met_has_no_number():
    told = "\n".join(
        lines(count_answers([success("confirm"), success("confirm"), failure(418, operation="confirm")]))
    )
    assert "confirm        200 ×2, 404 never, 429 never, 418 ×1 (not documented)" in told
    assert told.startswith("documented answers met: 1 of 27")


def test_a_charger_alone_is_not_what_the_api_is_about():
    assert missing([success("charger"), refusal(operation="start")]) is not None
    assert missing([success("charger"), success("start", "created")]) is None
    assert missing([]) is None


@pytest.mark.parametrize("line", re.findall(r"^plugproof .*$", SHELL, re.MULTILINE))
def test_every_command_line_of_the_page_exists(line):
    """A command line of the page names a command and options that exist."""
    command = line.split()[1]
    assert command in COMMANDS
    described = CliRunner().invoke(main, [command, "--help"]).output
    assert not [option for option in re.findall(r"--[a-z-]+", line) if option not in described]


def test_the_page_shows_a_test_that_can_be_generated(document, monkeypatch):
    monkeypatch.chdir(document.parent)
    names: dict[str, Any] = {"__name__": "page"}
    exec(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[0], names)
    assert len(list(names["schema"].get_all_operations())) == len(OPERATIONS)
    assert callable(names["test_the_api"])


class _Changed:
    """An engine of a Schemathesis to come, whose private method gives something else."""

    def _create_execution_plan(self) -> list[str]:
        return []


def test_the_engine_without_probes_fits_the_pinned_version():
    """What ours overrides is private, so it is looked at first."""
    assert engine_class() is PlannedPathsEngine


@pytest.mark.parametrize("base", [_Changed, object])
def test_another_schemathesis_runs_with_its_own_engine(base):
    """Where the private method is gone or gives something else, nothing is overridden."""
    assert engine_class(base) is base
