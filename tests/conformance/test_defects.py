"""An API that breaks one thing at a time is called broken, by the name of the rule."""

from functools import partial
from typing import Any

import pytest

from plugproof_contracts.conformance.probing.transport import FailureKind, TransportFailure
from plugproof_contracts.facts.level import Level
from plugproof_contracts.facts.session import Status
from plugproof_contracts.parsing.schema import CHARGER, PAYMENT, SESSION, JsonType
from plugproof_contracts.reports.report_model import Verdict
from plugproof_contracts.rules import RULES

WRONG: dict[Any, Any] = {
    JsonType.STRING: [7, True, ["x"]],
    JsonType.INTEGER: ["7", 1.5, True],
    JsonType.BOOLEAN: ["yes", 1],
    JsonType.OBJECT: ["x", [1]],
    JsonType.ARRAY: [{}, "x"],
}
"""Values of a wrong type, by the right one."""


def put(path, value, operation, name, reply):
    """Put a value into the successes of one operation."""
    if name == operation and reply.status == 200:
        document = reply.document
        place = document
        for part in path[:-1]:
            place = place[part]
        place[path[-1]] = value
        reply.tell(document)


def fields(tree, path):
    for name, field in tree.members.items():
        yield (*path, name), field
        if field.kind is JsonType.OBJECT:
            yield from fields(field, (*path, name))


def planted_types():
    trees = (("get", SESSION), ("confirm", SESSION), ("charger", CHARGER))
    for operation, tree in trees:
        for path, field in fields(tree, ("data",)):
            for value in WRONG[field.kind]:
                yield operation, path, value, "shape.types"
            if not field.nullable:
                yield operation, path, None, "nulls.only-where-documented"
    for path, field in fields(PAYMENT, ("payment",)):
        yield "get", path, None, "nulls.only-where-documented"
        yield "get", path, WRONG[field.kind][0], "shape.types"


def planted_values():
    for operation in ("get", "confirm"):
        for value in ("paid", "Charging", "CREATED", "", "complete", "in_progress"):
            yield operation, ("data", "status"), value, "values.status"
        for value in ("charging", "Occupied", "SuspendedEvse", ""):
            yield operation, ("data", "connector_status"), value, "values.connector-status"
        for value in ("euro", "EU", "978", "€", "eur"):
            yield operation, ("data", "pricing", "currency"), value, "values.currency"
        for value in (0, -1):
            yield operation, ("data", "pricing", "price_per_kwh"), value, "values.price-per-kwh"
        yield operation, ("data", "pricing", "start_fee"), -1, "values.start-fee"
        yield operation, ("data", "cost_amount"), 10**6, "money.cost-within-hold"
    for value in ("available", "Broken"):
        yield "charger", ("data", "connectors", 0, "status"), value, "values.charger-connector-status"
    yield "charger", ("data", "pricing", "currency"), "EURO", "values.currency"
    yield "charger", ("data", "pricing", "start_fee"), -5, "values.start-fee"
    yield "get", ("payment",), None, "status.payment-while-created"
    yield "get", ("data",), None, "nulls.only-where-documented"


def identity(value):
    return str(value) if not isinstance(value, tuple) else ".".join(map(str, value))


PLANTED = [*planted_types(), *planted_values()]
LIVING = {"money.cost-within-hold": "charging"}
"""The status that a session must be in for the rule to see anything; created for all others."""


@pytest.mark.parametrize(("operation", "path", "value", "rule"), PLANTED, ids=identity)
def test_a_defect_in_an_answer_is_found_by_name(nights, operation, path, value, rule):
    checks = nights(LIVING.get(rule, "created"), spoil=partial(put, path, value, operation))
    assert_broken(checks.night(), rule)


def assert_broken(report, rule):
    counting = {breach.rule for breach in report.breaches if breach.counts}
    assert (report.verdict, report.verdict.exit_code) == (Verdict.BROKEN, 1), report.problems
    assert rule in counting


def body(text, code, reply):
    if reply.status == code:
        reply.tell(text(reply.body) if callable(text) else text)


def header(name, value, code, reply):
    if reply.status == code:
        reply.headers.pop(name, None)
        reply.headers |= {} if value is None else {name: value}


def status(code, to, reply):
    if reply.status == code:
        reply.status = to


