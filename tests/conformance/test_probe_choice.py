"""Which harmless requests a night asks, and what a week of them comes to."""

import pytest

from plugproof_contracts.conformance.conformance_check import CheckOptions, run_check
from plugproof_contracts.conformance.probing.plan import lines, plan
from plugproof_contracts.conformance.probing.probe_choice import facts_shown, known_nights
from plugproof_contracts.facts.operations import BASE_URL, INVENTED, OPERATIONS
from plugproof_contracts.reports.report_model import State, Verdict
from plugproof_contracts.secrets.token import Token
from plugproof_mockserver.fake import FakePlugchoice

from .conftest import START, Nights

LIVE = (Token("live-session-1"), Token("live-session-2"))


def chosen(tokens=LIVE, **known):
    """Return what a night chooses beside what it always asks."""
    return [probe for probe in plan(tokens, **known) if "every client" not in probe.why]


def week(folder, nights=7, **options):
    """Return the reports of a week on a fake, with new live sessions every night, and what was sent."""
    fake = FakePlugchoice(seed=7, clock=START)
    calls, reports = Nights(fake), []
    history = f"sqlite:///{folder / 'history.sqlite3'}"
    for _ in range(nights):
        tokens = tuple(Token(fake.seed_session(status).token) for status in ("captured", "created"))
        terms = CheckOptions(tokens=tokens, history=history, **options)
        reports.append(run_check(BASE_URL, terms, ports=calls.ports))
        fake.clock.advance(hours=24)
    return reports, calls.log


def passed(reports):
    """Return the rules that any of the reports has checked and found kept."""
    return {rule.slug for report in reports for rule in report.rules if rule.state is State.PASSED}


def test_a_week_of_reading_nights_checks_82_rules(tmp_path):
    reports, sent = week(tmp_path, probe_rate_limit=True)
    assert {report.verdict for report in reports} == {Verdict.CONFORMS}
    assert len(passed(reports)) >= 82
    assert len(sent) <= 7 * (6 + 10)


def test_a_week_learns_more_than_its_first_night(tmp_path):
    reports, sent = week(tmp_path)
    more = passed(reports) - passed(reports[:1])
    assert more >= {"errors.allowed-methods", "errors.validation-map"}
    assert len(sent) == 7 * 6


def test_a_report_says_what_the_nights_come_to(tmp_path):
    reports, _ = week(tmp_path)
    assert "night" not in reports[0].ledger
    assert "rules never broken on 7 nights; breaks on fewer than 35 % of nights, 95 %" in reports[-1].ledger


def test_a_captured_session_refuses_to_be_cancelled(tmp_path):
    """A cancel is sent only where it has to be refused, and only on request."""
    reports, sent = week(tmp_path, nights=1, probe_cancel=True)
    cancels = [request for _, name, request in sent if name == "cancel"]
    assert len(cancels) == 1
    assert "trace.cancel-in-time" in passed(reports)
    assert "session 2 was not seen captured" in str(reports[0].sources[0].skipped)
    assert not any(probe.operation == "cancel" and probe.subject in LIVE for probe in plan(LIVE))


def test_what_was_never_seen_comes_first():
    nights = [chosen(night=night)[0] for night in range(10)]
    every = frozenset().union(*map(facts_shown, nights))
    known = dict.fromkeys(every, 3)
    (best,) = chosen(nights=known)
    assert not facts_shown(best) <= every
    assert "never seen here" in best.why


def test_nights_that_know_all_the_same_rotate():
    """Where no request adds more than another, each has its turn."""
    asked = {chosen((), night=night)[-1].title for night in range(10)}
    assert len(asked) > 2


@pytest.mark.parametrize("tokens", [(), LIVE])
@pytest.mark.parametrize("night", range(10))
def test_a_chosen_request_is_harmless(tokens, night):
    """It goes to an unknown token, or offers a live session an address that is none."""
    for probe in chosen(tokens, night=night):
        is_unknown = probe.subject is not None and probe.subject.reveal().startswith(INVENTED)
        assert is_unknown or (probe.operation, probe.body) == (
            "receipt-email",
            b'{"email":"plugproof-is-no-address"}',
        )
        assert probe.operation != "start" or probe.method != OPERATIONS["start"].method


def test_each_line_of_the_plan_says_why_it_was_chosen():
    told = lines(plan(LIVE, probes_limit=True, probes_cancel=True), explains=True)
    assert all(line.partition("): ")[2] for line in told), told


def test_a_ledger_that_cannot_be_read_knows_nothing(tmp_path):
    (tmp_path / "x.db").write_bytes(b"no database" * 100)
    assert known_nights(f"sqlite:///{tmp_path / 'x.db'}", BASE_URL) == {}
    assert known_nights("nonsense", BASE_URL) == {}
