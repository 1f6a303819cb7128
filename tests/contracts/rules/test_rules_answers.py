"""Where a rule on one answer begins to speak, and where it is another's turn."""

import pytest

from plugproof_contracts import RULES
from plugproof_contracts.checking.checker import examine, examine_by_rules
from plugproof_contracts.rules.examples import CHARGER, NOON, failure, refusal, success

LIMIT, REMAINING, RESET = "x-ratelimit-limit", "x-ratelimit-remaining", "x_ratelimit_reset"
PAGE = failure(404, headers={"content-type": "text/html"}).replace(body=b"<html>")
CONNECTOR = CHARGER["connectors"][0]
ENDS = int(NOON.timestamp()) + 30


def found(exchange):
    return {violation.rule for violation in examine_by_rules(exchange).violations}


def unasked(exchange):
    return exchange.replace(request_headers={"accept": "*/*"})


def starts(**sends):
    return success("start", "created", sends={"code": "HAPPY", "connector_id": 1} | sends)


def sets(email, **shown):
    return success("receipt-email", sends={"email": email}, **shown)


def with_credentials(exchange):
    return exchange.replace(request_headers={"accept": "application/json", "authorization": "Bearer example"})


NEEDS_NO_BODY = {slug for slug in RULES if slug.startswith(("http.", "ratelimit."))} | {
    "errors.allowed-methods", "headers.any-origin", "headers.nothing-exposed",
}  # fmt: skip


@pytest.mark.parametrize("slug", [slug for slug, rule in RULES.items() if not rule.is_trace])
def test_code_and_header_rules_judge_without_a_recorded_body(slug):
    """A rule on codes and headers judges also where no body is recorded."""
    broken = [example[0].replace(body=None) for example in RULES[slug].violating]
    assert [slug in found(one) for one in broken] == [slug in NEEDS_NO_BODY] * len(broken)


@pytest.mark.parametrize("slug", [slug for slug in RULES if slug.startswith("request.")])
def test_a_rule_on_the_request_judges_nothing_if_none_was_sent(slug):
    """A rule on what is asked has nothing to judge where nothing is sent."""
    silent = examine(success("start", "created")).checked | examine(success("receipt-email")).checked
    assert slug == "request.same-charger" or slug not in silent


