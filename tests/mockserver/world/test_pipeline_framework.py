"""What the framework behind the API does with a request before and after the operation."""

import pytest

from plugproof_contracts.facts.operations import PREFIX
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.world import pipeline


@pytest.mark.parametrize(
    ("referer", "location"),
    [
        ("", "https://pay.example:8000"),
        ("https://shop.example/<a>?b=1", "https://shop.example/<a>?b=1"),
        ("/checkout/", "https://pay.example:8000/checkout"),
    ],
)
def test_a_redirect_leads_back_or_to_the_root(make_world, referer, location):
    """A validation error leads a browser back to the page that it came from, or to the root of the host."""
    headers = ((b"Host", b"pay.example:8000"), (b"Referer", referer.encode()))
    request = Request("POST", f"{PREFIX}/sessions", headers, b"", "10.0.0.1", "https")
    found = pipeline.answer(make_world(errors="negotiated"), request)
    assert (found.status, dict(found.headers)[b"location"]) == (302, location.encode())
    assert b"<a>" not in found.body


def test_a_validation_error_is_compact(world, ask):
    assert ask(world, "start", json={"code": "HAPPY"}).body == (
        b'{"message":"The connector id field is required.",'
        b'"errors":{"connector_id":["The connector id field is required."]}}'
    )


def costs_nothing(world, found):
    return not len(world.limiter) and not [name for name in found.headers if "ratelimit" in name]


def test_a_body_that_is_too_large_is_refused_and_costs_nothing(world, ask):
    found = ask(world, "start", body=b"x" * 65_537, headers=((b"Content-Type", b"application/json"),))
    assert found.status == 413
    assert "65536" in found.json["message"]
    assert costs_nothing(world, found)
    assert ask(world, "start", body=b"x" * 65_536).status == 422


@pytest.mark.parametrize("token", ["%ff%fe", "%C0%AF", "%E4", "\xe4", "a%ED%A0%80"])
def test_a_path_that_is_not_utf_8_is_malformed_and_costs_nothing(world, answer, token):
    found = answer(world, Request("POST", f"{PREFIX}/sessions/{token}/confirm"))
    assert (found.status, found.json) == (400, {"message": "Malformed URL."})
    assert costs_nothing(world, found)


def test_a_404_repeats_what_was_asked_for_where_it_is_to(make_world, ask):
    world = make_world(not_found="echo")
    found = [ask(world, "get", "a%20b"), ask(world, "charger", "NOBODY")]
    assert [one.json["message"] for one in found] == [
        "No query results for model [App\\Models\\Session] a b",
        "No query results for model [App\\Models\\Charger] NOBODY",
    ]
    assert {one.status for one in found} == {404}
