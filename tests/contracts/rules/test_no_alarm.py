"""Answers that look wrong and are not: each was once taken for a breach."""

import pytest

from plugproof_contracts import Level, check, check_trace
from plugproof_contracts.rules.examples import failure, in_turn, success

PAGE = failure(404, headers={"content-type": "text/html"}).replace(body=b"<p>Not Found</p>")


def breaches(violations):
    return {violation.rule for violation in violations if violation.level is not Level.ASSUMED}


@pytest.mark.parametrize("status", [200, 404, 429, 500])
def test_an_answer_to_head_has_no_body_to_judge(status):
    known = success() if status == 200 else failure(status)
    head = known.replace(method="HEAD", body=b"")
    assert not {rule for rule in breaches(check(head)) if rule.startswith(("json.", "errors.", "shape."))}


@pytest.mark.parametrize(
    ("accept", "asks"),
    [
        ("application/json", True),
        ("application/json, text/plain, */*", True),
        ("application/problem+json;q=0.5, text/html;q=0.4", True),
        ("text/html, application/json;q=0.9", False),
        ("text/html;q=0.9,application/json", True),
        ("*/*", False),
        ("", False),
    ],
)
def test_a_page_is_a_breach_only_if_json_is_preferred(accept, asks):
    """A page is a breach only for a request that prefers JSON."""
    found = breaches(check(PAGE.replace(request_headers={"accept": accept})))
    assert ("errors.json-when-asked" in found) is asks


def test_a_body_may_be_too_large_for_the_server():
    refused = failure(413, "Too large.", operation="start")
    assert breaches(check(refused.replace(request_body=b" " * 70_000))) == set()
    assert breaches(check(refused)) == {"http.failure-code"}


@pytest.mark.parametrize(
    "nowhere", [failure(404).replace(method="PUT"), failure(404).replace(url=success().url + "/refund")]
)
def test_a_path_that_leads_nowhere_says_nothing_of_the_token(nowhere):
    other = nowhere.replace(body=b'{"message":"The route could not be found."}')
    assert breaches(check_trace(in_turn(failure(404), nowhere, other))) == set()
    assert breaches(check_trace(in_turn(other, success(), failure(404)))) == set()


def test_a_refused_cancel_is_not_blamed_for_a_status_back():
    """A refused cancel is not blamed for a status that goes back."""
    late = in_turn(success(), failure(409, operation="cancel"), success("get", "authorized"))
    assert "trace.cancel-while-possible" not in breaches(check_trace(late))


def test_whoever_refuses_an_address_need_not_know_the_session():
    invalid = failure(422, "Invalid.", operation="receipt-email", errors={"email": ["Invalid."]})
    assert breaches(check_trace(in_turn(failure(404), invalid))) == set()
