"""`plugproof check` at the command line: exit codes, one clear line for bad input, and no secret anywhere."""

import base64
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from tests.servers import PATIENCE

from plugproof_cli.commands.check import MOST_FILE
from plugproof_cli.main import main
from plugproof_contracts.conformance.history.drift import Shape, to_json
from plugproof_mockserver.fake import FakePlugchoice

CANARY = "canary-7f3a91c25be04d68"
REPORTS = ("junit", "json", "html", "sarif", "github", "markdown")


@pytest.fixture
def check(tmp_path, monkeypatch):
    """Runs the command with a history of the test's own, and every kind of report."""
    for name in [name for name in os.environ if name.startswith("PLUGPROOF_")]:
        monkeypatch.delenv(name)
    reports = [word for kind in REPORTS for word in ("--report", f"{kind}={tmp_path / kind}")]
    history = ["--history", f"sqlite:///{tmp_path / 'history.db'}"]

    def run(*arguments, token=None, stdin=None, patience="0"):
        variables = {} if token is None else {"PLUGPROOF_TOKEN": token}
        command = ["check", *history, *reports, "--patience", patience, *arguments]
        return CliRunner(env=variables).invoke(main, command, input=stdin)

    return run


@pytest.fixture
def serving(raw, fake_answer):
    """A raw server in front of a fake, and the fake."""
    fake = FakePlugchoice(seed=7, clock="real")
    with raw(lambda *request: fake_answer(fake, *request).wire()) as server:
        yield server, fake


def test_a_conforming_api_exits_0_and_every_report_is_there(check, serving, tmp_path):
    server, fake = serving
    done = check(server.url, token=fake.seed_session("charging").token)
    assert done.exit_code == 0, done.output
    assert "verdict: conforms" in done.output
    assert "requests: 4 planned, 4 sent" in done.output
    assert json.loads((tmp_path / "json").read_text())["counts"]["requests sent"] == 4
    ET.parse(tmp_path / "junit")
    assert {path.name for path in tmp_path.iterdir()} >= set(REPORTS)


def test_a_dry_run_prints_the_plan_and_sends_nothing(check, serving):
    server, _ = serving
    done = check(server.url, "--dry-run", "--probe-rate-limit", token=f"{CANARY}\nanother-token-entirely")
    assert done.exit_code == 0
    assert "16." in done.output
    assert "17." not in done.output
    assert CANARY not in done.output
    assert server.log == []


def test_the_user_agent_names_the_tool_and_its_page(check, serving):
    server, _ = serving
    check(server.url)
    agents = {dict(headers)["User-Agent"] for _, _, headers in server.log}
    assert len(agents) == 1
    assert "plugproof/" in (agent := agents.pop())
    assert "+https://" in agent


@pytest.mark.parametrize(
    ("arguments", "token", "words"),
    [
        (["ftp://x/api"], None, "https://"),
        (["nonsense"], None, "https://"),
        (["https://"], None, "host"),
        (["https://user:pw@x/api"], None, "password"),
        (["https://x/api?a=1"], None, "query"),
        (["https://x:99999/api"], None, "URL"),
        (["https://x:0/api"], None, "port"),
        (["https://x/api/v3"], None, "too far"),
        (["https://x/api/v3/public-charging"], None, "too far"),
        (["http://example.invalid/api"], "a-token-of-a-session", "plain HTTP"),
        (["https://x/api"], "", "empty"),
        (["https://x/api"], " \n \n", "empty"),
        (["https://x/api"], "ok\nwith space", "line 2"),
        (["https://x/api"], "x" * 600, "line 1"),
        (["https://x/api", "--token-env", "NOT_SET_AT_ALL"], None, "not set"),
        (["https://x/api", "--token-env", "A", "--token-file", "B"], None, "both"),
        (["https://x/api", "--token-file", "/does/not/exist"], None, "cannot be read"),
        (["https://x/api", "--history", "nonsense"], None, "not a URL"),
        (["https://x/api", "--history", "mysql://x/y"], None, "sqlite"),
        (["https://x/api", "--history", "sqlite:////does/not/exist/h.db"], None, "history"),
        (["https://x/api", "--report", "json=/does/not/exist/r.json"], None, "folder"),
        (["https://x/api", "--report", "pdf=r.pdf"], None, "format"),
        (["https://x/api", "--report", "json=-", "--report", "html=-"], None, "only one report"),
        (["https://x/api", "--baseline", "/does/not/exist.toml"], None, "baseline"),
        (["https://x/api", "--baseline", "/does/not/exist.json"], None, "baseline"),
        (["https://x/api", "--save-shape", "/does/not/exist/s.json"], None, "written"),
        (["https://x/api", "--budget", "0"], None, "budget"),
        (["https://x/api", "--timeout", "0"], None, "timeout"),
        ([], None, "BASE_URL"),
    ],
)
def test_bad_input_exits_2_with_one_clear_line(check, arguments, token, words):
    done = check(*arguments, token=token)
    assert done.exit_code == 2, done.output
    errors = [line for line in done.stderr.splitlines() if line.startswith("Error")]
    assert len(errors) == 1
    assert words in errors[0]
    assert "Traceback" not in done.output