def page(code, reply):
    if reply.status == code:
        reply.headers["content-type"] = "text/html"
        reply.tell(b"<!DOCTYPE html><title>Whoops</title>")


OTHERS = [
    *[(partial(header, "content-type", kind, 200), "headers.content-type") for kind in (None, "text/html", "x/y")],
    *[(partial(header, "content-type", kind, 404), "headers.content-type") for kind in (None, "text/plain")],
    *[
        (partial(header, name, value, 200), rule)
        for name in ("x-ratelimit-limit", "x-ratelimit-remaining")
        for value, rule in (
            (None, "ratelimit.headers"),
            ("many", "ratelimit.whole-numbers"),
            ("-1", "ratelimit.whole-numbers"),
        )
    ],
    *[(partial(body, lambda text: text[:-9], code), "json.well-formed") for code in (200, 404)],
    (partial(body, lambda text: text + b"{}", 200), "json.one-document"),
    (partial(body, lambda text: b"\xef\xbb\xbf" + text, 200), "json.no-byte-order-mark"),
    (partial(body, lambda text: text.replace(b'"online":true', b'"online":NaN'), 200), "json.finite-numbers"),
    (partial(body, lambda text: text.replace(b"Test", b"Te\xffst"), 200), "json.utf-8"),
    *[(partial(body, text, 200), "shape.envelope") for text in (b"{}", b"[]", b'"x"', b"7", b'{"session":{}}')],
    *[
        (partial(body, text, 404), "errors.message")
        for text in (b"{}", b'{"message":null}', b"[]", b'{"error":"x"}')
    ],
    (partial(page, 404), "errors.json-when-asked"),
    *[(partial(status, 200, to), "http.success-code") for to in (201, 202, 203, 206)],
    (partial(status, 200, 401), "http.no-authentication"),
    (partial(status, 404, 401), "http.unknown-token"),
]


@pytest.mark.parametrize("number", range(len(OTHERS)), ids=lambda number: f"{number}-{OTHERS[number][1]}")
def test_a_defect_of_all_answers_is_found_by_name(nights, number):
    change, rule = OTHERS[number]
    assert_broken(nights("created", spoil=lambda name, reply: change(reply)).night(), rule)


REFUSALS = [
    (partial(header, "retry-after", None, 429), "ratelimit.retry-after"),
    (partial(header, "retry-after", "soon", 429), "ratelimit.retry-after"),
    (partial(header, "x-ratelimit-remaining", None, 429), "ratelimit.headers"),
    (partial(body, b'{"message":"Slow down."}', 429), "errors.throttle-text"),
    (partial(body, b"{}", 429), "errors.message"),
    (partial(header, "content-type", None, 429), "headers.content-type"),
]


@pytest.mark.parametrize("number", range(len(REFUSALS)), ids=lambda number: f"{number}-{REFUSALS[number][1]}")
def test_a_defect_of_a_refusal_is_found_by_the_probe(nights, number):
    change, rule = REFUSALS[number]
    checks = nights("created", spoil=lambda name, reply: change(reply))
    assert_broken(checks.night(probes_limit=True), rule)


def test_at_least_150_defects_cover_most_documented_rules():
    """At least 150 defects are planted, and they cover most documented rules."""
    assert len(PLANTED) + len(OTHERS) + len(REFUSALS) >= 150
    named = {row[-1] for row in (*PLANTED, *OTHERS, *REFUSALS)}
    documented = {slug for slug, rule in RULES.items() if rule.level is Level.DOCUMENTED}
    assert named <= documented
    assert len(named) >= 20


@pytest.mark.parametrize("status", sorted(set(Status) - {"created"}))
def test_a_payment_that_stays_is_found(nights, status):
    payment = {"client_secret": "x", "publishable_key": "y", "stripe_account_id": "z"}
    assert_broken(
        nights(status, spoil=partial(put, ("payment",), payment, "get")).night(), "status.no-payment-later"
    )


# What is inferred counts under --strict only, and what is assumed never.


def test_an_inferred_fact_breaks_only_under_strict(nights):
    spoil = partial(put, ("data", "tax_amount"), 10**6, "get")
    lenient, strict = nights("captured", spoil=spoil).night(), nights("captured", spoil=spoil).night(strict=True)
    assert lenient.verdict is Verdict.CONFORMS
    assert_broken(strict, "money.tax-within-capture")


