"""What is remembered, by whom it is shared, and what it tells of change; on SQLite and on PostgreSQL."""

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from plugproof_cli.main import main
from plugproof_contracts.conformance.history import drift as shape
from plugproof_contracts.conformance.history.check_history import RATE, Allowance, History
from plugproof_contracts.conformance.history.drift import Shape, Trait, drift, shape_of
from plugproof_contracts.conformance.probing.retry_after import retry_after
from plugproof_contracts.evidence import database
from plugproof_contracts.evidence.database import HistoryError
from plugproof_contracts.exchanges.headers import Headers
from plugproof_contracts.facts.operations import BASE_URL
from plugproof_contracts.reports.report_model import State
from plugproof_contracts.rules.examples import failure, success

BASE = "https://app.plugchoice.com/api"
AMPLE = Allowance(1000)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """The URL of a history that several processes may open."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'history.db'}"
    return request.getfixturevalue("postgres")


@pytest.fixture
def history(url):
    opened = History(url)
    yield opened
    opened.close()


@pytest.fixture
def base(request):
    """A base URL of the test's own, for a server is shared."""
    return f"{BASE}/{request.node.name}"[:200]


def test_no_eleventh_request_is_booked_within_a_window(history, base):
    gates = [history.book(base, "get", at, AMPLE) for at in range(12)]
    assert [bool(gate.wait) for gate in gates] == [False] * RATE + [True] * 2
    assert gates[-1].wait == pytest.approx(AMPLE.window - 11, abs=0.01)
    assert not history.book(base, "get", 12 + gates[-1].wait, AMPLE).wait


def test_the_budget_is_of_an_hour(history, base):
    allowance = Allowance(3)
    assert [history.book(base, "get", at, allowance).wait > 0 for at in (0, 100, 200, 300)] == [False] * 3 + [True]
    assert "budget of 3" in history.book(base, "get", 3000, allowance).reason
    assert not history.book(base, "get", 3601, allowance).wait


def test_each_base_url_has_its_own_budget(history, base):
    assert not history.book(base, "get", 0, Allowance(1)).wait
    assert not history.book(f"{base}/other", "get", 0, Allowance(1)).wait


def test_the_probe_may_send_one_confirm_more_than_the_limit(history, base):
    gates = [history.book(base, "confirm", 0, AMPLE, over_limit=True).wait > 0 for _ in range(13)]
    assert gates == [False] * (RATE + 1) + [True] * 2


def test_a_pause_that_the_api_asked_for_is_kept(history, base):
    history.pause(base, 500.0)
    assert history.book(base, "get", 100, AMPLE).wait == 400
    assert not history.book(base, "get", 500, AMPLE).wait


def test_processes_at_the_same_time_share_one_budget(url, base):
    def book(number):
        history = History(url)
        try:
            return sum(not history.book(base, "get", 0.0, Allowance(7)).wait for _ in range(3))
        finally:
            history.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(book, range(8))) == 7


def test_a_check_is_kept_and_read_back(history, nights, base):
    checks = nights("charging")
    report = checks.night()
    seen = shape_of([asked.outcome.exchange for asked in checks.nights[0].accepted], {"get": 0.5})
    history.record(base, 1000.0, report, seen)
    (run,) = history.runs(base)
    assert (run.at, run.verdict, run.planned, run.sent) == (1000.0, "conforms", 4, 4)
    assert history.shape(run.id) == seen
    assert history.results(run.id) == {rule.slug: str(rule.state) for rule in report.rules}
    assert Trait("value", "status", "charging") in history.seen(base, "value")


