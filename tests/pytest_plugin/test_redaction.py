"""No token in what pytest reports, in any form; and a control that shows where it would be."""

import base64
import io
import logging
from pathlib import Path
from types import SimpleNamespace

import pytest

from plugproof_pytest import known_secrets
from plugproof_pytest.reporting.redaction import (
    PIECE,
    SHORTEST,
    STAND_IN,
    clean_live_logs,
    cleaner,
    note_arguments,
    redact,
    redact_warning,
    tokens_in,
)

CANARY = "c4na7y" + "0123456789abcdef0123456789abcdef01"
URL = f"https://app.plugchoice.com/api/v3/public-charging/sessions/{CANARY}/confirm"


def forms(token):
    raw = token.encode()
    return {token, raw.hex(), base64.b64encode(raw).decode(), "".join(f"%{byte:02X}" for byte in raw)}


@pytest.mark.parametrize("form", sorted(forms(CANARY)))
@pytest.mark.parametrize("around", ["{}", "before {} after", "{0}{0}", "'{}'", "{}…"])
def test_every_form_of_a_token_is_taken_out(form, around):
    shown = cleaner([CANARY])(around.format(form))
    assert STAND_IN in shown
    assert not any(form[at : at + PIECE] in shown for at in range(len(form) - PIECE))


@pytest.mark.parametrize("cut", range(PIECE, len(CANARY) - PIECE, 3))
def test_a_token_that_was_cut_is_taken_out_on_both_sides(cut):
    shown = cleaner([CANARY])(f"'{CANARY[:cut]}...{CANARY[cut:]}'")
    assert shown == f"'{STAND_IN}...{STAND_IN}'"


def test_what_is_no_token_stays():
    text = "test_c4na7y[0123] assert 'captured' == 'charging'"
    assert cleaner([CANARY])(text) == text


@pytest.fixture
def used(monkeypatch):
    """The plugin as it is in a suite that uses it, or not."""
    monkeypatch.setattr(known_secrets, "FAKES", [])
    monkeypatch.setattr(known_secrets, "WATCHES", [])

    def used(whether):
        monkeypatch.setattr(known_secrets, "SEEN", ["another-token"] if whether else [])

    return used


@pytest.mark.parametrize(
    ("text", "anywhere"),
    [
        (f"POST {URL}", True),
        (f"'{URL}'", True),
        (f'"session_token": "{CANARY}"', False),
        (f"{{'session_token': '{CANARY}'}}", False),
        (f"token = '{CANARY}'", False),
        (f'confirm(token="{CANARY}")', False),
        (f'assert token == "{CANARY}"', False),
        (f'\\"session_token\\": \\"{CANARY}\\"', False),
    ],
)
def test_a_token_is_known_by_where_it_stands(used, text, anywhere):
    used(True)
    assert list(tokens_in(text)) == [CANARY]
    used(False)
    assert list(tokens_in(text)) == ([CANARY] if anywhere else [])


@pytest.mark.parametrize(
    "text",
    [
        "/public-charging/sessions/T/confirm",
        "/public-charging/sessions/{token}/confirm-and-more",
        "/public-charging/sessions/token~0123456789/confirm",
        "tokenizer = 'bert-base-uncased'",
        "token = 'short'",
        "token = None",
    ],
)
def test_what_only_looks_like_a_token_is_none(used, text):
    used(True)
    assert list(tokens_in(text)) == []


@pytest.mark.parametrize(("length", "is_one"), [(SHORTEST - 1, False), (SHORTEST, True)])
def test_a_shorter_word_where_a_token_stands_is_a_placeholder_of_a_test(used, length, is_one):
    word = CANARY[:length]
    used(True)
    assert list(tokens_in(URL.replace(CANARY, word))) == [word] * is_one
    assert (cleaner([word])(f"a {word} b") == f"a {STAND_IN} b") is is_one
    note_arguments(
        {"token": word, "session_token": CANARY, "tokens": [CANARY] * SHORTEST, "name": "another-long-word"}
    )
    assert set(known_secrets.SEEN) - {"another-token"} == ({word, CANARY} if is_one else {CANARY})


