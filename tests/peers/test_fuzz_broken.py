"""`plugproof fuzz` where something is wrong: with the API, the way there, the command, or with secrets."""

import itertools
import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
import schemathesis
from click.testing import CliRunner
from schemathesis import Config
from schemathesis.core.failures import FailureGroup

from plugproof_cli.main import main
from plugproof_contracts.facts import openapi_document as spec
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_contracts.reports.formats import FORMATS
from plugproof_contracts.rules.examples import TOKEN, failure, refusal, success
from plugproof_contracts.secrets.encodings import forms

PLUGPROOF = Path(sys.executable).parent / "plugproof"
CANARY = "c4n4ryS3cr3tT0k3nZ"


def run(*arguments, seed=3):
    return CliRunner().invoke(main, ["fuzz", *map(str, arguments), "--seed", str(seed), "--max-examples", "2"])


def named(request):
    """Return the operation that was asked for, `get` for what is none."""
    return request.operation.name if request.operation else "get"


def fine(request):
    if request.operation is None:
        return failure(405, "The method is not supported.", headers={"allow": "POST"})
    if request.operation.name in ("start", "charger"):
        return (
            success(request.operation.name, "created") if request.operation.name == "start" else success("charger")
        )
    return success(
        request.operation.name, {"stop": "stopping", "cancel": "abandoned"}.get(request.operation.name, "charging")
    )


def test_each_broken_rule_is_reported_once_with_a_request(lying):
    """Each broken rule is reported once, with a request to send again."""

    def answer(request):
        if named(request) in ("get", "confirm"):
            return success(named(request), "charging", cost_amount=5001, amount_authorized=5000, energy_kwh=4.2)
        return fine(request)

    with lying(answer) as base:
        done = run(base, "--phase", "examples")
    assert done.exit_code == 1
    for rule in ("money.cost-within-hold", "shape.types"):
        assert len(re.findall(rf"^documented: {rule}\b", done.stdout, re.MULTILINE)) == 1, done.stdout
        line = re.search(rf"^  {rule}\n    (curl .*)$", done.stdout, re.MULTILINE)
        assert line, done.stdout
        assert (
            line[1].endswith(('"$PLUGPROOF_TOKEN"', '"$PLUGPROOF_TOKEN"/confirm', "/confirm"))
            or "/sessions/" in line[1]
        )


def test_the_request_to_send_again_shows_the_breach_again(lying):
    def answer(request):
        return success("charger", public_code=7) if named(request) == "charger" else fine(request)

    with lying(answer) as base:
        done = run(base, "--phase", "examples")
        line = re.search(r"^  shape\.types\n    (curl .*)$", done.stdout, re.MULTILINE)
        assert line, done.stdout
        again = subprocess.run(["bash", "-c", line[1]], capture_output=True, text=True, timeout=60)
    assert '"public_code":7' in again.stdout


def crashing_stop(request):
    return failure(500, "Oops", operation="stop") if named(request) == "stop" else fine(request)


def challenge(request):
    return failure(403).replace(body=b"<p>robot?", headers={"content-type": "text/html"})


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        (lambda request: failure(404, operation=named(request)), 3, "no session was ever seen"),
        (lambda request: refusal(operation=named(request)), 3, "every answer was one of 429"),
        (lambda request: failure(500, "Server Error", operation=named(request)), 3, "the API failed with 500"),
        (lambda request: failure(503, "Service Unavailable"), 3, "the server failed with 503"),
        (challenge, 3, "no answer bears a mark of the API"),
        (crashing_stop, 1, "documented: schemathesis.not-a-server-error"),
    ],
    ids=["404", "429", "500", "503", "challenge", "one crash"],
)
def test_what_answers_nothing_is_no_success(lying, answer, code, said):
    with lying(answer) as base:
        done = run(base, "--phase", "examples")
    assert (done.exit_code, said in done.stdout) == (code, True), done.output


@pytest.mark.parametrize(
    ("fault", "code", "said"),
    [
        ({"operation": "confirm", "kind": "malformed"}, 1, "documented: json.well-formed"),
        ({"operation": "charger", "kind": "500"}, 1, "documented: schemathesis.not-a-server-error"),
        ({"operation": "charger", "kind": "503"}, 3, "the server failed with 503"),
        ({"operation": "stop", "kind": "reset"}, 3, "no "),
    ],
    ids=["malformed", "500", "503", "reset"],
)
def test_a_fault_of_the_fake_is_found(quick, fault, code, said):
    quick.ask("POST", "/faults", fault)
    try:
        done = run(quick.api, "--phase", "examples")
    finally:
        quick.ask("DELETE", "/faults")
    assert (done.exit_code, said in done.stdout) == (code, True), done.output


def test_nobody_there_could_not_be_checked(unused_port):
    done = run(f"http://127.0.0.1:{unused_port}/api", "--phase", "examples")
    assert done.exit_code == 3
    assert "no connection" in done.stdout
    assert int(re.search(r"^requests: (\d+) ", done.stdout, re.MULTILINE)[1]) < 10, "there is nobody to ask"


@pytest.fixture
def unused_port(lying):
    with lying(fine) as base:
        return base.rpartition(":")[2].partition("/")[0]


