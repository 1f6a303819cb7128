"""What a check makes of an API that keeps its contract, and of the network before it."""

import os
import random
from collections import Counter

import pytest

from plugproof_contracts.conformance.probing.plan import plan
from plugproof_contracts.conformance.probing.transport import FailureKind, TransportFailure
from plugproof_contracts.facts.level import Level
from plugproof_contracts.facts.session import Status
from plugproof_contracts.reports.report_model import State, Verdict
from plugproof_contracts.rules import RULES
from plugproof_contracts.secrets.token import Token
from plugproof_mockserver.fake import FakePlugchoice
from plugproof_mockserver.model.session_scenarios import SCENARIOS

TOKENS = tuple(Token(f"live-session-{number}") for number in range(5))
LEAVES_THE_BOX = {
    "errors.timeout-text": "only a charger that is late makes it",
    "errors.validation-map": "an invalid address is offered on some nights only",
    "status.cancel-before-charging": "a check never cancels",
    "trace.cancel-in-time": "a check cancels on request only",
    "trace.cancel-while-possible": "a check never cancels",
    "request.invalid-is-refused": "no request of the plan has a body that could be invalid",
    "status.stop-stops": "a check never stops",
    "status.receipt-before-end": "a check never changes an address",
}
"""Documented rules that no careful check can exercise, and why."""


@pytest.mark.parametrize(
    ("tokens", "probes", "most"),
    [(0, False, 4), (1, False, 4), (2, False, 6), (3, False, 8), (5, False, 12), (0, True, 14), (2, True, 16)],
)
def test_a_plan_stays_within_its_requests(tokens, probes, most):
    assert len(plan(TOKENS[:tokens], probes_limit=probes)) <= most


def test_the_rate_limit_probe_is_last_with_unknown_tokens():
    """The rate limit probe comes last and uses unknown tokens only."""
    probes = plan(TOKENS, probes_limit=True)
    first = next(index for index, probe in enumerate(probes) if probe.is_limit_probe)
    assert all(probe.is_limit_probe and probe.subject not in TOKENS for probe in probes[first:])
    assert not any(probe.is_limit_probe for probe in plan(TOKENS))


def test_a_live_session_is_read_and_confirmed_and_little_else():
    """Besides, it is offered an address that no server may take."""
    probes = [probe for night in range(10) for probe in plan(TOKENS, night=night) if probe.subject in TOKENS]
    assert {probe.operation for probe in probes if not probe.body} == {"get", "confirm"}
    assert {probe.operation for probe in probes if probe.body} <= {"receipt-email"}


def test_a_conforming_api_conforms_without_any_token(nights):
    """An API that keeps its contract conforms, also when no token is given."""
    report = nights().night()
    assert (report.verdict, report.breaches, report.problems) == (Verdict.CONFORMS, (), ())
    assert report.counts["requests sent"] == report.counts["requests planned"] == 4


@pytest.mark.parametrize("status", Status)
def test_an_api_conforms_whatever_status_its_session_is_in(nights, status):
    report = nights(status).night(strict=True)
    assert (report.verdict, report.breaches, report.problems) == (Verdict.CONFORMS, (), ())
    assert report.counts["requests sent"] == 4


@pytest.mark.parametrize("code", sorted(SCENARIOS.keys() - {"OFFLINE", "BUSY"}))
def test_an_api_conforms_at_every_moment_of_every_scenario(nights, code):
    fake = FakePlugchoice(seed=7)
    session = fake.start_session(code)
    checks = nights(fake=fake)
    checks.tokens = (Token(session.token),)
    session.pay() if code not in ("UNPAID", "EXPIRED", "DECLINED") else None
    for _ in range(9):
        report = checks.night(strict=True)
        assert report.breaches == ()
        unknown = [problem for problem in report.problems if "404 instead of 200" in problem.reason]
        assert report.verdict is (Verdict.UNCHECKED if unknown else Verdict.CONFORMS), report.problems
        fake.clock.advance(minutes=10)
        fake.clock.advance_to_next()


def test_every_documented_black_box_rule_is_checked(nights):
    """Every documented rule that can be exercised from outside is checked."""
    checked = set()
    for pair in zip(Status, reversed(Status), strict=True):
        report = nights(*pair).night(probes_limit=True)
        assert report.verdict is Verdict.CONFORMS
        checked |= {rule.slug for rule in report.rules if rule.state is State.PASSED}
    documented = {slug for slug, rule in RULES.items() if rule.level is Level.DOCUMENTED}
    assert documented - checked == LEAVES_THE_BOX.keys()


def test_the_probe_ends_with_the_first_refusal(nights):
    checks = nights("charging")
    report = checks.night(probes_limit=True)
    confirms = [request for _, name, request in checks.log if name == "confirm"]
    assert (report.verdict, len(confirms)) == (Verdict.CONFORMS, 11)
    assert "ratelimit.retry-after" in {rule.slug for rule in report.rules if rule.state is State.PASSED}