@pytest.mark.parametrize(("content", "words"), [(b"\xff\xfe", "not text"), (b"x" * (MOST_FILE + 1), "bytes")])
def test_a_file_that_cannot_be_one_of_tokens_exits_2(check, tmp_path, content, words):
    (tmp_path / "tokens").write_bytes(content)
    done = check("https://x/api", "--token-file", str(tmp_path / "tokens"))
    assert (done.exit_code, words in done.stderr) == (2, True), done.output


@pytest.mark.parametrize(("content", "words"), [(b"[]", "not a shape"), (b"[" * 10**5, "not a shape")])
def test_a_baseline_that_is_no_shape_exits_2(check, tmp_path, content, words):
    (tmp_path / "shape.json").write_bytes(content)
    done = check("https://x/api", "--baseline", str(tmp_path / "shape.json"))
    assert (done.exit_code, words in done.stderr) == (2, True), done.output


def test_a_shape_of_another_version_exits_2(check, tmp_path):
    saved = to_json(Shape(frozenset(), {})).replace(b"plugproof-shape/1", b"plugproof-shape/9")
    (tmp_path / "shape.json").write_bytes(saved)
    done = check("https://x/api", "--baseline", str(tmp_path / "shape.json"))
    assert (done.exit_code, "plugproof-shape/1" in done.stderr) == (2, True), done.output


def test_a_history_that_is_another_file_exits_2(check, tmp_path):
    (tmp_path / "history.db").write_bytes(b"this is no database" * 100)
    done = check("http://127.0.0.1:9/api")
    assert (done.exit_code, "not a database" in done.stderr) == (2, True)


def test_an_unreachable_host_exits_3(check, raw):
    with raw(lambda *request: b"") as server:
        pass
    done = check(server.url)
    assert done.exit_code == 3
    assert "connect:" in done.stdout


def test_a_host_without_a_name_exits_3(check):
    done = check("https://plugproof.invalid/api")
    assert done.exit_code == 3
    assert "dns:" in done.stdout


def test_tls_on_a_plain_port_exits_3(check, serving):
    server, _ = serving
    done = check(server.url.replace("http:", "https:"))
    assert done.exit_code == 3
    assert "tls:" in done.stdout


NOT_FOUND = (
    b'HTTP/1.1 404 No\r\ncontent-type: application/json\r\ncontent-length: 23\r\n\r\n{"message":"Not Found"}'
)
PAGE = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>"


@pytest.mark.parametrize(("answer", "words"), [(NOT_FOUND, "BASE_URL"), (PAGE, "not the API's")])
@pytest.mark.parametrize("token", [None, "a-token-of-a-session"])
def test_a_wrong_base_path_exits_3(check, raw, answer, words, token):
    with raw(lambda *request: answer) as server:
        done = check(server.url, token=token)
    assert done.exit_code == 3, done.output
    assert words in done.stdout