@pytest.mark.parametrize(
    ("host", "options", "rate"),
    [
        ("127.0.0.1", [], "no rate"),
        ("127.0.0.1", ["--rate", "documented"], "the documented rate"),
        ("0.0.0.0", [], "the documented rate"),
        ("0.0.0.0", ["--rate", "off"], "no rate"),
    ],
)
def test_the_documented_rate_is_kept_where_others_may_be(lying, host, options, rate):
    with lying(fine) as base:
        done = run(base.replace("127.0.0.1", host), *options, "--phase", "examples")
    assert f"/api at {rate}, --max-examples 2 --seed 3" in done.stdout


@pytest.mark.parametrize(
    "base",
    ["https://app.plugchoice.com/api", "http://APP.plugchoice.com:8080/x", "https://app.plugchoice.com./api"],
)
def test_the_live_api_is_never_fuzzed(base):
    done = run(base)
    assert done.exit_code == 2
    assert (
        "the live API is never fuzzed; 'plugproof check https://app" in done.stderr
        or "plugproof check" in done.stderr
    )


@pytest.mark.parametrize(
    "option", [["--max-examples", "0"], ["--rate", "fast"], ["--phase", "moon"], ["--report", "x"]]
)
def test_a_mistake_in_an_option_is_one_line(option):
    done = subprocess.run([PLUGPROOF, "fuzz", "http://127.0.0.1:1/api", *option], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ftp://h/api"], "it does not begin with https://"),
        (
            ["http://h/api", "--report", "json=-", "--report", "html=-"],
            "only one report can go to standard output",
        ),
        (["http://h/api", "--baseline", "absent.toml"], "the baseline absent.toml: it cannot be read"),
    ],
)
def test_a_mistake_is_told_before_anything_is_sent(arguments, said):
    done = run(*arguments)
    assert (done.exit_code, said in done.stderr) == (2, True), done.output


def test_without_schemathesis_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "schemathesis", None)
    done = run("http://127.0.0.1:1/api")
    assert done.exit_code == 2
    assert "pip install 'plugproof[fuzz]'" in done.stderr


def leaking(request):
    """Give out a secret token, break every rule there is, and say the token wherever one can."""
    if named(request) == "start":
        answer = success("start", "created")
        return answer.replace(body=answer.body.replace(TOKEN.encode(), CANARY.encode()))
    if request.token and request.token.reveal() == CANARY and named(request) == "stop":
        return failure(500, f"No session {CANARY}", operation="stop", headers={"x-echo": CANARY})
    token = request.token.reveal() if request.token else CANARY
    told = {"charger": {"name": CANARY}, "pricing": CANARY, "created_at": f"at {CANARY}", "energy_kwh": token}
    return success(
        named(request), "charging", failure_reason=[CANARY], headers={"x-ratelimit-limit": CANARY}, **told
    )


def test_a_token_is_in_no_byte_of_what_is_written(lying, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    asked = []

    def answer(request):
        asked.append(request.url)
        return leaking(request)

    reports = itertools.chain(*(("--report", f"{name}={name}.out") for name in FORMATS))
    phases = itertools.chain(*(("--phase", name) for name in ("examples", "fuzzing", "stateful")))
    with lying(answer) as base:
        done = run(base, *reports, *phases)
    assert done.exit_code == 1
    assert any(CANARY in url for url in asked), "the token was never used, so nothing could leak"
    assert "$PLUGPROOF_TOKEN" in done.stdout
    written = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert set(written) == {f"{name}.out" for name in FORMATS}
    written["output"] = done.output.encode()
    leaks = {
        (name, form) for name, content in written.items() for form in forms(CANARY) if form.encode() in content
    }
    assert not leaks


def test_schemathesis_itself_shows_the_token(lying):
    """The control: the same server, and the search does find what it looks for."""
    with lying(leaking) as base:
        schema = schemathesis.openapi.from_dict(spec.document(), config=Config.from_dict({"base-url": base}))
        case = schema[OPERATIONS["stop"].template]["POST"].Case(path_parameters={"token": CANARY})
        with pytest.raises(FailureGroup) as raised:
            case.call_and_validate()
    assert any(form in str(raised.value) for form in forms(CANARY))


def test_an_interrupted_run_ends_with_a_report(fake):
    """At the documented rate the second phase waits for most of a minute; the interruption does not."""
    command = [PLUGPROOF, "fuzz", fake.api, "--rate", "documented", "--max-examples", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert "examples" in running.stderr.readline()
        running.send_signal(signal.SIGINT)
        output, errors = running.communicate(timeout=100)
    assert running.returncode == 3, output + errors
    assert "interrupted" in output
    assert "verdict: could not check" in output
    assert "Traceback" not in errors


def test_the_json_report_counts_what_was_sent(lying, tmp_path):
    with lying(fine) as base:
        done = run(base, "--phase", "examples", "--report", f"json={tmp_path / 'report.json'}")
    report = msgspec.json.decode((tmp_path / "report.json").read_bytes())
    assert report["counts"]["requests sent"] == int(re.findall(r"^requests: (\d+)", done.stdout, re.MULTILINE)[0])
    assert json.dumps(report).count("schemathesis.") > 5
