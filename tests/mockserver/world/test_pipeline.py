import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from plugproof_contracts import Status
from plugproof_contracts.facts.operations import OPERATIONS, PREFIX
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.model.session_scenarios import SCENARIOS
from plugproof_mockserver.model.settings import Errors, Limit, RateLimit, Settings
from plugproof_mockserver.model.timestamps import EARLIEST, LATEST, seconds
from plugproof_mockserver.world import pipeline
from plugproof_mockserver.world.nouns.clock import Clock
from plugproof_mockserver.world.world import World

PER_MINUTE = {name: op.limit for name, op in OPERATIONS.items()}
UNKNOWN = "0" * 40


def call(ask, world, operation, client="10.0.0.1"):
    """Ask for an operation in a way that reaches its handler."""
    body = {"code": "HAPPY", "connector_id": 1} if operation == "start" else None
    return ask(world, operation, "HAPPY" if operation == "charger" else UNKNOWN, json=body, client=client)


# Limits.


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_endpoint_admits_exactly_its_limit_a_minute(world, ask, operation):
    limit = PER_MINUTE[operation]
    answers = [call(ask, world, operation) for _ in range(limit + 2)]
    assert [found.status == 429 for found in answers] == [False] * limit + [True] * 2
    assert {found.headers["x-ratelimit-limit"] for found in answers} == {str(limit)}
    assert [found.headers["x-ratelimit-remaining"] for found in answers] == [
        *map(str, reversed(range(limit))),
        "0",
        "0",
    ]


