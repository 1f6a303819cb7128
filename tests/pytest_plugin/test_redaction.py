"""No token in what pytest reports, in any form; and a control that shows where it would be."""

import base64
from pathlib import Path

import pytest

from plugproof_pytest.known_secrets import STAND_IN
from plugproof_pytest.reporting.secret_search import PIECE

CANARY = "c4na7y" + "0123456789abcdef0123456789abcdef01"
URL = f"https://app.plugchoice.com/api/v3/public-charging/sessions/{CANARY}/confirm"


def forms(token):
    raw = token.encode()
    return {token, raw.hex(), base64.b64encode(raw).decode(), "".join(f"%{byte:02X}" for byte in raw)}


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
