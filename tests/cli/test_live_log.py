"""The live log: one line a request, with nothing in it that is secret."""

import json
import re
import sys

import pytest

from plugproof_cli.output.live_log import LogFormat, follower
from plugproof_mockserver.fake import FakePlugchoice
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.world import pipeline

SESSIONS = "/v3/public-charging/sessions"


@pytest.fixture
def stdout(monkeypatch, capsys):
    """Make standard output a terminal or not; return what was written to it."""

    def become(is_terminal):
        monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal, raising=False)
        return lambda: capsys.readouterr().out

    return become


def asked(form):
    """Ask a world that is logged for a session and for a path that is none; return the token."""
    fake = FakePlugchoice(seed=1)
    follower(form)(fake.world)
    token = fake.seed_session("created").token
    fake.faults.add("receipt-email", "500", when="after")
    body, kind = b'{"email": "driver@example.org"}', [(b"content-type", b"application/json")]
    pipeline.answer(fake.world, Request("GET", f"{SESSIONS}/{token}"))
    pipeline.answer(fake.world, Request("POST", f"{SESSIONS}/{token}/receipt-email", kind, body))
    pipeline.answer(fake.world, Request("GET", f"/v3/misspelt/{token}"))
    return token


def test_a_line_of_text_tells_time_status_request_and_faults(stdout):
    written = stdout(False)
    token = asked(LogFormat.TEXT)
    first, second, third = lines = written().splitlines()
    assert re.fullmatch(rf"12:00:00 200 GET {SESSIONS}/token~\w{{10}}", first)
    assert re.fullmatch(rf"12:00:00 500 POST {SESSIONS}/token~\w{{10}}/receipt-email with 500", second)
    assert re.fullmatch(r"12:00:00 404 GET /v3/misspelt/token~\w{10}", third)
    assert not [line for line in lines if token in line or "driver" in line]


def test_a_json_line_is_the_journal_entry_without_its_body(stdout):
    """A line of JSON is what the journal shows, without the body."""
    written = stdout(True)
    token = asked(LogFormat.JSON)
    text = written()
    entries = [json.loads(line) for line in text.splitlines()]
    assert [(entry["world"], entry["operation"], entry["status"]) for entry in entries] == [
        ("default", "get", 200),
        ("default", "receipt-email", 500),
        ("default", None, 404),
    ]
    assert not [word for word in (token, "driver", "\x1b") if word in text]


@pytest.mark.parametrize(
    ("form", "is_terminal", "count"),
    [("auto", True, 3), ("auto", False, 0), ("off", True, 0), ("text", False, 3), ("json", False, 3)],
)
def test_requests_are_logged_on_a_terminal_unless_told_otherwise(stdout, form, is_terminal, count):
    written = stdout(is_terminal)
    asked(LogFormat(form))
    assert len(written().splitlines()) == count


@pytest.mark.parametrize(
    ("is_terminal", "no_color", "coloured"), [(True, "", True), (True, "1", False), (False, "", False)]
)
def test_only_a_terminal_gets_colours_and_none_that_wants_none(
    stdout, monkeypatch, is_terminal, no_color, coloured
):
    monkeypatch.setenv("NO_COLOR", no_color)
    written = stdout(is_terminal)
    asked(LogFormat.TEXT)
    assert ("\x1b[32m200" in (text := written()), "\x1b" in text) == (coloured, coloured)


def test_another_world_is_named(stdout):
    written = stdout(False)
    fake = FakePlugchoice()
    fake.world.name = "other"
    follower(LogFormat.TEXT)(fake.world)
    pipeline.answer(fake.world, Request("GET", f"{SESSIONS}/x"))
    assert written().endswith(" in other\n")