@pytest.mark.parametrize(
    ("slug", "exchange", "is_broken"),
    [
        ("http.success-code", success().replace(status=299), True),
        ("http.success-code", success().replace(status=300), False),
        ("http.failure-code", success().replace(status=299), False),
        ("http.failure-code", success().replace(status=300), True),
        ("http.failure-code", failure(302), True),
        ("http.failure-code", unasked(failure(302)), False),
        ("http.failure-code", unasked(failure(303)), False),
        ("http.failure-code", unasked(failure(301)), True),
        ("http.failure-code", failure(401), False),
        ("http.failure-code", failure(403).replace(request_body=b"{}"), True),
        ("http.failure-code", failure(413).replace(request_body=b"{}"), False),
        ("errors.json-when-asked", PAGE.replace(status=400), True),
        ("errors.json-when-asked", PAGE.replace(status=399), False),
        ("errors.json-when-asked", failure(404).replace(body=b"{"), False),
        ("errors.json-when-asked", failure(404, headers={"content-type": "text/plain"}), False),
        ("errors.json-when-asked", unasked(PAGE), False),
        ("errors.json-unasked", unasked(PAGE.replace(status=400)), True),
        ("errors.json-unasked", unasked(PAGE.replace(status=399)), False),
        ("errors.json-unasked", unasked(PAGE.replace(status=303)), True),
        ("errors.json-unasked", unasked(failure(404).replace(body=b"{")), False),
        ("errors.validation-map", failure(422, operation="start", errors={"email": ["no", 1]}), True),
        ("errors.throttle-text", refusal().replace(body=b'{"message": null}'), False),
        ("errors.known-fields", failure(409, errors={}), True),
        ("ratelimit.documented-limit", refusal(operation="start", x_ratelimit_limit="20"), False),
        ("ratelimit.documented-limit", success("start", "created", headers={LIMIT: "20"}), False),
        ("ratelimit.documented-limit", failure(409, operation="start", headers={LIMIT: "20"}), False),
        ("ratelimit.nothing-left", refusal(operation="start", x_ratelimit_remaining="2"), False),
        ("ratelimit.remaining-within-limit", failure(409, operation="start", remaining=4), True),
        ("ratelimit.retry-within-window", refusal(0), False),
        ("http.no-authentication", with_credentials(failure(401)), False),
        ("http.failure-code", with_credentials(failure(401)), True),
        ("money.energy-decimal", success(energy_kwh="1e3"), False),
        ("money.energy-plain", success(energy_kwh="4,70"), False),
        ("shape.types", success(cost_amount=45.0), False),
        ("shape.types", success(cost_amount=45.5), True),
        ("status.nothing-ahead", success("get", "settling", completed_at="2026-01-10T11:50:00Z"), False),
        ("time.iso8601", success(created_at="2026-010T11:00:00Z"), False),
        ("time.iso8601", success(created_at="2026-01-09T23:59:60Z"), False),
        ("ratelimit.documented-limit", refusal(operation="confirm", x_ratelimit_limit="20"), True),
        ("ratelimit.remaining-within-limit", success(headers={LIMIT: "0", REMAINING: "0"}), False),
        ("ratelimit.remaining-within-limit", success(headers={LIMIT: "0", REMAINING: "1"}), True),
        ("ratelimit.reset", refusal(30, **{RESET: str(ENDS + 60)}), False),
        ("ratelimit.reset", refusal(30, **{RESET: str(ENDS + 61)}), True),
        ("ratelimit.reset", refusal(30, **{RESET: str(ENDS - 60)}), False),
        ("ratelimit.reset", refusal(30, **{RESET: str(ENDS - 61)}), True),
        ("ratelimit.reset", refusal(30, without="date", **{RESET: "1"}), False),
        ("ratelimit.whole-numbers", success(headers={REMAINING: "9" * 20}), True),
        ("ratelimit.whole-numbers", success(headers={REMAINING: "9" * 19}), False),
        ("values.public-code", success("charger", public_code="TENLETTERS"), False),
        ("values.driver-email", success(driver_email="d" * 243 + "@example.org"), False),
        ("values.driver-email", success(driver_email="d" * 244 + "@example.org"), True),
        ("values.charger-connector-id", success("charger", connectors=[7, *CHARGER["connectors"]]), False),
        ("values.charger-connector-id", success("charger", connectors=[CONNECTOR | {"connector_id": "0"}]), False),
        ("values.charger-connector-status", success("charger", connectors=[CONNECTOR | {"status": 7}]), False),
        ("values.session-token", success("start", "created").replace(body=b'{"session_token": 7}'), False),
        ("time.not-in-future", success(charging_started_at="2026-01-10T12:01:00Z"), False),
        ("time.not-in-future", success(charging_started_at="2026-01-10T12:01:00.000001Z"), True),
        ("time.order", success(authorized_at="2026-01-10T11:00:00Z"), False),
        ("time.order", success(authorized_at="2026-01-10T10:59:59"), False),
        ("headers.content-type", PAGE, False),
        ("headers.content-type", PAGE.replace(status=200), True),
        ("headers.content-type", failure(404, headers={"content-type": "text/plain"}), True),
        ("status.captured-has-capture", success().replace(body=b'{"data":{"status":"captured"}}'), False),
        ("status.payment-while-created", success("start", "created", payment=None), False),
        ("request.charger-is-kept", starts(code="hApPy"), False),
        ("request.charger-is-kept", starts(code=7), False),
        ("request.connector-is-kept", starts(connector_id="2"), False),
        ("request.email-is-kept", sets(" D@Example.ORG ", driver_email="d@example.org"), False),
        ("request.email-is-kept", sets("d@example.org", driver_email=" D@Example.ORG "), False),
        ("request.email-is-kept", sets(" ", driver_email=None), False),
        ("request.email-is-kept", sets(7, driver_email="d@example.org"), False),
        ("request.email-is-kept", sets("d@example.org").replace(body=b'{"data":{"status":"charging"}}'), False),
        ("request.same-charger", success("charger", public_code="HAPPY"), False),
    ],
)  # fmt: skip
def test_a_rule_speaks_up_to_its_edge_and_not_beyond(slug, exchange, is_broken):
    assert (slug in found(exchange)) is is_broken


