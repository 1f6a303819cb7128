"""`plugproof explore`: what it prints, writes and ends with."""

import json
import re
import shlex
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from click.testing import CliRunner

from plugproof_cli.main import main

CLIENT = """
import httpx
from plugproof_harness import Adapter

class Refused(Exception): pass
class Unsure(Exception): pass

class Client(Adapter):
    refused, unsure = (Refused,), (Unsure, httpx.TransportError, ValueError)

    def ask(self, method, path, body=None):
        print("noise on standard output")
        http = httpx.Client(base_url=self.api.base_url + "/v3/public-charging", transport=self.api.transport())
        response = http.request(method, path, json=body)
        if response.status_code >= 500: raise Unsure
        content = response.json()
        if response.is_error: raise Refused
        return content

    def start(self, code, connector_id):
        return self.ask("POST", "/sessions", {"code": code, "connector_id": connector_id})["session_token"]

    def poll(self, session):
        return self.ask("GET", f"/sessions/{session}")["data"]

class Crashes(Client):
    def poll(self, session):
        raise KeyError(f"<b>&\\x00 {session}")

class Lacks(Adapter):
    def start(self, code, connector_id): pass

Number = 7
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the command beside a module of clients."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "clients_of_mine.py").write_text(CLIENT)
    (tmp_path / "raises.py").write_text("raise RuntimeError('not today')")
    (tmp_path / "leaves.py").write_text("import sys; sys.exit(0)")
    yield lambda *arguments: CliRunner().invoke(main, ["explore", *arguments])
    for name in ("clients_of_mine", "raises", "leaves"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize(
    ("client", "only", "code", "said"),
    [
        ("Client", "*/poll/none", 0, "verdict: conforms (exit code 0)"),
        ("Crashes", "*/poll/none", 1, "broken: client.survives, 15 cells"),
        ("Client", "charging/stop/*", 5, "the adapter has no method stop"),
    ],
)
def test_the_exit_code_of_explore_is_the_verdict(run, client, only, code, said):
    """The codes are those of `plugproof check`."""
    done = run(f"clients_of_mine:{client}", "--only", only)
    assert done.exit_code == code
    assert said in done.stdout
    assert "noise" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "no client is given: name its adapter as MODULE:ADAPTER"),
        (["clients_of_mine"], "'clients_of_mine' names no adapter: an adapter is named as MODULE:ADAPTER"),
        (["nowhere:Client"], "'nowhere' can't be imported: ModuleNotFoundError"),
        (["nowhere.py:Client"], "there is no file 'nowhere.py'"),
        (["clients_of_mine:Client2"], "clients_of_mine has no 'Client2'"),
        (["clients_of_mine:Number"], "7 is no adapter"),
        (["clients_of_mine:Lacks"], "Lacks has no method poll"),
        (["raises:Client"], "'raises' can't be imported: RuntimeError: not today"),
        (["leaves:Client"], "'leaves' can't be imported: SystemExit: 0"),
        (["clients_of_mine:Client", "--only", "nothing"], "no cell is named 'nothing'"),
        (["clients_of_mine:Client", "--then", "dance"], "there is no button 'dance'"),
        (["clients_of_mine:Client", "--depth", "0"], "'--depth'"),
        (["clients_of_mine:Client", "--report", "pdf=x"], "'pdf' is not a format: one of text, json, html, junit"),
        (["clients_of_mine:Client", "--json", "--report", "json=-"], "only one report can go to standard output"),
        (["clients_of_mine:Client", "--resume", "clients_of_mine.py"], "does not hold the progress"),
        (["clients_of_mine:Client", "--resume", "nowhere/progress"], "cannot be written"),
    ],
)
def test_a_mistake_in_the_options_of_explore_is_told(run, arguments, complaint):
    """It ends with 2, in one line that says what is allowed, and without a traceback."""
    done = run(*arguments)
    assert done.exit_code == 2
    assert complaint in done.stderr
    assert "Traceback" not in done.output


LINE_CLIENT = str(Path(__file__).parents[1] / "harness/line_client.py")


@pytest.mark.parametrize(
    ("how", "code", "said"),
    [
        ("", 0, "verdict: conforms (exit code 0)"),
        ("die", 1, "broken: client.survives, 1 cell"),
        ("garbage", 3, "inconclusive: 1 cell: the client's process wrote 'hello, I am a log line'"),
    ],
)
def test_a_command_is_explored(run, how, code, said):
    """A client in any language is judged as one in Python is."""
    command = f"{shlex.quote(sys.executable)} -S {shlex.quote(LINE_CLIENT)} {how}"
    done = run("--command", command, "--only", "created/poll/none")
    assert (done.exit_code, said in done.stdout) == (code, True)


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (["--command", "true"], 3, "could not check: at hello: the client's process ended with exit code 0"),
        (["--command", "no-such-program"], 3, "could not check: 'no-such-program' can't be started"),
        (["--command", ""], 2, "the command is empty; name a program"),
        (["--command", "'"], 2, "No closing quotation"),
        (["--command", "true", "clients_of_mine:Client"], 2, "two clients are given"),
    ],
)
def test_a_command_that_is_no_client_ends_the_exploration(run, arguments, code, complaint):
    """Before the first cell, in one line."""
    done = run(*arguments)
    assert (done.exit_code, complaint in done.stderr) == (code, True)
    assert "Traceback" not in done.output


def test_the_map_as_json_has_the_cells_and_their_replays(run):
    """Standard output holds the document alone, and the text stands beside it."""
    done = run("clients_of_mine:Crashes", "--json", "--only", "c*/poll/none", "--only", "created/stop/none")
    found = json.loads(done.stdout)
    assert (found["cells"], found["met"], found["impossible"], found["verdict"]) == (5, 0, 1, "broken")
    assert [one["cell"] for one in found["broken"]] == [
        f"{status}/poll/none" for status in ("created", "charging", "captured", "capture_failed")
    ]
    first = found["broken"][0]
    assert first["law"] == "client.survives"
    assert first["replay"] == "replay(Crashes, ['start HAPPY 1', 'poll 1'])"
    assert found["unmet"] == [
        {"cell": "created/stop/none", "state": "impossible", "reason": "the adapter has no method stop"}
    ]
    assert "broken: client.survives, 4 cells" in done.stderr


def test_no_map_shows_a_token_or_unescaped_text(run, tmp_path):
    """What a client raises is data: it may hold its token, markup, and what XML cannot hold."""
    formats = [f"--report={name}={tmp_path / name}" for name in ("text", "json", "html", "junit")]
    done = run("clients_of_mine:Crashes", "--only", "*/poll/none", *formats)
    assert done.exit_code == 1
    texts = {path.name: path.read_text() for path in tmp_path.iterdir() if path.suffix != ".py" and path.is_file()}
    assert "<b>" not in texts["html"]
    assert "&lt;b&gt;" in texts["html"]
    cases = ET.fromstring(texts["junit"]).findall("testsuite/testcase")
    assert len(cases) == 15
    assert all(case.find("failure").get("type") == "client.survives" for case in cases)
    assert [json.loads(texts["json"])["cells"], texts["text"]] == [15, done.stdout]
    assert not any(re.search("[0-9a-f]{40}", text) for text in texts.values())


def test_an_exploration_goes_on_where_it_ended(run, tmp_path):
    """What was met stays met, without the client being asked again."""
    arguments = ("clients_of_mine:Client", "--only", "*/poll/none", "--resume", "progress")
    assert run(*arguments).exit_code == 0
    size = (tmp_path / "progress").stat().st_size
    done = run(*arguments)
    assert "15 met" in done.stdout
    assert "noise" not in done.stderr
    assert (tmp_path / "progress").stat().st_size <= size + 1
