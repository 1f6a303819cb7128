"""`plugproof inspect` and `plugproof rules`: what they print, write and end with."""

import json
import os
import pty
import socket
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest
from click.testing import CliRunner

from plugproof_cli.commands.facts.rules import rules
from plugproof_cli.commands.inspect import inspect
from plugproof_contracts.adapters.ndjson import to_ndjson
from plugproof_contracts.reports.formats import FORMATS
from plugproof_contracts.rules import RULES
from plugproof_contracts.rules.examples import success

CANARY = "c4n4ryS3cr3tT0k3nZ"
FINE = success("get", "charging")
DOUBTFUL = success("get", "charging", cost_amount=-1)
BROKEN = success("get", "charging", cost_amount=5001)


def run(*arguments, command=inspect):
    return CliRunner().invoke(command, list(map(str, arguments)))


@pytest.fixture
def file(tmp_path):
    """Write a recording."""

    def file(*exchanges, name="traffic.ndjson"):
        path = tmp_path / name
        path.write_bytes(b"".join(map(to_ndjson, exchanges)))
        return path

    return file


@pytest.mark.parametrize(
    ("exchanges", "options", "code", "said"),
    [
        ([FINE], [], 0, "verdict: conforms"),
        ([BROKEN], [], 1, "documented: money.cost-within-hold"),
        ([DOUBTFUL], [], 0, "inferred: money.not-negative, does not count"),
        ([DOUBTFUL], ["--strict"], 1, "inferred: money.not-negative"),
        ([], [], 3, "the file is empty"),
        ([FINE.replace(url="https://example.org/")], [], 5, "1 skipped (1 of other APIs)"),
    ],
)
def test_the_exit_code_is_the_verdict(file, exchanges, options, code, said):
    done = run(file(*exchanges), *options)
    assert done.exit_code == code
    assert said in done.output
    assert f"(exit code {code})" in done.output


def test_a_recording_is_judged_without_a_request(file, monkeypatch):
    """No name is looked up and nothing is connected, whatever host was recorded."""

    def refuse(*_: object) -> None:
        raise AssertionError("a request leaves the process")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert run(file(FINE)).exit_code == 0


def test_an_unreadable_file_does_not_stop_the_others(file, tmp_path):
    """A file that cannot be read does not keep others from being read."""
    done = run(tmp_path / "none.har", file(BROKEN), tmp_path)
    assert done.exit_code == 1
    assert "no such file" in done.output
    assert "is a directory" in done.output
    assert "money.cost-within-hold" in done.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing argument 'FILE"),
        (["f", "--report", "pdf=x"], "'pdf' is not a format"),
        (["f", "--report", "json=no/such/x"], "there is no folder for the json report"),
        (["f", "--report", "json=-", "--report", "html=-"], "only one report can go to standard output"),
        (["f", "--baseline", "none.toml"], "the baseline none.toml: it cannot be read"),
    ],
)
def test_a_mistake_of_the_user_is_one_sentence_and_exit_2(arguments, message):
    """A mistake of the user is reported in a sentence and exits with 2."""
    done = run(*arguments)
    assert done.exit_code == 2
    assert message in done.output
    assert "Traceback" not in done.output


def test_reports_are_written_where_they_are_told_to(file, tmp_path):
    options = [f"--report={name}={tmp_path}/report.{name}" for name in FORMATS]
    assert run(file(BROKEN), *options).exit_code == 1
    assert ET.parse(tmp_path / "report.junit").getroot().tag == "testsuites"
    assert json.loads((tmp_path / "report.json").read_text())["verdict"] == "broken"
    assert {path.name for path in tmp_path.iterdir()} == {
        "traffic.ndjson",
        *(f"report.{name}" for name in FORMATS),
    }


def test_a_report_that_cannot_be_written_ends_with_2(file):
    done = run(file(FINE), "--report", "json=/proc/report.json")
    assert done.exit_code == 2
    assert "the json report was not written: " in done.output


def test_a_report_on_standard_output_stands_there_alone(file):
    done = run(file(BROKEN), "--report", "json=-")
    assert json.loads(done.stdout)["exit_code"] == 1
    assert "verdict: broken" in done.stderr


def test_a_baseline_accepts_and_says_what_is_left_of_it(file, tmp_path):
    rows = ['rule = "money.cost-within-hold"\nuntil = 9999-12-31', 'rule = "time.order"\nuntil = 2026-01-01']
    baseline = tmp_path / "accepted.toml"
    baseline.write_text("".join(f'[[accept]]\n{row}\nreason = "known"\n' for row in rows))
    done = run(file(BROKEN), "--baseline", baseline)
    assert done.exit_code == 0
    assert "accepted by the baseline" in done.output
    assert "entry 2, time.order: expired on 2026-01-01" in done.output


def test_a_mistake_of_our_own_is_told_without_what_was_read(file, monkeypatch):
    """A rule that fails must not show the answer that it failed on."""
    slug = "status.created-is-new"
    one = success("get", "created", payment={"client_secret": CANARY}, charging_started_at=CANARY)

    def judge(answer):
        raise RuntimeError(f"failed on {answer.data} {CANARY}")

    broken = RULES[slug]
    monkeypatch.setitem(broken.__dict__, "judge", judge)
    done = run(file(one, name=f"{CANARY}.ndjson"))
    assert done.exit_code == 70
    assert "internal error: RuntimeError in test_inspect.py, line" in done.output
    assert CANARY not in done.output


@pytest.mark.parametrize("name", [f"{CANARY}.har", f"{CANARY}/x.har"])
def test_no_secret_is_printed_or_written(tmp_path, name):
    """A secret is in nothing that the command prints or writes."""
    folder = tmp_path / "out"
    folder.mkdir()
    one = success("get", "charging", energy_kwh=CANARY, headers={"set-cookie": f"a={CANARY}"})
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(to_ndjson(one) + b"{" + CANARY.encode())
    targets = [f"--report={format_}={folder}/{format_}" for format_ in FORMATS]
    done = run(path, tmp_path / "missing" / name, *targets)
    told = done.output + "".join(report.read_text() for report in folder.iterdir())
    assert "money.energy-decimal" in told
    assert CANARY not in told
    for mistake in (
        [f"--report=json={tmp_path}/{CANARY}/none/x"],
        [f"--baseline={CANARY}"],
        [f"--report={CANARY}=x"],
    ):
        failed = run(path, *mistake)
        assert failed.exit_code == 2
        assert CANARY not in failed.output


CODE = "import sys; from plugproof_cli.commands.inspect import inspect; inspect(sys.argv[1:])"


@pytest.mark.parametrize("watched", [True, False])
def test_progress_is_shown_to_people_only(file, watched):
    near, far = pty.openpty()
    path = file(*[FINE] * 50)
    error = far if watched else subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", CODE, path], stdout=subprocess.PIPE, stderr=error) as process:
        said = process.communicate(timeout=60)
    os.close(far)
    shown = os.read(near, 100_000) if watched else said[1]
    os.close(near)
    assert (b"reading" in shown) is watched


def test_rules_lists_the_catalogue_and_shows_a_page():
    listed = run(command=rules)
    assert [line.split()[0] for line in listed.output.splitlines()] == list(RULES)
    page = run("money.cost-within-hold", command=rules)
    assert page.output.startswith("# money.cost-within-hold\n")
    assert [row["slug"] for row in json.loads(run("--json", command=rules).output)] == list(RULES)


def test_a_rule_that_is_none_is_refused_with_one_that_is():
    done = run("money.cost-with-hold", command=rules)
    assert done.exit_code == 2
    assert "money.cost-within-hold" in done.output