def test_a_new_field_is_noted_and_breaks_nothing(nights):
    report = nights("created", spoil=partial(put, ("data", "colour"), "red", "get")).night(strict=True)
    assert report.verdict is Verdict.CONFORMS
    assert [breach.rule for breach in report.breaches] == ["shape.known-fields"]


# One bad answer is asked again, if that is harmless.


def once(change):
    """Spoil the first answer to a GET of a session only."""
    seen = []

    def spoil(operation, reply):
        if operation == "get" and not seen:
            seen.append(change(reply))

    return spoil


def test_a_get_that_broke_once_is_not_called_broken_and_is_told(nights):
    report = nights("created", spoil=once(partial(body, b"{}", 200))).night()
    assert (report.verdict, report.breaches) == (Verdict.UNCHECKED, ())
    assert "broke shape.envelope once" in report.problems[0].reason


def test_a_get_that_recovers_conforms_and_is_reported(nights):
    """A GET that fails once and then succeeds conforms and is reported."""

    def fail(request, number):
        return TransportFailure(FailureKind.CLOSED, "as the test wants it", True) if number == 1 else None

    checks = nights("created", fail=fail)
    report = checks.night()
    assert report.verdict is Verdict.CONFORMS
    again, left_out = report.sources[0].skipped
    assert "well when asked again" in again
    assert left_out == f"not sent, for others were asked again: {checks.nights[0].probes[-1].title}"
    assert len(checks.log) == 4


@pytest.mark.parametrize("tokens", [(), ("created",), ("created", "charging")])
@pytest.mark.parametrize("status_code", [500, 502, 503, 504])
def test_a_failing_server_is_asked_nothing_twice(nights, status_code, tokens):
    """A server that cannot answer is not burdened with the same question again."""

    def spoil(operation, reply):
        reply.status = status_code

    checks = nights(*tokens, spoil=spoil)
    assert checks.night().verdict is Verdict.UNCHECKED
    asked = [(request.method, request.url, request.headers) for _, _, request in checks.log]
    assert len(asked) == len(set(asked)) == len(checks.nights[0].probes)


@pytest.mark.parametrize("tokens", [(), ("created",), ("created", "charging")])
def test_a_broken_server_gets_no_more_than_was_promised(nights, tokens):
    """Repeats take the place of what the plan has left, and the report says what."""

    def spoil(operation, reply):
        reply.body = b"{}"

    checks = nights(*tokens, spoil=spoil)
    report = checks.night()
    assert report.verdict is Verdict.BROKEN
    assert report.counts["requests sent"] == report.counts["requests planned"] == len(checks.log)
    assert any(words.startswith("not sent, for others") for words in report.sources[0].skipped)


@pytest.mark.parametrize("page", [b"<html>Not Found", b"", b"Not Found"])
def test_a_page_where_the_api_was_there_is_broken(nights, page):
    """The other answers show that the API was reached, so that the page is its own."""

    def spoil(operation, reply):
        if reply.status == 404:
            reply.headers, reply.body = {"content-type": "text/html"}, page

    assert_broken(nights("created", spoil=spoil).night(), "errors.json-when-asked")


def test_an_unknown_token_that_is_not_404_is_broken(nights):
    """The check invented the token, so that no other answer can be right."""
    assert_broken(nights(spoil=lambda name, reply: status(404, 400, reply)).night(), "http.unknown-token")


def test_a_get_that_broke_twice_is_called_broken_without_a_doubt(nights):
    checks = nights("created", spoil=partial(put, ("data", "status"), "paid", "get"))
    report = checks.night()
    assert_broken(report, "values.status")
    assert (report.problems, [name for _, name, _ in checks.log].count("get")) == ((), 2)


def test_a_confirm_that_was_refused_leaves_nothing_to_read_up(nights):
    def spoil(operation, reply):
        if operation == "confirm":
            reply.status = 429

    checks = nights("created", spoil=spoil)
    assert checks.night().verdict is Verdict.UNCHECKED
    assert len(checks.log) == 4


def test_a_confirm_that_broke_is_never_asked_again(nights):
    checks = nights("created", spoil=partial(put, ("data", "status"), "paid", "confirm"))
    assert_broken(checks.night(), "values.status")
    assert [name for _, name, _ in checks.log].count("confirm") == 1