def test_tokens_come_from_a_file_and_from_standard_input_too(check, serving, tmp_path):
    server, fake = serving
    tokens = [fake.seed_session("charging").token for _ in range(2)]
    (tmp_path / "tokens").write_text("\n".join(["", *tokens, tokens[0], ""]))
    assert "6 planned" in check(server.url, "--token-file", str(tmp_path / "tokens")).output
    assert "6 planned" in check(
        server.url, "--token-file", "-", "--dry-run", stdin="\n".join(tokens)
    ).output.replace("plan: 6 requests at most", "6 planned")


def test_an_unknown_token_exits_3_and_says_so(check, serving):
    done = check(serving[0].url, token="a-token-of-nobody")
    assert done.exit_code == 3
    assert "give a live one" in done.stdout


def test_the_budget_is_kept_across_processes(check, serving):
    server, _ = serving
    assert check(server.url, "--budget", "4").exit_code == 0
    done = check(server.url, "--budget", "4")
    assert (done.exit_code, len(server.log)) == (3, 4)
    assert "budget of 4" in done.stdout


def test_what_changed_since_the_last_check_is_told(check, raw, fake_answer):
    fake, extra = FakePlugchoice(seed=7, clock="real"), {}

    def respond(*request):
        reply = fake_answer(fake, *request)
        if reply.status == 200:
            document = reply.document
            document["data"] |= extra
            reply.tell(document)
            reply.headers |= {"x-new": "1"} if extra else {}
        return reply.wire()

    with raw(respond) as server:
        token = fake.seed_session("charging").token
        assert "changed" not in check(server.url, token=token).stdout
        extra["tariff"] = "night"
        done = check(server.url, token=token)
    assert "new: field /data/tariff (get 200)" in done.stdout
    assert "new: header x-new (get 200)" in done.stdout
    assert done.exit_code == 0


def test_a_saved_shape_is_a_baseline(check, serving, tmp_path):
    server, fake = serving
    token = fake.seed_session("charging").token
    saved = str(tmp_path / "shape.json")
    assert check(server.url, "--save-shape", saved, token=token).exit_code == 0
    shape = json.loads((tmp_path / "shape.json").read_text())
    shape["traits"] = [trait for trait in shape["traits"] if trait[2] != "/data/energy_kwh"]
    (tmp_path / "shape.json").write_text(json.dumps(shape))
    done = check(server.url, "--baseline", saved, token=token)
    assert "since the baseline: new: field /data/energy_kwh (get 200)" in done.stdout


# Interrupted.


def test_an_interrupted_check_exits_3_with_whole_reports(raw, tmp_path):
    process: list[subprocess.Popen[str]] = []
    is_known = threading.Event()

    def respond(*request):
        assert is_known.wait(PATIENCE)
        process[0].send_signal(signal.SIGINT)
        return lambda line: line.recv(1)

    variables = {name: value for name, value in os.environ.items() if not name.startswith("PLUGPROOF_")}
    with raw(respond) as server:
        command = [sys.executable, "-m", "plugproof_mockserver", "check", server.url]
        command += ["--history", f"sqlite:///{tmp_path / 'h.db'}", "--report", f"json={tmp_path / 'r.json'}"]
        pipe = subprocess.PIPE
        started = subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=variables)
        process.append(started)
        is_known.set()
        out, err = started.communicate(timeout=PATIENCE)
    assert started.returncode == 3, err
    assert "interrupted after 1 of 4 requests" in out
    assert "Traceback" not in err
    assert json.loads((tmp_path / "r.json").read_text())["exit_code"] == 3


class Interrupting(io.BytesIO):
    """Standard input at which somebody presses Ctrl-C."""

    def read(self, size=-1):
        if size:  # none at all is what the runner asks for, to see that it gets bytes
            raise KeyboardInterrupt
        return b""


def test_a_check_interrupted_before_its_start_exits_3(check):
    """A check that is interrupted before it begins exits with 3 and says so."""
    done = check("https://x/api", "--token-file", "-", stdin=Interrupting())
    assert (done.exit_code, done.stderr) == (3, "interrupted before anything was checked\n")