# A network that is not what it should be.


def troubles(chooser):
    """Return a function that breaks about every fourth request, in every way there is."""

    def fail(request, number):
        if chooser.random() > 0.25:
            return None
        layer = chooser.choice(list(FailureKind))
        reached = layer not in (FailureKind.DNS, FailureKind.CONNECT, FailureKind.TLS)
        return TransportFailure(layer, "as the test wants it", arrived=reached and chooser.random() < 0.7)

    return fail


def pages(chooser):
    """Return a function that puts what stands between client and API in the place of every fifth answer."""
    between = [
        (502, {"content-type": "text/html"}, b"<html>Bad Gateway</html>"),
        (503, {"content-type": "text/plain", "retry-after": "3"}, b"busy"),
        (500, {"content-type": "application/json"}, b'{"message":"Server Error"}'),
        (500, {"content-type": "text/html"}, b"<html>"),
        (504, {"content-type": "text/html"}, b"<html>Gateway Time-out</html>"),
        (520, {}, b""),
        (403, {"content-type": "text/html", "cf-mitigated": "challenge"}, b"<html>Just a moment"),
        (429, {"content-type": "text/html"}, b"<html>Slow down"),
        (200, {"content-type": "text/html"}, b"<html>Welcome to the hotel"),
        (302, {"location": "https://portal.example/login"}, b""),
        (511, {"content-type": "text/html"}, b"<html>"),
        (200, {}, b""),
    ]

    def spoil(operation, reply):
        if chooser.random() < 0.2:
            reply.status, headers, reply.body = chooser.choice(between)
            reply.headers = dict(headers)

    return spoil


NIGHTS = int(os.environ.get("PLUGPROOF_NIGHTS", "500"))
"""So many flaky nights; 2,000 take half a minute."""


def test_flaky_nights_never_say_broken(nights):
    """A conforming API behind a bad network is never called broken, nor asked too much."""
    chooser = random.Random(11)
    checks = nights("charging", "captured", spoil=pages(chooser), fail=troubles(chooser))
    found = Counter()
    for _ in range(NIGHTS):
        checks.fake.reset()
        checks.tokens = (Token(checks.fake.seed_session(chooser.choice(list(Status))).token),)
        report = checks.night()
        assert report.verdict in (Verdict.CONFORMS, Verdict.UNCHECKED), report.breaches
        found[report.verdict] += 1
        checks.fake.clock.advance(hours=24)
    assert min(found.values()) > NIGHTS / 20, found
    assert_gentle(checks)


def assert_gentle(checks):
    """Never more than ten requests in any minute, and never a confirm of one session twice in a night."""
    times = [at for at, _, _ in checks.log]
    assert not [later - at for at, later in zip(times, times[10:], strict=False) if later - at < 60]
    for night in checks.nights:
        confirms = [asked.probe.subject for asked in night.sent if asked.probe.method == "POST"]
        assert len(confirms) == len(set(confirms))


def test_a_second_check_right_after_the_first_keeps_to_the_rate(nights):
    checks = nights("charging", "captured")
    for _ in range(4):
        assert checks.night(patience=300).verdict is Verdict.CONFORMS
    times = [at for at, _, _ in checks.log]
    assert len(times) == 24
    assert not [later - at for at, later in zip(times, times[10:], strict=False) if later - at < 60]


def test_the_rate_is_not_waited_for_without_patience(nights):
    checks = nights("charging", "captured")
    checks.night()
    report = checks.night(patience=0)
    assert report.verdict is Verdict.UNCHECKED
    assert "within a minute" in report.problems[-1].reason
    assert len(checks.log) == 10


def test_the_budget_is_refused_before_anything_is_sent(nights):
    checks = nights("charging")
    assert checks.night(budget=4).counts["requests sent"] == 4
    report = checks.night(budget=4)
    assert (report.verdict, report.counts["requests sent"], len(checks.log)) == (Verdict.UNCHECKED, 0, 4)
    assert "budget" in report.problems[0].reason
    checks.fake.clock.advance(hours=2)
    checks.tokens = (Token(checks.fake.seed_session("charging").token),)
    assert checks.night(budget=4).verdict is Verdict.CONFORMS


@pytest.mark.parametrize("code", [500, 502, 503, 504])
@pytest.mark.parametrize("kind", ["application/json", "text/html"])
def test_a_failing_server_is_not_called_broken(nights, code, kind):
    """A server that fails is not called broken, even if the API itself says so."""

    def spoil(operation, reply):
        if operation in ("get", "confirm"):
            reply.status, reply.headers["content-type"] = code, kind
            reply.tell(b"<html>Server Error")

    report = nights("charging", spoil=spoil).night(strict=True)
    assert (report.verdict, report.breaches) == (Verdict.UNCHECKED, ())
    assert f"failed with {code}" in report.problems[0].reason
