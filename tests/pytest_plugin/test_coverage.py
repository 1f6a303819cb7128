"""`--plugchoice-coverage`: what a suite met of the API, and what it never did."""

import json
import re

import pytest

from plugproof_contracts import Exchange
from plugproof_contracts.facts.operations import BASE_URL, OPERATIONS
from plugproof_contracts.facts.session_lifecycle import LIFECYCLE
from plugproof_mockserver import FakePlugchoice
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.world.faults.faults import FaultKind
from plugproof_mockserver.world.pipeline import answer
from plugproof_pytest.reporting.behaviour_coverage import CATALOGUE, BehaviourCoverage
from plugproof_pytest.reporting.coverage_hints import hint
from plugproof_pytest.reporting.coverage_reports import as_html, as_json, table

SESSIONS = f"{BASE_URL}/v3/public-charging/sessions"


def session(status, **fields):
    return json.dumps({"data": {"status": status, **fields}}).encode()


def met(*exchanges):
    found = BehaviourCoverage()
    for exchange in exchanges:
        found.see(exchange)
    return {kind: names for kind, names in found.plain().items() if names}


def got(body, token="T", status=200):
    return Exchange("GET", f"{SESSIONS}/{token}", status, {}, body)


def confirmed(status, body=b""):
    return Exchange("POST", f"{SESSIONS}/T/confirm", status, {}, body)


@pytest.mark.parametrize(
    ("exchanges", "expected"),
    [
        ([], {}),
        ([got(session("created"))], {"operations": ["get"], "statuses": ["created"]}),
        ([got(session("paid"))], {"operations": ["get"]}),
        ([confirmed(404)], {"errors": ["confirm 404"]}),
        ([confirmed(409)], {}),
        ([confirmed(504)], {"errors": ["504"]}),
        ([confirmed(429)], {"limits": ["confirm"]}),
        ([confirmed(200, b"{")], {"operations": ["confirm"]}),
        ([confirmed(200, b"[" * 5000)], {"operations": ["confirm"]}),
        ([confirmed(200, None)], {"operations": ["confirm"]}),
        (
            [got(session("created", driver_email=None, connector_status="Charging", connector_id=None))],
            {"operations": ["get"], "statuses": ["created"], "nulls": ["driver_email"]},
        ),
        ([Exchange("GET", "https://app.plugchoice.com/api/v3/chargers", 200, {}, session("created"))], {}),
    ],
)
def test_what_an_answer_shows_is_met(exchanges, expected):
    assert met(*exchanges) == expected


@pytest.mark.parametrize(
    ("statuses", "moves"),
    [
        (["created", "authorized"], ["created → authorized"]),
        (["created", "created"], []),
        (["created", "charging"], []),
        (["charging", "stopping", "charging"], ["charging → stopping", "stopping → charging"]),
        (["authorized", "created"], []),
    ],
)
def test_a_move_is_met_by_a_client_that_sees_both_its_ends(statuses, moves):
    assert met(*(got(session(status)) for status in statuses)).get("moves", []) == moves


def test_two_tokens_are_two_lives():
    assert "moves" not in met(got(session("created"), "A"), got(session("authorized"), "B"))


def test_a_start_begins_the_life_of_the_token_that_it_issues():
    body = json.dumps({"session_token": "T", "data": {"status": "created"}}).encode()
    start = Exchange("POST", SESSIONS, 201, {}, body)
    assert met(start, got(session("authorized")))["moves"] == ["created → authorized"]


def test_the_catalogue_knows_every_move_and_every_fault():
    assert {f"{move.source} → {move.target}" for move in LIFECYCLE} == set(CATALOGUE["moves"])
    assert CATALOGUE["faults"] == tuple(FaultKind)
    assert len(CATALOGUE["statuses"]) == 15


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_limit_and_every_operation_can_be_met_on_the_fake(operation):
    fake, found = FakePlugchoice(rate_limit="endpoint", limits={operation: (1, 60)}), BehaviourCoverage()
    row = OPERATIONS[operation]
    status = {"stop": "charging"}.get(operation, "created")
    token = fake.seed_session(status).token
    path = row.template.replace("{token}", token).replace("{code}", "HAPPY")
    body = {"start": b'{"code": "HAPPY", "connector_id": 1}', "receipt-email": b'{"email": "a@example.org"}'}
    request = Request(row.method, path, ((b"content-type", b"application/json"),), body.get(operation, b""))
    for _ in range(2):
        reply = answer(fake.world, request)
        found.see(Exchange(row.method, BASE_URL + path, reply.status, (), reply.body))
    assert operation in found.plain()["operations"]
    assert operation in found.plain()["limits"]


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in CATALOGUE.items() for name in names])
def test_the_page_says_how_each_name_is_reached(kind, name):
    """Nothing is missed without a way to it, and a seed that is named can be made."""
    told = hint(kind, name)
    assert told.endswith(".")
    for seed in re.findall(r"plugchoice\.(seed_session\([^)]*\))", told):
        eval(f"fake.{seed}", {"fake": FakePlugchoice()})


@pytest.mark.parametrize("name", CATALOGUE["moves"])
def test_the_way_to_a_move_moves_the_session(name):
    """The event or the call that the page names leads from the one status to the other."""
    source, _, target = name.partition(" → ")
    fake = FakePlugchoice(auto_pay=False)
    session = fake.seed_session(source)
    told = hint("moves", name)
    for event in re.findall(r'session\.event\("(\w+)"\)', told):
        session.event(event)
    if called := re.search(r"call (\w+)", told):
        answer(fake.world, Request("POST", session.url(called[1]).removeprefix(BASE_URL), (), b""))
    assert session.status == target