# Secrets.


def forms(secret):
    raw = secret.encode()
    yield from (secret, secret.upper(), quote(secret), raw.hex(), raw.hex().upper(), secret[::-1])
    yield from (base64.b64encode(raw).decode().rstrip("="), base64.urlsafe_b64encode(raw).decode().rstrip("="))
    yield "".join(f"%{byte:02x}" for byte in raw)


def echo(kind, form, reply):
    """Put the token, as a form of it, where a server might."""
    if kind == "header":
        reply.headers |= {"x-echo": form, "server": form, "content-type": f"application/json; {form}"}
    elif kind == "location":
        reply.status, reply.headers["location"] = 302, f"https://{form}.example/{form}?{form}"
    elif kind == "page":
        reply.headers["content-type"] = "text/html"
        reply.tell(f"<html>{form}".encode())
    elif kind == "message":
        reply.status = 404
        reply.tell({"message": form, "exception": form, "errors": {form: [form]}})
    else:
        data = dict.fromkeys(("status", "connector_status", "created_at", "energy_kwh", "driver_email"), form)
        reply.tell({"data": {**data, form: form, "charger": {"public_code": form}}, "payment": form, form: 1})
    if kind == "failure":
        reply.status = 500
    return reply.wire()


@pytest.mark.parametrize("kind", ["header", "location", "page", "message", "fields", "failure"])
def test_no_byte_of_a_token_reaches_any_sink(check, raw, fake_answer, tmp_path, kind):
    fake = FakePlugchoice(seed=7, clock="real")
    for number, form in enumerate(dict.fromkeys(forms(CANARY))):
        if form == CANARY[::-1]:
            continue
        with raw(lambda *request, form=form: echo(kind, form, fake_answer(fake, *request))) as server:
            done = check(server.url, "--save-shape", str(tmp_path / f"{number}.json"), token=CANARY)
        assert done.exit_code in (0, 1, 3), done.output
        said = {"output": done.output.encode()} | {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        for name, content in said.items():
            lowered = content.lower()
            leaked = [one for one in forms(CANARY) if one.lower().encode() in lowered]
            assert not leaked, (name, leaked)
    rows = sqlite3.connect(tmp_path / "history.db").execute("select count(*) from plugproof_runs").fetchone()
    assert rows[0] > 5


@pytest.mark.parametrize(
    ("base", "arguments", "words"),
    [
        ("https://app.plugchoice.com/api", ["--life", "HAPPY", "--spend-cap", "6000"], "--life-in-production"),
        ("https://APP.plugchoice.com./api", ["--life", "HAPPY", "--spend-cap", "6000"], "--life-in-production"),
        ("http://staging.example/api", ["--life", "HAPPY", "--spend-cap", "6000"], "plain HTTP"),
        ("http://127.0.0.1:9/api", ["--life", "HAPPY"], "--spend-cap"),
        ("http://127.0.0.1:9/api", ["--life", "no code", "--spend-cap", "6000"], "1 to 10 letters"),
        ("http://127.0.0.1:9/api", ["--life", "HAPPY", "--spend-cap", "0"], "--spend-cap"),
        ("http://127.0.0.1:9/api", ["--life", "HAPPY", "--spend-cap", "9", "--pay", "'"], "--pay"),
        ("http://127.0.0.1:9/api", ["--spend-cap", "6000"], "--life"),
    ],
)
def test_a_life_that_may_not_be_played_is_a_usage_error(check, base, arguments, words):
    done = check(base, "--dry-run", *arguments)
    assert done.exit_code == 2
    assert words in done.stderr


def test_a_dry_run_lists_the_life_and_says_why(check):
    arguments = ("--dry-run", "--explain", "--life", "HAPPY", "--spend-cap", "6000")
    done = check("http://127.0.0.1:9/api", *arguments)
    assert done.exit_code == 0
    assert "then a life at charger HAPPY: at most 40 requests, 6000 minor units" in done.stdout
    assert "never seen here" in done.stdout
