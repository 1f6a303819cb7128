"""What the checker says about answers of all kinds."""

import subprocess
import sys

import pytest

import plugproof_contracts
from plugproof_contracts import RULES, Level, Violation, assert_conforms, check, check_trace
from plugproof_contracts.checking.checker import MOST_FINDINGS, examine, examine_trace
from plugproof_contracts.rules.examples import CHARGER, TOKEN, exchange, failure, in_turn, refusal, success

CANARY = "c4n4ry-5e5510n-t0k3n"
HTML = {"content-type": "text/html"}


def with_token(one, token=CANARY):
    return one.replace(url=one.url.replace(TOKEN, token))


def test_a_violation_has_requirement_expected_found_and_link():
    """A violation tells what is required, expected and found, and where to read on."""
    (violation,) = check(success("get", "captured", amount_captured=6000))
    assert violation.rule == "money.capture-within-hold"
    assert violation.level is Level.INFERRED
    assert violation.message == "/data/amount_captured: expected at most amount_authorized, 5000, got 6000"
    lines = str(violation).splitlines()
    assert lines[0] == "inferred: money.capture-within-hold"
    assert [line.split(maxsplit=1)[0] for line in lines[1:]] == [
        "requirement", "expected", "actual", "pointer", "exchange", "source", "read",
    ]  # fmt: skip
    assert lines[-1].endswith("plugproof rules money.capture-within-hold")


LEAKS = [
    success(failure_reason=f"at {CANARY}"),
    success(energy_kwh=CANARY),
    success(**{CANARY: 1}),
    success(created_at=CANARY),
    success(connector_status=f"x{CANARY}x"),
    failure(404, CANARY, **{CANARY: CANARY}),
    failure(429, f"No, {CANARY}."),
    failure(422, errors={CANARY: CANARY}),
    failure(422, errors={CANARY: CANARY}).replace(
        headers=[("content-type", CANARY), ("x-ratelimit-limit", CANARY)]
    ),
    success().replace(body=f'{{"{CANARY}":1,"{CANARY}":2}}'.encode()),
    success().replace(headers={"access-control-allow-origin": CANARY, "retry-after": CANARY}),
    refusal(retry_after=CANARY, x_ratelimit_reset=CANARY),
    success(
        "get", "created", payment={"client_secret": CANARY, "publishable_key": CANARY, "stripe_account_id": ""}
    ),
    success(driver_email=CANARY),
]


@pytest.mark.parametrize("breach", LEAKS)
def test_no_violation_shows_the_token(breach):
    broken = with_token(breach)
    found = check(broken) + check_trace([broken, with_token(success()), broken])
    assert found
    for violation in found:
        assert CANARY not in repr(violation) + str(violation)


def test_the_same_texts_are_shown_where_they_are_no_token():
    """The control: the canary is in what the rules tell, and is only hidden for being the token."""
    shown = [leak for leak in LEAKS if any(CANARY in str(violation) for violation in check(leak))]
    assert len(shown) >= 8


@pytest.mark.parametrize(
    ("sent", "echoed"),
    [
        ("c4n4ry%2F5e5510n", "c4n4ry/5e5510n"),
        ("c4n4ry 5e5510n", "c4n4ry%205e5510n"),
        ('c4n4ry"5e5510n', 'c4n4ry"5e5510n'),
        ("T", "T"),
    ],
)
def test_a_token_is_hidden_however_it_is_written(sent, echoed):
    (violation,) = check(with_token(success(energy_kwh=f"no {echoed} kWh"), sent))
    assert echoed not in violation.actual
    assert "token~" in violation.actual


def test_the_token_that_a_start_issues_is_hidden_too():
    issued = success("start", "created", failure_reason=None, energy_kwh=TOKEN)
    assert all(TOKEN not in str(violation) for violation in check(issued))


def test_a_credential_of_the_request_is_hidden():
    sent = {"authorization": "Bearer s3cr3t-k3y", "cookie": "sid=s3cr3t-c00k13"}
    found = check(success(energy_kwh="s3cr3t-k3y").replace(request_headers=sent))
    assert found
    assert all("s3cr3t" not in str(violation) for violation in found)


def test_long_values_are_cut_and_many_findings_are_few():
    found = check(success("charger", connectors=[CHARGER["connectors"][0] | {"status": "x" * 9999}] * 500))
    assert len(found) == MOST_FINDINGS
    assert all(len(str(violation)) < 1500 for violation in found)


