"""A whole life on a test charger: what it shows, what it may cost, and that nothing is left running."""

import pytest

from plugproof_contracts.conformance.conformance_check import CheckOptions, run_check
from plugproof_contracts.conformance.life_check import LifeTerms, life_lines
from plugproof_contracts.conformance.probing.transport import FailureKind, TransportFailure
from plugproof_contracts.errors import InvalidValueError
from plugproof_contracts.facts.operations import BASE_URL
from plugproof_contracts.facts.session_lifecycle import CANCELLABLE
from plugproof_contracts.reports.report_model import Verdict
from plugproof_contracts.secrets.token import Token
from plugproof_mockserver.fake import FakePlugchoice

from .conftest import START, Nights
from .test_probe_choice import passed, week

RUNNING = CANCELLABLE | {"charging"}


def lived(tmp_path, code="HAPPY", cap=6000, fake=None, tokens=(), budget=40, pay=None, **hooks):
    """Play one life on a fake; return the report and the operations that were sent."""
    fake = fake or FakePlugchoice(seed=7, clock=START)
    calls = Nights(fake, **hooks)
    terms = CheckOptions(
        tokens=tokens,
        history=f"sqlite:///{tmp_path / 'history.sqlite3'}",
        life=LifeTerms(code, cap, pay, budget),
        life_in_production=True,
    )
    report = run_check(BASE_URL, terms, ports=calls.ports)
    return report, [name for _, name, _ in calls.log], fake


def reasons(report):
    """Return why something could not be checked, as one text."""
    return " ".join(problem.reason for problem in report.problems)


def running(fake):
    """Return the sessions that were left running."""
    return [session.token for session in fake.sessions if session.status in RUNNING]


def test_a_life_and_a_week_of_nights_check_94_rules(tmp_path):
    (tmp_path / "nights").mkdir()
    nights, _ = week(tmp_path / "nights", probe_rate_limit=True, probe_cancel=True)
    report, sent, fake = lived(tmp_path)
    assert (report.verdict, report.problems) == (Verdict.CONFORMS, ())
    assert len(passed([*nights, report])) >= 94
    assert sent.count("start") == 2
    assert len(sent) <= 4 + 40
    assert running(fake) == []


@pytest.mark.parametrize(("cap", "words"), [(4999, "hold is 5000"), (1, "hold is 5000")])
def test_a_life_above_its_cap_is_not_started(tmp_path, cap, words):
    report, sent, _ = lived(tmp_path, cap=cap)
    assert words in reasons(report)
    assert "start" not in sent


def test_a_price_above_the_cap_starts_nothing(tmp_path):
    def spoil(operation, reply):
        if operation == "charger" and reply.status == 200:
            document = reply.document
            document["data"]["preauth_amount"] = 100
            document["data"]["pricing"]["start_fee"] = 7000
            reply.tell(document)

    report, sent, _ = lived(tmp_path, spoil=spoil)
    assert "price of a start" in reasons(report)
    assert "start" not in sent


def test_charging_is_stopped_when_its_cost_nears_the_cap(tmp_path):
    """The session is stopped at the first look that shows a cost near the cap."""

    def spoil(operation, reply):
        if operation == "get" and b'"charging"' in reply.body:
            document = reply.document
            document["data"]["cost_amount"] = 4900
            reply.tell(document)

    usual = lived(tmp_path)[1]
    (tmp_path / "near").mkdir()
    near = lived(tmp_path / "near", spoil=spoil)[1]
    assert "stop" in near
    assert near.index("stop") == usual.index("stop") - 2


@pytest.mark.parametrize("broken_at", ["cancel", "confirm", "receipt-email", "stop"])
def test_a_life_that_breaks_off_leaves_nothing_running(tmp_path, broken_at):
    seen = []

    def fail(request, number):
        if broken_at in request.url and "plugproof-unknown" not in request.url:
            seen.append(number)
            if len(seen) == 1:
                return TransportFailure(FailureKind.CLOSED, "as the test wants it", arrived=False)
        return None

    report, _, fake = lived(tmp_path, fail=fail)
    assert seen
    assert report.verdict is Verdict.UNCHECKED
    assert running(fake) == []


@pytest.mark.parametrize("code", ["UNPAID", "OFFLINE", "BUSY", "NOBODY", "DECLINED", "REFUSED"])
def test_a_charger_that_cannot_charge_is_told(tmp_path, code):
    report, _, fake = lived(tmp_path, code=code)
    assert report.verdict is Verdict.UNCHECKED
    assert report.problems
    assert running(fake) == []


@pytest.mark.parametrize("budget", [5, 8, 10, 12, 15, 20])
def test_a_life_keeps_its_budget(tmp_path, budget):
    report, sent, fake = lived(tmp_path, budget=budget)
    assert len(sent) <= 4 + budget
    assert running(fake) == [], reasons(report)


def test_who_pays_is_given_the_answer_of_start(tmp_path):
    given = []
    assert lived(tmp_path, pay=given.append)[0].verdict is Verdict.CONFORMS
    assert b'"client_secret"' in given[0]


def test_a_payment_that_fails_ends_the_life(tmp_path):
    def pay(answer):
        raise InvalidValueError("no money")

    report, _, fake = lived(tmp_path, pay=pay)
    assert "no money" in reasons(report)
    assert running(fake) == []


def test_production_is_refused_without_the_opt_in():
    with pytest.raises(InvalidValueError, match="life-in-production"):
        run_check(BASE_URL, CheckOptions(life=LifeTerms("HAPPY", 6000), tokens=(Token("abc"),)))


def test_the_steps_name_the_cap_and_the_charger():
    told = "\n".join(life_lines(LifeTerms("HAPPY", 6000)))
    assert "HAPPY" in told
    assert "6000 minor units" in told
    assert told.count("start") >= 2
