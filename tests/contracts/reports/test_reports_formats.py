"""Every format says the same, holds any text, and is written whole or not at all."""

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from datetime import date
from html import unescape

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugproof_contracts.adapters.ndjson import to_ndjson
from plugproof_contracts.checking.baseline import Accept
from plugproof_contracts.conformance.recordings import inspect
from plugproof_contracts.reports.as_github import command
from plugproof_contracts.reports.builder import ReportPolicy
from plugproof_contracts.reports.formats import FORMATS, ReportTarget, render, target
from plugproof_contracts.reports.report_model import Breach, Problem, Source, Stale, State, Verdict
from plugproof_contracts.rules import RULES
from plugproof_contracts.rules.examples import success

ACCEPTED = Accept("time.order", "the clock of <b>one</b> server", date(2026, 2, 1))
UNUSED = Accept("status.created-is-new", "not met", date(2026, 2, 1))
HOSTILE = "</title><script>alert(1)</script>|`*_[x](y)\x00\x1b[31m\ud800\r\n::error::%,:]]>&\"'"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A file with broken, accepted, unread and foreign entries."""
    exchanges = [
        success("start", "created"),
        success("get", "charging", after=5, cost_amount=5001),
        success("get", "charging", after=10, cost_amount=5002, charging_started_at="2026-01-10T10:00:00Z"),
        success("get", "charging", after=15).replace(url="https://example.org/"),
    ]
    path = tmp_path_factory.mktemp("recorded") / "traffic.ndjson"
    path.write_bytes(b"".join(map(to_ndjson, exchanges)) + b"{\n")
    return path


@pytest.fixture(scope="module")
def report(recorded):
    """Their report."""
    return inspect([recorded], ReportPolicy(date(2026, 1, 10), accepts=(ACCEPTED, UNUSED)))


@pytest.fixture(scope="module")
def hostile(report):
    """A report in which every text is hostile."""
    breach = msgspec.structs.replace(
        report.breaches[0], file=HOSTILE, message=HOSTILE, pointer=HOSTILE, expected=HOSTILE, actual=HOSTILE,
        where=HOSTILE,
    )  # fmt: skip
    return msgspec.structs.replace(
        report,
        breaches=(breach, *[msgspec.structs.replace(breach, accepted=HOSTILE)]),
        problems=(Problem(HOSTILE, HOSTILE),),
        stale=(Stale(1, HOSTILE, HOSTILE),),
        sources=(Source(HOSTILE, HOSTILE, 1, {HOSTILE: 1}, (HOSTILE,), Verdict.BROKEN),),
    )


@pytest.mark.parametrize("format_", [*FORMATS, "text"])
def test_every_format_has_findings_gaps_and_the_baseline(report, format_):
    """Every format tells the finding, what could not be checked, and the baseline."""
    told = unescape(render(format_, report).decode()).replace("\\", "")
    assert "money.cost-within-hold" in told
    assert "at most amount_authorized, 5000" in told
    assert "not an exchange" in told
    assert "accepts nothing that was found" in told or format_ == "junit"
    assert ACCEPTED.reason in told or format_ in ("junit", "github")


@pytest.mark.parametrize("format_", [*FORMATS, "text"])
def test_any_text_can_be_rendered(hostile, format_):
    told = render(format_, hostile)
    assert told.endswith(b"\n")
    assert b"<script>" not in told or format_ in ("text", "json", "sarif", "github")
    told.decode()


def test_a_report_has_the_same_bytes_in_every_process(recorded):
    """The same recording gives the same bytes in every process."""
    code = (
        "import sys; from pathlib import Path; from datetime import date\n"
        "from plugproof_contracts.conformance.recordings import inspect\n"
        "from plugproof_contracts.reports.builder import ReportPolicy\n"
        "from plugproof_contracts.reports.formats import FORMATS, render\n"
        "report = inspect([Path(sys.argv[1])], ReportPolicy(date(2026, 1, 10)))\n"
        "sys.stdout.buffer.write(b''.join(render(name, report) for name in (*FORMATS, 'text')))\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code, recorded],
            check=True,
            capture_output=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


def test_junit_has_one_case_a_rule_and_skips_the_unchecked(report):
    """JUnit has one case for each rule and skips what is not checked."""
    root = ET.fromstring(render("junit", report))
    rules, recordings = root
    cases = {case.get("name"): case for case in rules}
    assert list(cases) == list(RULES)
    for rule in report.rules:
        kinds = [child.tag for child in cases[rule.slug]]
        assert ("skipped" in kinds) == (rule.state in (State.UNCHECKED, State.NOT_APPLICABLE))
        assert ("failure" in kinds) == (rule.slug == "money.cost-within-hold")
    assert rules.get("failures") == "1"
    assert recordings.get("errors") == "1"


def test_junit_is_red_where_nothing_was_checked():
    report = inspect([], ReportPolicy(date(2026, 1, 10)))
    empty = msgspec.structs.replace(report, sources=(Source("a.har", "HAR", 0, {}, (), Verdict.NOTHING),))
    assert "nothing was checked" in render("junit", empty).decode()


def test_junit_keeps_hostile_text_inside_its_element(hostile):
    root = ET.fromstring(render("junit", hostile))
    assert "<script>alert(1)</script>" in root[1][0].get("name", "")


def test_json_has_the_whole_report(report):
    found = json.loads(render("json", report))
    assert found["format"] == "plugproof-report/1"
    assert found["exit_code"] == 1
    assert found["verdict"] == "broken"
    assert found["summary"]["known"] == len(RULES)
    assert len(found["breaches"]) == len(report.breaches)
    assert msgspec.convert(found["breaches"], tuple[Breach, ...]) == report.breaches


def test_sarif_results_name_their_rule_and_suppress_accepted(report):
    """SARIF points every result at its rule and suppresses what is accepted."""
    log = json.loads(render("sarif", report))
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert bool(result["suppressions"]) == (result["ruleId"] == ACCEPTED.rule)
    assert {result["level"] for result in run["results"]} <= {"error", "warning", "note"}
    (invocation,) = run["invocations"]
    assert invocation["exitCode"] == 1
    assert not invocation["executionSuccessful"]
    assert len(invocation["toolExecutionNotifications"]) == 1


def test_html_loads_nothing_and_runs_nothing(hostile):
    page = render("html", hostile).decode()
    assert "default-src 'none'" in page
    assert not re.search(r"<(script|img|link|iframe|object|base|form)\b|\son\w+=|javascript:", page, re.IGNORECASE)
    assert not re.search(
        r"(src|href|action|data|poster)=|@import|url\((?!#)", page.replace("data-", ""), re.IGNORECASE
    )


def test_html_shows_which_statuses_were_seen(report):
    page = render("html", report).decode()
    assert set(re.findall(r'class="status[^"]* seen" data-status="(\w+)"', page)) == set(report.seen)


@given(message=st.text(), title=st.text(min_size=1))
def test_a_workflow_command_is_one_line_that_gives_its_text_back(message, title):
    line = command("error", message, title=title)
    assert not {"\r", "\n"} & set(line)
    matched = re.fullmatch(r"::error title=([^:,]*)::(.*)", line, re.DOTALL)
    assert matched
    given_title, data = matched.groups()
    for sign, code in ((":", "%3A"), (",", "%2C"), ("\n", "%0A"), ("\r", "%0D"), ("%", "%25")):
        given_title, data = given_title.replace(code, sign), data.replace(code, sign) if sign not in ":," else data
    assert (given_title, data) == (title, message)


def test_markdown_tables_have_as_many_cells_as_their_heads(hostile):
    widths = 0
    for line in render("markdown", hostile).decode().splitlines():
        assert "<script>" not in line
        cells = len(re.findall(r"(?<!\\)\|", line))
        assert not cells or not widths or cells == widths
        widths = cells


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pdf=x", "'pdf' is not a format: one of junit, json"),
        ("pdf=x.html", "'pdf' is not a format"),
        ("report.pdf", "names no format: give FORMAT=PATH with one of junit"),
        ("report.pdf", "or a path that ends in one of .html"),
        ("json", "json has no path"),
        ("json=", "json has no path"),
        ("json=no/such/folder/x", "there is no folder"),
        ("json=.", "it is itself one"),
    ],
)
def test_a_report_that_cannot_be_written_is_refused_beforehand(text, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        target(text)


def test_a_report_goes_to_a_path_or_to_standard_output(tmp_path):
    assert target("junit=-") == ReportTarget("junit", None)
    assert target("junit=/dev/stdout") == ReportTarget("junit", None)
    assert target(f"html={tmp_path}/a=b.html") == ReportTarget("html", tmp_path / "a=b.html")


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        ("x.html", "html"),
        ("X.HTM", "html"),
        ("x.json", "json"),
        ("x.sarif", "sarif"),
        ("x.sarif.json", "sarif"),
        ("x.xml", "junit"),
        ("x.md", "markdown"),
        ("a=b.md", "markdown"),
    ],
)
def test_the_suffix_of_a_path_names_the_format(tmp_path, name, format_):
    assert target(f"{tmp_path}/{name}") == ReportTarget(format_, tmp_path / name)
