"""What a night comes to, from what was sent and what stands of it."""

from datetime import date

import pytest

from plugproof_contracts.checking.baseline import Accept
from plugproof_contracts.conformance import check_report
from plugproof_contracts.conformance.check_run import CheckRun, ProbeResult
from plugproof_contracts.conformance.history.check_history import History
from plugproof_contracts.conformance.history.drift import Shape, Trait
from plugproof_contracts.conformance.probing import inconclusive
from plugproof_contracts.conformance.probing.plan import plan
from plugproof_contracts.conformance.probing.transport import FailureKind, RequestOutcome, TransportFailure
from plugproof_contracts.facts.operations import BASE_URL
from plugproof_contracts.reports.formats import render
from plugproof_contracts.reports.report_model import Verdict
from plugproof_contracts.rules.examples import TOKEN, failure, success
from plugproof_contracts.secrets.token import Token

BROKEN = success(cost_amount=6000)
PAGE = failure(404, headers={"content-type": "text/html"}, without="x-ratelimit-limit").replace(body=b"<html>")
SECRET = "another-secret-of-ours"
PROBE = next(probe for probe in plan((Token(TOKEN),)) if probe.subject)


def night(*outcomes, stands=True, base=BASE_URL):
    """A night in which these came, one after the other."""
    made = CheckRun(base, plan(()), None, None)
    for number, outcome in enumerate(outcomes, 1):
        exchange = outcome if not isinstance(outcome, TransportFailure) else None
        trouble = outcome if isinstance(outcome, TransportFailure) else None
        made.sent.append(ProbeResult(number, PROBE, RequestOutcome(exchange, trouble, 0.1 * number), None))
    made.accepted = [asked for asked in made.sent if asked.outcome.exchange] if stands else []
    made.booked = len(outcomes)
    return made


def told(report):
    return b"".join(render(name, report) for name in ("json", "text")).decode()


def test_a_report_tells_what_was_asked_where_and_what_stood():
    made = night(success("get", "created"), BROKEN)
    made.recovered = ["the server failed with 502; well when asked again"] * 2
    made.problems = [(2, "why"), (None, "all of it")]
    report = check_report.build_check_report(made, (), today=date(2026, 1, 10))
    (source,) = report.sources
    assert [(one.entry, one.reason) for one in report.problems] == [(2, "why"), (None, "all of it")]
    assert (source.format, source.bases, source.read) == ("live", (BASE_URL,), 2)
    assert source.skipped == {made.recovered[0]: 2}
    assert (report.counts["requests planned"], report.counts["requests sent"]) == (len(made.probes), 2)
    assert [one.entry for one in report.breaches if one.counts] == [2]
    assert report.seen == ("created", "charging")
    assert report.verdict is Verdict.BROKEN


def test_an_entry_is_the_number_of_its_request():
    """The number holds also where other observations do not stand."""
    made = night(TransportFailure(FailureKind.DNS, "no address", arrived=False), BROKEN)
    assert [one.entry for one in check_report.build_check_report(made, ()).breaches if one.counts] == [2]


@pytest.mark.parametrize(("until", "code"), [(date(2026, 1, 10), 0), (date(2026, 1, 9), 1)])
def test_what_is_accepted_is_accepted_until_its_day(until, code):
    accepts = (Accept("money.cost-within-hold", "known", until),)
    report = check_report.build_check_report(night(BROKEN), (), accepts, date(2026, 1, 10))
    assert (report.verdict.exit_code, len(report.stale)) == (code, code)


def test_without_a_day_it_is_today():
    accepts = [Accept("money.cost-within-hold", "known", day) for day in (date(2000, 1, 1), date(9999, 1, 1))]
    assert [check_report.build_check_report(night(BROKEN), (), (one,)).verdict.exit_code for one in accepts] == [
        1,
        0,
    ]