def test_arguments_of_other_suites_are_not_noted(used):
    used(False)
    note_arguments({"token": CANARY})
    assert list(known_secrets.SEEN) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (CANARY[:PIECE], STAND_IN),
        (CANARY[-PIECE:], STAND_IN),
        (CANARY[: PIECE - 1], CANARY[: PIECE - 1]),
        (f"x{CANARY[:PIECE]}", f"x{STAND_IN}"),
        (f"{CANARY[-PIECE:]}x", f"{STAND_IN}x"),
        (f"{CANARY[:PIECE]}-{CANARY[-PIECE:]}", f"{STAND_IN}-{STAND_IN}"),
        ("", ""),
    ],
)
def test_a_piece_of_a_token_is_taken_out_up_to_its_edges(text, shown):
    assert cleaner([CANARY, CANARY])(text) == shown


def test_a_word_as_long_as_a_piece_is_one_where_it_is_a_form_of_a_token():
    assert cleaner(["%41" * (PIECE - 1) + "bcd"])("A" * (PIECE - 1) + "b") == STAND_IN


def test_a_warning_keeps_what_is_no_text(used):
    used(True)
    warning = UserWarning(f"asked {URL}", 7, ("b", CANARY))
    redact_warning(warning)
    assert warning.args == (f"asked {URL.replace(CANARY, STAND_IN)}", 7, ("b", STAND_IN))
    other = UserWarning("plain", 7)
    redact_warning(other)
    assert other.args == ("plain", 7)


def test_only_handlers_with_a_format_of_their_own_are_given_a_clean_one():
    handler, bare, other = (
        logging.StreamHandler(io.StringIO()),
        logging.NullHandler(),
        SimpleNamespace(formatter=1),
    )
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    clean_live_logs(SimpleNamespace(log_cli_handler=handler, log_file_handler=bare))
    clean_live_logs(SimpleNamespace(log_cli_handler=other))
    handler.handle(logging.makeLogRecord({"levelname": "INFO", "msg": f"asked {URL}"}))
    handler.handle(logging.makeLogRecord({"levelname": "INFO", "msg": "plain"}))
    assert handler.stream.getvalue().splitlines() == [f"INFO asked {URL.replace(CANARY, STAND_IN)}", "INFO plain"]
    assert (bare.formatter, other.formatter) == (None, 1)


# Through pytest: a suite that shows its token wherever a suite can.

LEAKS = f"""
import json, logging, sys, warnings
import httpx, pytest, respx

CANARY = "".join({[CANARY[:20], CANARY[20:]]!r})
URL = "https://app.plugchoice.com/api/v3/public-charging/sessions/" + CANARY + "/confirm"

@pytest.fixture
def mocked():
    with respx.mock:
        respx.post(URL).respond(404, json={{"message": "Not Found"}})
        yield

@pytest.mark.parametrize("token", [CANARY])
def test_id(token, {{fixture}}):
    assert token is None

def test_diff({{fixture}}):
    answer = {{{{"session_token": CANARY, "data": [CANARY] * 3}}}}
    assert answer == {{{{"session_token": CANARY + "x", "data": []}}}}

def test_long_diff({{fixture}}):
    assert "x" * 300 + CANARY + "y" * 300 == "x" * 300 + CANARY[::-1] + URL

def test_locals({{fixture}}):
    url, raw = URL, CANARY.encode().hex()
    assert not url

def test_output({{fixture}}, record_property):
    print(URL)
    print("out", CANARY, file=sys.stderr)
    logging.getLogger("httpx").warning("HTTP Request: POST %s", URL)
    record_property("url", URL)
    warnings.warn("asked " + URL)

def test_exception({{fixture}}):
    httpx.post(URL).raise_for_status()

def test_subtests({{fixture}}, subtests):
    with subtests.test(url=URL):
        assert URL == ""

@pytest.fixture
def broken():
    raise LookupError(URL)

def test_setup(broken, {{fixture}}):
    pass

def test_xfail({{fixture}}):
    pytest.xfail(URL)

def test_skip({{fixture}}):
    pytest.skip(URL)
""".replace("{{", "{").replace("}}", "}")

EVERYWHERE = (
    "-vv", "-rA", "--showlocals", "--junit-xml=junit.xml", "-o", "junit_logging=all", "-o", "log_cli=true",
    "-o", "junit_family=xunit1", "-W", "default", "--log-file=log.txt", "-o", "verbosity_assertions=2",
)  # fmt: skip