def test_without_a_recorded_body_nothing_is_said_about_bodies():
    bare = examine(success().replace(body=None))
    assert not bare.violations
    assert bare.applicable == {slug for slug in examine(success()).applicable if not RULES[slug].scope.body}
    assert "ratelimit.headers" in bare.passed
    assert check(success().replace(body=b""))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (success().replace(url="https://api.stripe.com/v1/charges"), "not an address"),
        (failure(429, headers={"cf-mitigated": "challenge"}), "blocked before it reached the API"),
        (exchange("get", 403, b"<html>wait</html>", HTML), "blocked before it reached the API"),
        (exchange("get", 429, b"<html>wait</html>", HTML), "blocked before it reached the API"),
        (exchange("get", 503, b"<html>wait</html>", HTML), "blocked before it reached the API"),
        (exchange("get", 502, b"<html>bad gateway</html>", HTML), "failed with 502"),
        (exchange("get", 522, b"", {}), "failed with 522"),
    ],
)
def test_what_something_else_answered_is_not_judged(answer, reason):
    result = examine(answer)
    assert not result.checked
    assert not result.applicable
    assert not result.violations
    assert reason in result.unchecked
    with pytest.raises(AssertionError, match="nothing could be checked"):
        assert_conforms(answer)


def test_a_page_from_the_limiter_itself_is_judged():
    page = exchange("get", 429, b"<html>", HTML | dict(refusal().headers) | HTML)
    assert "errors.json-when-asked" in {violation.rule for violation in check(page)}


def test_an_api_failure_is_judged_and_the_rest_is_unchecked():
    """A failure of the API is judged and leaves the rest unchecked."""
    result = examine(failure(500, "Server Error"))
    assert "errors.message" in result.passed
    assert result.unchecked == "the API failed with 500"


def test_a_preflight_is_no_operation():
    assert (
        "no operation of the API is OPTIONS" in examine(success().replace(method="OPTIONS", status=204)).unchecked
    )


def test_checked_are_only_rules_with_something_to_judge():
    created, captured = examine(success("get", "created")), examine(success("get", "captured"))
    assert created.checked < created.applicable
    assert "money.capture-within-hold" in captured.checked - created.checked
    assert "status.created-is-new" in created.checked - captured.checked
    assert "time.not-in-future" not in examine(success(without="date")).checked
    assert captured.passed == captured.checked


def test_a_trace_reports_single_breaches_first_and_in_order():
    """A trace reports single breaches first, and positions in the order of the trace."""
    broken = in_turn(success(energy_kwh="9"), success(energy_kwh="x"), success(energy_kwh="8"))
    found = check_trace(broken)
    assert [(violation.rule, violation.position) for violation in found] == [
        ("money.energy-decimal", 1),
        ("trace.energy-never-falls", 2),
    ]
    assert [violation.position for violation in check(broken[1])] == [None]


def test_a_trace_is_grouped_by_token_and_base():
    falling = in_turn(success(energy_kwh="9"), success(energy_kwh="8"))
    other_token = [falling[0], with_token(falling[1])]
    other_base = [falling[0], falling[1].replace(url=falling[1].url.replace("app.", "staging."))]
    assert [violation.rule for violation in check_trace(falling)] == ["trace.energy-never-falls"]
    assert check_trace(other_token) == check_trace(other_base) == []


def test_a_start_belongs_to_the_session_it_began():
    started, later = in_turn(success("start", "created"), success(connector_id=2))
    assert [violation.rule for violation in check_trace([started, later])] == ["trace.same-session"]


def test_blocked_answers_take_no_part_in_a_trace():
    challenge = failure(404, headers={"cf-mitigated": "challenge"})
    result = examine_trace(in_turn(challenge, success()))
    assert not result.violations
    assert result.unchecked.startswith("1 of 2 exchanges: blocked")


def test_an_empty_trace_exercises_nothing():
    result = examine_trace([])
    assert not result.checked
    assert not result.violations


def test_only_strict_counts_inferred_breaches():
    """Documented breaches fail a trace, and inferred ones only under strict."""
    documented, inferred, assumed = success(cost_amount=6000), success(energy_kwh="-1"), success(vat=1)
    with pytest.raises(AssertionError, match=r"money\.cost-within-hold"):
        assert_conforms(documented)
    assert_conforms(inferred)
    with pytest.raises(AssertionError, match=r"money\.energy-plain"):
        assert_conforms(inferred, strict=True)
    assert_conforms(assumed, strict=True)


def test_what_is_no_response_is_refused_by_name():
    with pytest.raises(TypeError, match=r"builtins\.int is not a response"):
        assert_conforms(7)


@pytest.mark.parametrize("name", plugproof_contracts.__all__)
def test_every_public_name_is_there(name):
    assert getattr(plugproof_contracts, name).__doc__ or name == "RULES"


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'czech'"):
        plugproof_contracts.czech  # noqa: B018 - the access is the test


def test_the_models_are_imported_without_the_checker():
    code = (
        "import plugproof_contracts, sys; print(any('rule' in name or 'checking' in name for name in sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_a_violation_is_frozen_and_encodes():
    (violation,) = check(success(cost_amount=6000))
    assert isinstance(violation, Violation)
    with pytest.raises(AttributeError):
        violation.rule = "other"