@pytest.mark.parametrize(
    ("made", "tokens"),
    [
        (night(success(energy_kwh=SECRET)), (Token(SECRET),)),
        (night(success(energy_kwh=SECRET), success(headers={"set-cookie": f"sid={SECRET}"})), ()),
        (night(success(energy_kwh=TOKEN).replace(url=success("charger").url)), ()),
        (
            night(TransportFailure(FailureKind.DNS, "lost", arrived=False), success("charger", public_code=TOKEN)),
            (),
        ),
    ],
)
def test_no_secret_of_the_night_is_in_its_report(made, tokens):
    assert not {SECRET, TOKEN} & set(told(check_report.build_check_report(made, tokens)).replace('"', " ").split())


def test_the_same_text_is_in_the_report_where_it_is_no_secret():
    assert SECRET in told(check_report.build_check_report(night(success(energy_kwh=SECRET)), ()))


def test_answers_without_a_mark_of_the_api_are_not_judged():
    strange = check_report.build_check_report(night(PAGE, PAGE), ())
    assert (strange.verdict, strange.breaches) == (Verdict.UNCHECKED, ())
    assert [one.reason for one in strange.problems] == [inconclusive.STRANGE]
    assert len(check_report.accepted(night(PAGE, success()))) == 2


def test_where_nothing_stands_nothing_is_strange():
    lost = check_report.build_check_report(
        night(TransportFailure(FailureKind.CONNECT, "closed", arrived=False)), ()
    )
    assert (lost.verdict, lost.problems) == (Verdict.NOTHING, ())


def test_a_shape_has_the_slowest_time_of_each_operation():
    made = night(success(), success(), success())
    made.accepted.reverse()
    assert check_report.shape_of_run(made).seconds == {PROBE.operation: pytest.approx(0.3)}
    assert check_report.shape_of_run(night(PAGE)).seconds == {}


# Drift.

NONE = Shape()


def fields(*names):
    return Shape(frozenset(Trait("field", "get 200", f"/data/{name}") for name in names))


def values(*words):
    return Shape(frozenset(Trait("value", "get 200", word) for word in words))


@pytest.fixture
def remembered():
    """A history of checks with these shapes, an hour apart from 1970 on."""

    def remembered(*shapes):
        history = History("sqlite://")
        for hour, shape in enumerate(shapes):
            history.record(BASE_URL, 3600.0 * hour, check_report.build_check_report(night(), ()), shape)
        return history

    return remembered


@pytest.mark.parametrize(
    ("before", "now", "baseline", "lines"),
    [
        ([], fields("a"), None, []),
        ([fields("a")], fields("a"), None, []),
        ([fields("a")], fields("a", "b"), None, ["since 1970-01-01 00:00 UTC: new: field /data/b (get 200)"]),
        ([fields("a", "b"), fields("a")], fields("a", "b"), None,
         ["since 1970-01-01 01:00 UTC: new: field /data/b (get 200)"]),
        ([fields("a"), fields("a", "b")], fields("a", "b"), None, []),
        ([fields("a"), NONE], fields("a", "b"), None,
         ["since 1970-01-01 00:00 UTC: new: field /data/b (get 200)"]),
        ([fields("a")], NONE, fields("a"), []),
        ([], fields("a"), fields("a", "b"), ["since the baseline: gone: field /data/b (get 200)"]),
        ([fields("b", "a")], fields("a"), fields("a", "c"),
         ["since 1970-01-01 00:00 UTC: gone: field /data/b (get 200)",
          "since the baseline: gone: field /data/c (get 200)"]),
        ([values("x"), values("y")], values("x"), None, []),
        ([values("x"), values("y")], values("z"), None, ["since 1970-01-01 01:00 UTC: new: value z (get 200)"]),
    ],
)  # fmt: skip
def test_changes_are_since_the_last_check_that_saw_anything(remembered, before, now, baseline, lines):
    """Changes are reported since the last check that saw anything."""
    assert list(check_report.describe_drift(remembered(*before), BASE_URL, now, baseline)) == lines


def test_a_check_further_back_than_14_is_not_compared_with(remembered):
    shapes = [fields("a")], [NONE] * 13
    assert check_report.describe_drift(remembered(*shapes[0], *shapes[1]), BASE_URL, fields("a", "b"), None)
    assert not check_report.describe_drift(
        remembered(*shapes[0], *shapes[1], NONE), BASE_URL, fields("a", "b"), None
    )