def leaks(text):
    """Return what surrounds each piece of the canary; the line that makes it is shown, but in two halves."""
    lines = [line for line in text.splitlines() if 'CANARY = "".join' not in line]
    pieces = {form[at : at + PIECE] for form in forms(CANARY) for at in range(len(form) - PIECE)}
    return [line for line in lines if any(piece in line for piece in pieces)]


def everything(done, pytester):
    files = [pytester.path / name for name in ("junit.xml", "log.txt")]
    return "\n".join(
        [done.stdout.str(), done.stderr.str(), *(path.read_text() for path in files if path.exists())]
    )


@pytest.mark.parametrize("traceback", ["long", "short", "native", "line", "auto"])
@pytest.mark.parametrize("fixture", ["plugchoice", "mocked"])
def test_no_token_is_readable_in_any_report(run, pytester, fixture, traceback):
    run_ = run(LEAKS.replace("{fixture}", fixture), *EVERYWHERE, f"--tb={traceback}", "--plugchoice-check")
    shown = everything(run_, pytester)
    assert not leaks(shown)
    assert STAND_IN in shown
    assert f"HTTP Request: POST {URL.replace(CANARY, STAND_IN)}" in (pytester.path / "log.txt").read_text()


def test_the_control_is_red_without_the_plugin(run, pytester):
    source = LEAKS.replace("{fixture}", "mocked")
    done = run(source, *EVERYWHERE, "-p", "no:plugproof_pytest.plugin")
    shown = everything(done, pytester)
    assert leaks(shown)
    for place in ("test_id[", "session_token", "HTTP Request: POST ", "<property name=", "LookupError: "):
        assert place in shown


def test_workers_reports_are_clean_before_they_are_sent(run_apart, two_workers, pytester):
    source = LEAKS.replace("{fixture}", "plugchoice")
    done = run_apart(source, *EVERYWHERE, *two_workers)
    assert not leaks(everything(done, pytester))


def test_a_token_of_the_fake_is_taken_out_wherever_it_is_shown(run):
    done = run("""
import pathlib
import httpx

def test_it(plugchoice):
    start = dict(code="HAPPY", connector_id=1)
    answer = httpx.post("https://app.plugchoice.com/api/v3/public-charging/sessions", json=start).json()
    secret = answer["session_token"]
    print("is it", secret[:30])
    pathlib.Path("secret.txt").write_text(secret)
    assert secret == "T"
""")
    done.assert_outcomes(failed=1)
    secret = Path("secret.txt").read_text()
    assert not any(secret[at : at + PIECE] in done.stdout.str() for at in range(len(secret) - PIECE))
    done.stdout.fnmatch_lines([f"*assert '{STAND_IN}*' == 'T'*", f"is it {STAND_IN}"])


def test_a_collection_that_fails_shows_no_token(run):
    done = run(f"URL = {URL!r}\nraise LookupError(URL)")
    assert not leaks(done.stdout.str())


def test_the_reports_of_other_suites_are_left_alone(run):
    done = run("""
def test_it():
    tokenizer = token = "bert-base-uncased"
    assert token == {"session_token": "0123456789abcdef"}
""")
    done.stdout.fnmatch_lines(
        ['*token = "bert-base-uncased"', "*assert 'bert-base-uncased' == *0123456789abcdef*"]
    )
    done.stdout.no_fnmatch_line(f"*{STAND_IN}*")


def test_ids_of_other_suites_are_left_alone(run):
    done = run("""
import pytest

@pytest.mark.parametrize("token", ["0123456789abcdef"])
def test_it(token):
    pass
""", "-v")  # fmt: skip
    done.stdout.fnmatch_lines(["*::test_it[[]0123456789abcdef[]] PASSED*"])


class Told:
    """What another plugin puts where pytest has its own account of a failure."""

    def toterminal(self, terminal):
        terminal.line(str(self))

    def __str__(self):
        return f"asked {URL}"


def test_an_account_of_another_plugin_becomes_a_text_without_tokens():
    report = SimpleNamespace(longrepr=Told(), sections=[("log", URL)], user_properties=[])
    redact(report, dict(vars(report)))
    assert report.longrepr == URL.replace(CANARY, STAND_IN).join(["asked ", ""])
    assert CANARY not in report.sections[0][1]