@pytest.mark.parametrize(
    ("slug", "exchange", "is_checked"),
    [
        ("time.iso8601", success("get", "created"), True),
        ("time.iso8601", success("get", "created", created_at=7), False),
        ("time.offset", success("get", "created"), True),
        ("time.not-in-future", success("get", "created"), True),
        ("time.order", success("get", "created"), False),
        ("time.order", success("get", "authorized"), True),
        ("money.not-negative", success("get", "created"), False),
        ("money.not-negative", success("get", "authorized"), True),
        ("values.public-code", success("charger"), True),
    ],
)
def test_a_rule_is_checked_as_soon_as_there_is_enough_to_judge(slug, exchange, is_checked):
    assert (slug in examine(exchange).checked) is is_checked
    assert (slug in examine_by_rules(exchange).checked) is is_checked


@pytest.mark.parametrize(
    ("exchange", "is_possible"),
    [
        (starts(code="TENLETTERS"), True),
        (starts(code=" TENLETTERS "), True),
        (starts(code="ELEVENCHARS"), False),
        (starts(code="A"), True),
        (starts(code=" "), False),
        (starts(connector_id=100), True),
        (starts(connector_id=101), False),
        (starts(connector_id=" 100 "), True),
        (starts(connector_id="0100"), False),
        (starts(connector_id=True), True),
        (starts(connector_id=1.0), True),
        (starts(email=""), True),
        (starts(email="driver"), False),
        (starts(email=f" {'d' * 243}@example.org "), True),
        (starts(email=f"{'d' * 244}@example.org"), False),
        (success("start", "created", sends=[]), True),
        (success("start", "created", sends="HAPPY"), True),
        (sets(""), False),
        (sets(None), False),
    ],
)
def test_a_request_is_impossible_only_if_no_server_can_read_it(exchange, is_possible):
    """A request is impossible only where no server can read it in another way."""
    assert ("request.invalid-is-refused" not in found(exchange)) is is_possible


@pytest.mark.parametrize(
    ("slug", "exchange"),
    [
        ("headers.content-type", success(without="content-type")),
        ("headers.any-origin", success(without="access-control-allow-origin")),
        ("ratelimit.headers", success(without=LIMIT)),
        ("ratelimit.retry-after", refusal(without="retry-after")),
        ("ratelimit.reset", refusal(without="x-ratelimit-reset")),
        ("errors.allowed-methods", failure(405).replace(method="PUT")),
    ],
)
def test_a_header_that_is_missing_is_told_as_none(slug, exchange):
    assert [one.actual for one in examine(exchange).violations if one.rule == slug] == ["none"]


@pytest.mark.parametrize(
    ("slug", "exchange", "told"),
    [
        ("headers.content-type", PAGE.replace(status=200), "text/html"),
        ("headers.any-origin", success(headers={"access-control-allow-origin": "https://h"}), "https://h"),
        ("ratelimit.retry-after", refusal("soon"), "soon"),
        ("ratelimit.reset", refusal(x_ratelimit_reset="soon"), "soon"),
    ],
)
def test_a_header_that_is_wrong_is_told_as_it_came(slug, exchange, told):
    assert [one.actual for one in examine(exchange).violations if one.rule == slug] == [told]