def test_a_429_has_the_four_headers_and_the_framework_message(world, ask, noon):
    """A 429 carries the four headers and the message of the framework."""
    for _ in range(10):
        call(ask, world, "confirm")
    world.advance(seconds(17.5))
    refused = call(ask, world, "confirm")
    assert refused.json == {"message": "Too Many Attempts."}
    assert refused.headers["retry-after"] == "43"
    assert refused.headers["x-ratelimit-reset"] == str(noon // seconds(1) + 17 + 43)
    assert "retry-after" not in call(ask, world, "get").headers


def test_a_window_lasts_exactly_a_minute_from_the_first_hit(world, ask):
    """A window lasts from the first hit to exactly a minute later."""
    for _ in range(10):
        call(ask, world, "confirm")
        world.advance(seconds(5))
    world.advance(seconds(10) - 1)
    assert call(ask, world, "confirm").status == 429
    world.advance(1)
    assert call(ask, world, "confirm").headers["x-ratelimit-remaining"] == "9"


def test_addresses_are_counted_apart(world, ask):
    for _ in range(10):
        call(ask, world, "confirm")
    assert call(ask, world, "confirm").status == 429
    assert call(ask, world, "confirm", client="10.0.0.2").status == 404


def test_endpoints_are_counted_apart_unless_they_share(make_world, ask):
    apart, shared = make_world(), make_world(rate_limit="shared")
    for world in (apart, shared):
        for _ in range(10):
            call(ask, world, "confirm")
    assert call(ask, apart, "cancel").status == 404
    assert call(ask, shared, "cancel").status == 429
    # Its own limit is higher: of the ten hits that are counted, it still has twenty left.
    assert call(ask, shared, "get").headers["x-ratelimit-remaining"] == "19"


def test_without_limits_nothing_is_counted_and_no_header_says_so(make_world, ask):
    world = make_world(rate_limit="off")
    answers = [call(ask, world, "start") for _ in range(5)]
    assert {found.status for found in answers} == {201}
    assert not [name for found in answers for name in found.headers if "ratelimit" in name]


def test_a_limit_can_be_set_by_operation(make_world, ask):
    world = make_world(limits={"confirm": Limit(1, 5)})
    assert [call(ask, world, "confirm").status for _ in range(2)] == [404, 429]
    world.advance(seconds(5))
    assert call(ask, world, "confirm").status == 404


def test_who_is_refused_reaches_no_handler(make_world, ask):
    world = make_world(limits={"confirm": Limit(0, 60)})
    token = world.seed_session(Status.CREATED).token
    assert ask(world, "confirm", token).status == 429
    assert world.sessions.get(token, world.clock.now()).status == "created"


def test_an_unknown_path_and_a_wrong_method_cost_nothing(make_world, ask, answer):
    world = make_world(limits={"confirm": Limit(1, 60)})
    for request in (Request("GET", f"{PREFIX}/sessions/{UNKNOWN}/confirm"), Request("POST", "/v3/nowhere")):
        found = answer(world, request)
        assert found.status in {404, 405}
        assert not [name for name in found.headers if "ratelimit" in name]
    assert call(ask, world, "confirm").status == 404


# Places and methods.


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD", "TRACE", "get", "BREW"])
def test_a_wrong_method_is_405_and_names_the_right_one(world, answer, method):
    token = world.seed_session(Status.CREATED).token
    found = answer(world, Request(method, f"{PREFIX}/sessions/{token}/confirm"))
    assert (found.status, found.headers["allow"]) == (405, "POST")
    assert found.json["message"] == (
        f"The {method} method is not supported for route api/v3/public-charging/sessions/{{token}}/confirm."
        " Supported methods: POST."
    )
    assert token not in found.body.decode()


def test_head_is_answered_as_get_is(world, ask):
    token = world.seed_session(Status.CREATED).token
    got = ask(world, "get", token)
    head = ask(world, "get", token, method="HEAD")
    assert head.status == 200
    assert head.headers["content-length"] == got.headers["content-length"]


def test_authorization_makes_no_difference(world, ask):
    token = world.seed_session(Status.CREATED).token
    answers = {ask(world, "get", token, headers=h).body for h in ((), ((b"Authorization", b"Bearer x"),))}
    assert len(answers) == 1


# Across origins.


def test_a_preflight_is_granted_and_costs_nothing(world, answer):
    """A preflight is granted whatever it asks, and it costs no hit."""
    asked = (
        (b"Origin", b"https://shop.example"),
        (b"Access-Control-Request-Method", b"post"),
        (b"Access-Control-Request-Headers", b"content-type, x-a"),
    )
    found = answer(world, Request("OPTIONS", f"{PREFIX}/sessions/{UNKNOWN}/confirm", asked))
    assert (found.status, found.body) == (204, b"")
    assert "content-length" not in found.headers
    assert {k: v for k, v in found.headers.items() if k.startswith("access-control")} == {
        "access-control-allow-origin": "*",
        "access-control-allow-methods": "POST",
        "access-control-allow-headers": "content-type, x-a",
        "access-control-max-age": "0",
    }
    assert found.headers["vary"] == "Access-Control-Request-Method, Access-Control-Request-Headers"
    assert len(world.limiter) == 0


@pytest.mark.parametrize("method", [b"\xb5", b"\xff", b"\x00", b"p\xe9st", b"A\r\nset-cookie: b=c", b"A\n"])
def test_a_preflight_for_an_invalid_method_gets_no_echo(world, answer, method):
    """A preflight for an invalid method is answered without an echo of it."""
    found = answer(world, Request("OPTIONS", "/v3/x", ((b"access-control-request-method", method),)))
    assert found.status == 204
    assert "access-control-allow-methods" not in found.headers


def test_options_without_a_preflight_says_what_is_allowed(world, answer):
    found = answer(world, Request("OPTIONS", f"{PREFIX}/sessions/{UNKNOWN}"))
    assert (found.status, found.headers["allow"], found.body) == (200, "GET,HEAD", b"")
    assert found.headers["vary"] == "Access-Control-Request-Method"
    assert answer(world, Request("OPTIONS", "/v3/x")).status == 404


def test_any_origin_may_read_every_answer_and_nothing_is_exposed(world, ask, answer):
    """Every answer may be read by any origin and exposes no headers."""
    answers = [call(ask, world, name) for name in OPERATIONS for _ in range(4)]
    answers += [answer(world, Request("GET", "/")), answer(world, Request("PUT", f"{PREFIX}/sessions"))]
    assert {found.headers["access-control-allow-origin"] for found in answers} == {"*"}
    assert {found.headers["cache-control"] for found in answers} == {"no-cache, private"}
    assert not [found for found in answers if "access-control-expose-headers" in found.headers]


# How answers are written.


def test_an_answer_is_dated_by_the_clock_of_the_world(world, ask):
    assert call(ask, world, "get").headers["date"] == "Sat, 10 Jan 2026 12:00:00 GMT"
    world.advance(seconds(61))
    assert call(ask, world, "get").headers["date"] == "Sat, 10 Jan 2026 12:01:01 GMT"


def test_a_success_is_compact_and_an_error_is_pretty(world, ask):
    token = world.seed_session(Status.CREATED).token
    assert ask(world, "get", token).body.startswith(b'{"data":{"status":"created",')
    assert call(ask, world, "get").body == b'{\n    "message": "Not Found"\n}'


NOT_FOUND, REFUSED, INVALID, FULL, LOST, WRONG = "not found", "refused", "invalid", "full", "lost", "wrong"

PLAIN = {NOT_FOUND: 404, REFUSED: 409, INVALID: 422, FULL: 429, LOST: 404, WRONG: 405}
REDIRECTED = PLAIN | {INVALID: 302}

WANTS_JSON = [
    "application/json",
    "Application/JSON",
    "application/json, text/plain, */*",
    "application/vnd.api+json",
    "application/json;q=0.9",
    "text/html;q=0.5, application/json",
    "text/html;q=0.8, application/json;q=0.9, */*;q=0.1",
    "text/json5",  # the framework looks for the letters /json, wherever they stand
]
TAKES_ANYTHING = [
    "",
    "*/*",
    "text/html",
    "text/html, application/json",
    "*/*, application/json;q=0.5",
]


def provoke(ask, answer, world, kind, headers):
    """Make the fake answer with an error of a kind."""
    ended = world.seed_session(Status.CAPTURED).token
    if kind == FULL:
        for _ in range(10):
            ask(world, "stop", UNKNOWN)
    requests = {
        NOT_FOUND: lambda: ask(world, "get", UNKNOWN, headers=headers),
        REFUSED: lambda: ask(world, "cancel", ended, headers=headers),
        INVALID: lambda: ask(world, "receipt-email", ended, json={}, headers=headers),
        FULL: lambda: ask(world, "stop", UNKNOWN, headers=headers),
        LOST: lambda: answer(world, Request("GET", "/v3", headers)),
        WRONG: lambda: answer(world, Request("GET", f"{PREFIX}/sessions", headers)),
    }
    return requests[kind]()


@pytest.mark.parametrize("kind", PLAIN)
@pytest.mark.parametrize("accept", [*WANTS_JSON, *TAKES_ANYTHING])
def test_errors_are_json_whatever_was_asked_for(make_world, ask, answer, kind, accept):
    found = provoke(ask, answer, make_world(), kind, ((b"Accept", accept.encode()),))
    assert (found.status, found.headers["content-type"]) == (PLAIN[kind], "application/json")
    assert found.json["message"]
    assert ("errors" in found.json) == (kind == INVALID)


@pytest.mark.parametrize("kind", PLAIN)
@pytest.mark.parametrize("accept", WANTS_JSON)
def test_negotiated_errors_are_json_for_who_asks_for_json(make_world, ask, answer, kind, accept):
    found = provoke(ask, answer, make_world(errors="negotiated"), kind, ((b"Accept", accept.encode()),))
    assert (found.status, found.headers["content-type"]) == (PLAIN[kind], "application/json")


@pytest.mark.parametrize("kind", PLAIN)
@pytest.mark.parametrize("accept", TAKES_ANYTHING)
def test_negotiated_errors_are_pages_or_a_redirect(make_world, ask, answer, kind, accept):
    """Negotiated errors are pages and a redirect for a client that does not ask for JSON."""
    headers = ((b"Accept", accept.encode()),)
    found = provoke(ask, answer, make_world(errors="negotiated"), kind, headers)
    assert (found.status, found.headers["content-type"]) == (REDIRECTED[kind], "text/html; charset=utf-8")
    assert found.headers.get("location") == ("http://localhost" if kind == INVALID else None)
    assert b"<!DOCTYPE html>" in found.body
    assert ("retry-after" in found.headers) == (kind == FULL)


@pytest.mark.parametrize(("accept", "as_json"), [("", True), ("*/*", True), ("*", True), ("text/html", False)])
def test_an_ajax_request_that_accepts_anything_gets_json(make_world, ask, accept, as_json):
    """A script that accepts anything gets JSON, and one that asks for HTML does not."""
    headers = ((b"X-Requested-With", b"XMLHttpRequest"), (b"Accept", accept.encode()))
    found = ask(make_world(errors="negotiated"), "get", UNKNOWN, headers=headers)
    assert (found.headers["content-type"] == "application/json") is as_json


def test_a_success_is_json_even_where_errors_are_negotiated(make_world, ask):
    world = make_world(errors="negotiated")
    found = call(ask, world, "charger")
    assert (found.status, found.headers["content-type"]) == (200, "application/json")


# Whatever is asked.

requests = st.builds(
    Request,
    method=st.sampled_from(["GET", "POST", "OPTIONS", "HEAD"]) | st.text(max_size=5),
    path=st.sampled_from([op.template for op in OPERATIONS.values()] + [PREFIX + "/chargers/HAPPY", PREFIX + "/x"])
    | st.text(max_size=30).map(lambda text: PREFIX + "/sessions/" + text)
    | st.text(max_size=30),
    headers=st.lists(
        st.tuples(
            st.sampled_from(
                [b"Accept", b"Content-Type", b"access-control-request-method", b"Access-Control-Request-Headers"]
            ),
            st.binary(max_size=20)
            | st.sampled_from(
                [b"application/json", b"*/*", b"text/html;q=0.5", b"application/x-www-form-urlencoded"]
            ),
        ),
        max_size=4,
    ),
    body=st.binary(max_size=60)
    | st.sampled_from(
        [b'{"code":"HAPPY","connector_id":1}', b"code=HAPPY&connector_id=1", b'{"email":"a@b.example"}']
    ),
    client=st.sampled_from(["127.0.0.1", "::1", ""]) | st.text(max_size=5),
)


@settings(max_examples=300)
@given(st.lists(requests, min_size=1, max_size=4), st.sampled_from(RateLimit), st.sampled_from(Errors))
def test_an_answer_is_given_to_whatever_is_asked(questions, rate_limit, errors):
    world = World(Settings(rate_limit=rate_limit, errors=errors), clock=Clock(LATEST // 2, speed=0), seed=1)
    for request in questions:
        reply = pipeline.answer(world, request)
        assert 200 <= reply.status < 500
        assert reply.status == 204 or not reply.body or reply.headers[0][0] == b"content-type"


EXTREMES = st.fixed_dictionaries(
    {
        "hold": st.sampled_from([0, 1, 35, 10**15]),
        "vat": st.sampled_from([0, 0.01, 21, 100]),
        "token_ttl": st.sampled_from([0, 1, 10**14]),
        "payment_window": st.sampled_from([0, 1, 10**14]),
        "sessions_per_charger": st.sampled_from([0, 1, 10**9]),
        "limits": st.sampled_from([{}, {"confirm": Limit(0, 10**-6)}, {"get": Limit(10**9, 10**9)}]),
    }
)


@given(
    settings=EXTREMES,
    start=st.sampled_from([EARLIEST, EARLIEST + seconds(60), LATEST - seconds(7200), LATEST]),
    code=st.sampled_from(sorted(SCENARIOS)),
    status=st.sampled_from(Status),
    speed=st.sampled_from([0, 1, 1_000_000]),
)
def test_extremes_of_settings_and_time_are_answered(ask, settings, start, code, status, speed):
    """An answer is given at every extreme of the settings and of time."""
    world = World(Settings(**settings), clock=Clock(start, speed=speed), seed=1)
    started = call(ask, world, "start")
    tokens = [
        world.seed_session(status, code=code).token,
        (started.status == 201 and started.json["session_token"]) or "x",
    ]
    for _ in range(3):
        for token in tokens:
            for operation in ("confirm", "get", "stop", "cancel"):
                assert ask(world, operation, token).status in {200, 400, 404, 409, 429, 504}
        if world.clock.now() <= LATEST - seconds(3600):
            world.advance(seconds(3600))


@pytest.mark.parametrize("price", [1, 10**15])
def test_a_price_can_be_as_low_or_high_as_it_may(world, ask, price):
    charger = world.chargers.get("HAPPY")
    world.chargers.put(replace(charger, pricing=replace(charger.pricing, price_per_kwh=price, start_fee=0)))
    token = world.seed_session(Status.CHARGING).token
    world.advance(seconds(3600))
    data = ask(world, "get", token).json["data"]
    assert (data["status"], data["amount_captured"]) == ("captured", 3 if price == 1 else 5000)