def test_an_error_of_a_database_holds_no_password():
    with pytest.raises(HistoryError) as refused:
        History("postgresql://user:pass-word-of-ours@127.0.0.1:1/x")
    assert "pass-word-of-ours" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://[::1/x",
        "postgresql://user:pass-word-of-ours@h:pass-word-of-ours/x",
        "postgresql+asyncpg://h/x",
        "sqlite+nope:///x",
        "sqlite://host/x",
        "sqlite:///x?timeout=abc",
        "sqlite:///%00",
        "://",
    ],
)
def test_a_url_of_no_database_is_told_with_what_is(url, tmp_path, monkeypatch):
    """Whatever a URL holds, the line names the two that are taken, and no part of it that may be secret."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(HistoryError, match="allowed are sqlite:///FILE and postgresql://HOST/DATABASE") as refused:
        History(url)
    assert "pass-word-of-ours" not in str(refused.value)


def test_postgresql_without_its_extra_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(HistoryError, match=r"plugproof\[postgres\]"):
        History("postgresql://x/y")


def test_the_default_history_lies_in_the_users_state_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert database.default_url() == f"sqlite:///{tmp_path / 'plugproof' / 'history.sqlite3'}"
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "plugproof" / "history.sqlite3" / "x"))
    (tmp_path / "plugproof" / "history.sqlite3").touch()
    with pytest.raises(HistoryError, match="--history"):
        database.default_url()


# The page.


def test_the_page_shows_every_base_url_and_loads_nothing(nights, tmp_path):
    url = f"sqlite:///{tmp_path / 'h.db'}"
    checks = nights("charging", history=History(url))
    for _ in range(3):
        checks.night()
        checks.fake.clock.advance(hours=1)
    checks.history.close()
    done = CliRunner().invoke(main, ["report", "--history", url])
    assert done.exit_code == 0
    assert done.output.count("<svg") == 2 * 4  # each chart wide and narrow
    assert BASE in done.output
    assert "src=" not in done.output
    assert "href=" not in done.output


def test_the_page_of_an_empty_history_says_so(tmp_path):
    done = CliRunner().invoke(main, ["report", "--history", f"sqlite:///{tmp_path / 'h.db'}"])
    assert "Nothing has been checked yet" in done.output


def test_the_page_goes_where_it_is_told_to(tmp_path):
    history, page = f"sqlite:///{tmp_path / 'h.db'}", tmp_path / "page.html"
    done = CliRunner().invoke(main, ["report", "--history", history, "--output", str(page)])
    assert (done.exit_code, done.output) == (0, f"written: {page}\n")
    assert "Nothing has been checked yet" in page.read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--history", "nonsense"], "history cannot be used"),
        (["--output", "/does/not/exist/p.html"], "not written"),
    ],
)
def test_a_page_that_cannot_be_made_exits_2_with_one_clear_line(tmp_path, arguments, words):
    done = CliRunner().invoke(main, ["report", "--history", f"sqlite:///{tmp_path / 'h.db'}", *arguments])
    assert (done.exit_code, words in done.stderr, "Traceback" in done.output) == (2, True, False)


# Shapes and drift.


def test_a_shape_has_names_and_types_and_no_value_of_anybody():
    exchange = success("get", "charging", driver_email="driver@example.org", failure_reason="Some reason")
    told = shape.to_json(shape_of([exchange], {"get": 1.0})).decode()
    assert "/data/driver_email: string" in told
    for value in ("driver@", "Some reason", "4.200", "2026-", "Quay"):
        assert value not in told


def test_a_name_that_is_a_secret_is_left_away():
    exchange = success("get", "charging", canary1f0b99a7d3=1)
    kept = {trait.name for trait in shape_of([exchange], {}).traits}
    assert not [name for name in kept if "canary" in name]


BEFORE = shape_of([success("get", "charging"), failure(404)], {"get": 0.4})


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (success("get", "charging", tariff="x"), ["new: field /data/tariff (get 200)"]),
        (success("get", "charging", energy_kwh=4), ["new: type /data/energy_kwh: integer (get 200)"]),
        (success("get", "charging", connector_status="Sleeping"), ["new: value Sleeping (connector_status)"]),
        (success("get", "charging", headers={"x-new": "1"}), ["new: header x-new (get 200)"]),
        (success("get", "charging", without="x-ratelimit-remaining"),
         ["gone: header x-ratelimit-remaining (get 200)"]),
        (success("get", "charging", headers={"x-ratelimit-limit": "60"}),
         ["new: limit 60 (get)", "gone: limit 30 (get)"]),
        (success("get", "charging", energy_kwh=None), []),
        (success("get", "charging", driver_email="x@example.org"), []),
        (failure(404), []),
        (success("charger"), []),
    ],
)  # fmt: skip
def test_what_is_new_or_gone_is_told(now, told):
    assert drift(BEFORE, shape_of([now], {})) == told


def test_a_field_that_is_gone_is_told():
    without = success("get", "charging")
    body = without.body.replace(b'"energy_kwh":"4.200",', b"")
    assert drift(BEFORE, shape_of([without.replace(body=body)], {})) == ["gone: field /data/energy_kwh (get 200)"]


def test_a_payment_that_ends_with_its_status_is_no_drift():
    created, later = (shape_of([success("get", status)], {}) for status in ("created", "charging"))
    told = drift(created, later, known=frozenset({Trait("value", "status", "charging")}))
    assert told == drift(later, created, known=frozenset({Trait("value", "status", "created")})) == []


@pytest.mark.parametrize(("seconds", "is_told"), [(0.4, False), (0.79, False), (0.9, True), (0.1, False)])
def test_a_latency_that_doubled_is_told(seconds, is_told):
    assert bool(drift(BEFORE, Shape(frozenset(), {"get": seconds}))) is is_told


def test_a_few_milliseconds_are_no_drift():
    assert drift(Shape(frozenset(), {"get": 0.01}), Shape(frozenset(), {"get": 0.2})) == []


# Retry-After.

NOON = datetime(2026, 1, 10, 12, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("0", 0), ("7", 7), (" 120 ", 120), ("9" * 40, 10**9), ("-1", None), ("1.5", None), ("soon", None),
        ("", None),
        ("٣", None), ("Sat, 10 Jan 2026 12:00:30 GMT", 30), ("Saturday, 10-Jan-26 12:00:30 GMT", 30),
        ("Sat Jan 10 12:00:30 2026", 30), ("Sat, 10 Jan 2026 11:00:00 GMT", 0),
        ("Sat, 99 Jan 2026 12:00:00 GMT", None),
    ],
)  # fmt: skip
def test_retry_after_is_read_in_every_legal_form(text, wait):
    assert retry_after(Headers({"retry-after": text}), NOON) == wait


def test_a_date_is_read_by_the_servers_own_clock():
    headers = Headers({"retry-after": "Sat, 10 Jan 2026 12:01:00 GMT", "date": "Sat, 10 Jan 2026 12:00:50 GMT"})
    assert retry_after(headers, NOON - 9999) == 10


def busy_once(wait):
    seen = []

    def spoil(operation, reply):
        if operation == "get" and not seen:
            seen.append(reply)
            reply.status, reply.headers["retry-after"] = 503, wait

    return spoil


def test_a_wait_that_is_asked_for_is_obeyed(nights):
    checks = nights("charging", spoil=busy_once("45"))
    assert checks.night().verdict.exit_code == 0
    assert checks.log[1][0] - checks.log[0][0] == 45


def test_too_long_a_wait_ends_the_check_and_is_remembered(nights):
    """A wait that is too long ends the check and is remembered."""
    checks = nights("charging", spoil=busy_once("600"))
    report = checks.night()
    assert (report.verdict.exit_code, len(checks.log)) == (3, 1)
    checks.fake.clock.advance(seconds=300)
    assert checks.night().counts["requests sent"] == 0
    checks.fake.clock.advance(seconds=301)
    assert checks.night().verdict.exit_code == 0


def test_an_older_history_is_read_in_todays_words(nights):
    """States were called armed and exercised once; what was stored then still counts the same."""
    checks = nights("charging")
    checks.night()
    history = checks.history
    with history.locked() as connection:
        connection.exec_driver_sql(
            "UPDATE plugproof_results SET state = 'not armed' WHERE state = 'not applicable'"
        )
        connection.exec_driver_sql(
            "UPDATE plugproof_results SET state = 'not exercised' WHERE state = 'not checked'"
        )
    (run,) = history.runs(BASE_URL)
    assert {*history.results(run.id).values()} <= set(State)
