"""What the framework behind the API does with a request before and after the operation."""

from itertools import product

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


@pytest.mark.parametrize("errors", ["json", "negotiated"])
def test_during_a_maintenance_everything_is_refused(make_world, answer, errors):
    """Whatever the path and method: 503 with `Retry-After` before any limit, as JSON or as a page."""
    world = make_world(maintenance=90, errors=errors)
    paths = ("/sessions/t/confirm", "/sessions", "/chargers/HAPPY", "/nowhere")
    for method, path in product(("GET", "POST", "PUT", "OPTIONS"), paths):
        found = answer(world, Request(method, PREFIX + path, body=b"x" * 65_537))
        assert (found.status, found.headers["retry-after"]) == (503, "90")
        assert found.headers["cache-control"] == "no-cache, private"
        if errors == "json":
            assert found.json == {"message": "Service Unavailable"}
        else:
            assert b"<title>503 Service Unavailable</title>" in found.body
        assert costs_nothing(world, found)
    asked = ((b"access-control-request-method", b"POST"),)
    assert answer(world, Request("OPTIONS", f"{PREFIX}/sessions", asked)).status == 204
    assert answer(world, Request("GET", f"{PREFIX}/%ff")).status == 400


def test_a_422_may_open_with_one_text_for_all(make_world, ask):
    """As version 8 of the framework has it; the complaints by field stay."""
    world = make_world(invalid_text="fixed")
    found = ask(world, "start", json={"code": "HAPPY"})
    assert found.json["message"] == "The given data was invalid."
    assert found.json["errors"] == ask(make_world(), "start", json={"code": "HAPPY"}).json["errors"]
    assert ask(world, "start", json={"code": "NOBODY", "connector_id": 1}).json == {"message": "Not Found"}