def test_percentages_go_from_nothing_to_all():
    found = BehaviourCoverage()
    assert found.percent() == 0
    found.merge({kind: list(names) for kind, names in CATALOGUE.items()})
    assert found.percent() == 100
    assert not any("never" in line for line in table(found))
    assert "nothing" in as_html(found)


def test_the_table_says_what_was_never_met():
    found = BehaviourCoverage()
    found.strike(["reset"])
    line = next(line for line in table(found) if line.startswith("faults"))
    assert line.split("never: ")[1] == "latency, 429, 500, 502, 503, 504 and 13 more"
    assert "malformed, html" in next(line for line in table(found, every=True) if line.startswith("faults"))


def test_json_has_both_sides():
    found = BehaviourCoverage()
    found.strike(["reset"])
    report = json.loads(as_json(found))
    assert report["kinds"]["faults"]["met"] == ["reset"]
    assert set(report["kinds"]["faults"]["missed"]) == set(CATALOGUE["faults"]) - {"reset"}


# Through pytest.

SUITE = """
import httpx, pytest, requests, respx

START = dict(code="HAPPY", connector_id=1)
SESSIONS = "https://app.plugchoice.com/api/v3/public-charging/sessions"

def test_fake(plugchoice):
    plugchoice.faults.add("confirm", "reset", first=1)
    token = httpx.post(SESSIONS, json=START).json()["session_token"]
    with pytest.raises(httpx.ReadError):
        httpx.post(f"{SESSIONS}/{token}/confirm")
    httpx.get(f"{SESSIONS}/{token}")

def test_server(plugchoice_server):
    token = plugchoice_server.fake.seed_session("charging").token
    url = f"{plugchoice_server.url}/v3/public-charging/sessions/{token}"
    requests.get(url, timeout=5)
    requests.post(url + "/stop", timeout=5)

@respx.mock
def test_mock():
    respx.post(SESSIONS + "/T/cancel").respond(409)
    httpx.post(SESSIONS + "/T/cancel")
"""
EXPECTED = {
    "operations": ["start", "get", "stop"],
    "statuses": ["created", "authorized", "charging", "stopping"],
    "errors": ["cancel 409"],
    "limits": [],
    "faults": ["reset"],
    "moves": ["created → authorized", "charging → stopping"],
}


@pytest.mark.parametrize("workers", [False, True], ids=["alone", "two-workers"])
def test_a_run_reports_what_its_clients_met_wherever_they_met_it(run_apart, two_workers, pytester, workers):
    files = ("--plugchoice-coverage-json=met.json", "--plugchoice-coverage-html=met.html")
    done = run_apart(SUITE, *files, *(two_workers if workers else ()))
    done.assert_outcomes(passed=3)
    kinds = json.loads((pytester.path / "met.json").read_text())["kinds"]
    assert {kind: kinds[kind]["met"] for kind in EXPECTED} == EXPECTED
    assert "stopping → settling" in (pytester.path / "met.html").read_text()
    done.stdout.fnmatch_lines(["*plugchoice coverage*", "limits * 0/7 * 0%   never: confirm, start, get*"])


def test_the_same_token_in_two_tests_is_two_sessions(run, pytester):
    done = run(
        """
import httpx, pytest, respx

@respx.mock
@pytest.mark.parametrize("status", ["created", "authorized"])
def test_it(status):
    url = "https://app.plugchoice.com/api/v3/public-charging/sessions/T"
    respx.get(url).respond(200, json={"data": {"status": status}})
    httpx.get(url)
""",
        "--plugchoice-coverage-json=met.json",
    )
    done.assert_outcomes(passed=2)
    kinds = json.loads((pytester.path / "met.json").read_text())["kinds"]
    assert kinds["statuses"]["met"] == ["created", "authorized"]
    assert kinds["moves"]["met"] == []


@pytest.mark.parametrize(("least", "outcome"), [("1", pytest.ExitCode.OK), ("99.5", pytest.ExitCode.TESTS_FAILED)])
def test_a_run_that_met_too_little_fails(run, least, outcome):
    done = run(SUITE, f"--plugchoice-coverage-fail-under={least}")
    done.assert_outcomes(passed=3)
    assert done.ret == outcome
    said = [line for line in done.outlines if "less than 99.5 %" in line]
    assert bool(said) == (outcome != pytest.ExitCode.OK)


@pytest.mark.parametrize("least", ["-1", "101", "much", "nan"])
def test_a_limit_that_is_no_percentage_is_refused(run, least):
    done = run(SUITE, f"--plugchoice-coverage-fail-under={least}")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines([f"*'{least}' is not a number from 0 to 100"])


def test_without_the_option_nothing_is_kept_account_of(run):
    run(SUITE).stdout.no_fnmatch_line("*plugchoice coverage*")


@pytest.mark.parametrize("kind", ["json", "html"])
@pytest.mark.parametrize("path", ["no/such/folder.x", "."])
def test_an_impossible_report_is_refused_before_the_run(run, kind, path):
    done = run(SUITE, f"--plugchoice-coverage-{kind}={path}")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines([f"*--plugchoice-coverage-{kind}: '{path}' is no file in a folder that exists"])


def test_a_report_that_can_not_be_written_is_a_line(run, pytester):
    """The folder that was there before the run is gone after it."""
    pytester.mkdir("reports")
    done = run(
        "import shutil\ndef test_it(plugchoice): shutil.rmtree('reports')",
        "--plugchoice-coverage-json=reports/met.json",
    )
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    done.stdout.fnmatch_lines(["met.json was not written: No such file or directory"])
    assert "Traceback" not in done.stdout.str() + done.stderr.str()
