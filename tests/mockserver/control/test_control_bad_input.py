"""What can't be done is refused with a sentence, and then nothing has changed."""

import json

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugproof_contracts import Status
from plugproof_contracts.secrets.token import fingerprint as fingerprint_of
from plugproof_mockserver import FakePlugchoice
from plugproof_mockserver.control.handlers import ROUTES
from plugproof_mockserver.model.events import Event

pytestmark = pytest.mark.anyio

LISTS = ("sessions", "chargers", "faults", "journal", "violations", "clock")


@pytest.fixture
def anyio_backend():
    return "asyncio"


def client_of(fake):
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(fake.asgi),
        base_url="http://localhost/_plugproof",
        headers={"X-Plugproof": "1"},
    )


def furnished(seed=7):
    """Return a fake with one of everything, and the token of its session."""
    fake = FakePlugchoice(seed=seed)
    session = fake.seed_session("charging", failure_reason=[1])
    fake.set_charger("MINE", name="Mine")
    fake.faults.add("stop", "500", first=3)
    return fake, session.token


async def picture(control):
    return [(await control.get(f"/{name}")).text for name in LISTS]


LONG = "x" * 5000

BAD = [
    # What is in the message: the field, its value, what is allowed.
    ("PUT", "/maintenance", {"seconds": -1}, 422, ["seconds", "-1", "whole number from 0"]),
    ("PUT", "/maintenance", {"seconds": "60"}, 422, ["seconds", "'60'", "whole number from 0"]),
    ("PUT", "/maintenance", {}, 422, ["seconds is missing", "whole number"]),
    ("PATCH", "/clock", {"mode": "sideways"}, 422, ["mode", "'sideways'", "real, frozen"]),
    ("PATCH", "/clock", {"mode": ["real"]}, 422, ["mode", "['real']", "real, frozen"]),
    ("PATCH", "/clock", {"now": "yesterday"}, 422, ["now", "'yesterday'", "ISO 8601"]),
    ("PATCH", "/clock", {"now": "2026-01-10T12:00:00"}, 422, ["now", "offset"]),
    ("PATCH", "/clock", {"now": "1970-12-31T23:59:59Z"}, 422, ["now", "1971"]),
    ("PATCH", "/clock", {"now": "9999-12-31T23:59:59.5Z"}, 422, ["now", "9999"]),
    ("PATCH", "/clock", {"now": "0001-01-01T00:00:00+23:59"}, 422, ["now", "1971"]),
    ("PATCH", "/clock", {"now": 1768046400}, 422, ["now", "1768046400", "ISO 8601"]),
    ("PATCH", "/clock", {"now": None}, 422, ["now", "None", "ISO 8601"]),
    ("PATCH", "/clock", {"speed": -1}, 422, ["speed", "-1", "from 0 to 1000000"]),
    ("PATCH", "/clock", {"speed": 1_000_001}, 422, ["speed", "1000001"]),
    ("PATCH", "/clock", {"speed": "fast"}, 422, ["speed", "'fast'"]),
    ("PATCH", "/clock", {"speed": True}, 422, ["speed", "True"]),
    ("PATCH", "/clock", {"mode": "frozen", "speed": 2}, 422, ["speed", "2", "frozen"]),
    ("PATCH", "/clock", {"mode": "real", "speed": 0}, 422, ["speed", "0", "real"]),
    ("PATCH", "/clock", {"now": "2030-01-01T00:00:00Z", "speed": -1}, 422, ["speed"]),
    ("PATCH", "/clock", {"speed": 5, "now": "x"}, 422, ["now"]),
    ("PATCH", "/clock", {"time": 1}, 422, ["'time'", "mode, now, speed"]),
    ("POST", "/clock/advance", {}, 422, ["seconds", "next"]),
    ("POST", "/clock/advance", {"seconds": 1, "to": "next"}, 422, ["seconds", "next"]),
    ("POST", "/clock/advance", {"seconds": -0.5}, 422, ["seconds", "-0.5", "from 0"]),
    ("POST", "/clock/advance", {"seconds": 252_000_000_000}, 422, ["9999"]),
    ("POST", "/clock/advance", {"seconds": 10**300}, 422, ["seconds"]),
    ("POST", "/clock/advance", {"seconds": None}, 422, ["seconds", "None"]),
    ("POST", "/clock/advance", {"to": "end"}, 422, ["to", "'end'", "next"]),
    ("POST", "/reset", {"what": 1}, 422, ["'what'", "none"]),
    ("DELETE", "/faults", {"operation": "stop"}, 422, ["'operation'", "none"]),
    ("POST", "/sessions", {"status": "gone"}, 422, ["status", "'gone'", *Status]),
    ("POST", "/sessions", {"status": None}, 422, ["status", "None"]),
    ("POST", "/sessions", {"code": "NONE"}, 422, ["code", "'NONE'", "HAPPY"]),
    ("POST", "/sessions", {"code": "ELEVENCHARS"}, 422, ["code", "'ELEVENCHARS'", "1 to 10"]),
    ("POST", "/sessions", {"code": 5}, 422, ["code", "5", "1 to 10"]),
    ("POST", "/sessions", {"colour": "red"}, 422, ["'colour'", "failure_reason"]),
    ("POST", "/sessions", {"\x00": 1}, 422, ["'\\x00'", "status"]),
    ("PATCH", "/sessions/{token}", {"code": "HAPPY"}, 422, ["'code'", "status"]),
    ("PATCH", "/sessions/{token}", {"status": "failed", "token": "x"}, 422, ["'token'"]),
    ("PATCH", "/sessions/unknown", {}, 404, ["token"]),
    ("PATCH", "/sessions/token~0000000000", {}, 404, ["fingerprint"]),
    ("GET", "/sessions/%00", None, 404, ["token"]),
    ("GET", "/sessions/" + LONG, None, 404, ["token"]),
    ("POST", "/sessions/unknown/events", {"event": "paid"}, 404, ["token"]),
    ("POST", "/sessions/{token}/events", {"event": "exploded"}, 422, ["event", "'exploded'", *Event]),
    ("POST", "/sessions/{token}/events", {"event": {}}, 422, ["event", "{}"]),
    ("POST", "/sessions/{token}/events", {}, 422, ["event is missing", *Event]),
    ("POST", "/sessions/{token}/events", {"event": "paid"}, 409, ["paid", "charging", "unplugged"]),
    ("GET", "/chargers/NONE", None, 404, ["'NONE'", "HAPPY"]),
    ("DELETE", "/chargers/NONE", None, 404, ["'NONE'", "HAPPY"]),
    ("PUT", "/chargers/ELEVENCHARS", {}, 422, ["'ELEVENCHARS'", "1 to 10"]),
    ("PUT", "/chargers/a-b", {}, 422, ["'a-b'", "1 to 10"]),
    ("PUT", "/chargers/%41", {}, 422, ["'%41'", "1 to 10"]),
    ("PUT", "/chargers/MINE", {"public_code": "X"}, 422, ["'public_code'", "pricing"]),
    ("PUT", "/chargers/MINE", {"name": ""}, 422, ["name", "''"]),
    ("PUT", "/chargers/MINE", {"name": 5}, 422, ["name", "5", "str"]),
    ("PUT", "/chargers/MINE", {"online": "yes"}, 422, ["online", "'yes'", "bool"]),
    ("PUT", "/chargers/MINE", {"connectors": []}, 422, ["connectors", "[]"]),
    ("PUT", "/chargers/MINE", {"connectors": {}}, 422, ["connectors", "{}"]),
    ("PUT", "/chargers/MINE", {"connectors": [{}]}, 422, ["connectors[0]", "connector_id"]),
    ("PUT", "/chargers/MINE", {"connectors": [{"connector_id": 0}]}, 422, ["connectors[0].connector_id", "0"]),
    ("PUT", "/chargers/MINE", {"connectors": [{"connector_id": 101}]}, 422, ["connector_id", "101", "100"]),
    ("PUT", "/chargers/MINE", {"connectors": [{"connector_id": 1}] * 2}, 422, ["connector_ids", "[1, 1]"]),
    (
        "PUT",
        "/chargers/MINE",
        {"connectors": [{"connector_id": 1, "status": "Broken"}]},
        422,
        ["connectors[0].status", "'Broken'", "Available"],
    ),
    ("PUT", "/chargers/MINE", {"connectors": [{"connector_id": 1, "x": 1}]}, 422, ["connectors[0]", "`x`"]),
    ("PUT", "/chargers/MINE", {"pricing": None}, 422, ["pricing", "None"]),
    ("PUT", "/chargers/MINE", {"pricing": {"price_per_kwh": 0}}, 422, ["pricing.price_per_kwh", "0", ">= 1"]),
    ("PUT", "/chargers/MINE", {"pricing": {"start_fee": 1.5}}, 422, ["pricing.start_fee", "1.5", "int"]),
    ("PUT", "/chargers/MINE", {"pricing": {"currency": "eur"}}, 422, ["pricing.currency", "'eur'"]),
    ("PUT", "/chargers/MINE", {"pricing": {"currency": "EUR\n"}}, 422, ["pricing.currency"]),
    ("PUT", "/chargers/MINE", {"pricing": {"vat": 1}}, 422, ["pricing", "`vat`"]),
    ("PUT", "/chargers/MINE", {"preauth_amount": -1}, 422, ["preauth_amount", "-1", ">= 0"]),
    ("PUT", "/chargers/MINE", {"preauth_amount": 10**400}, 422, ["preauth_amount", "1000000000000"]),
    ("PUT", "/chargers/MINE", {"scenario": "PARTY"}, 422, ["scenario", "'PARTY'", "HAPPY"]),
    ("PUT", "/chargers/NEW", {"scenario": ["HAPPY"]}, 422, ["scenario", "['HAPPY']"]),
    ("POST", "/faults", {}, 422, ["operation is missing", "confirm"]),
    ("POST", "/faults", {"operation": "stop"}, 422, ["kind is missing", "reset"]),
    ("POST", "/faults", {"operation": "dance", "kind": "reset"}, 422, ["operation", "'dance'", "confirm"]),
    ("POST", "/faults", {"operation": "stop", "kind": "fire"}, 422, ["kind", "'fire'", "latency"]),
    ("POST", "/faults", {"operation": "stop", "kind": []}, 422, ["kind", "[]"]),
    ("POST", "/faults", {"operation": "stop", "kind": "500", "when": "now"}, 422, ["when", "'now'", "before"]),
    ("POST", "/faults", {"operation": "stop", "kind": "500", "rate": 1.1}, 422, ["rate", "1.1", "0 to 1"]),
    ("POST", "/faults", {"operation": "stop", "kind": "500", "first": 0}, 422, ["first", "0", "from 1"]),
    ("POST", "/faults", {"operation": "stop", "kind": "500", "milliseconds": 5}, 422, ["milliseconds", "5"]),
    ("POST", "/faults", {"operation": "stop", "kind": "latency"}, 422, ["milliseconds", "600000"]),
    (
        "POST",
        "/faults",
        {"operation": "stop", "kind": "500", "applied_count": 5},
        422,
        ["'applied_count'", "first"],
    ),
    # Queries.
    ("GET", "/sessions?limit=0", None, 422, ["limit", "0", "1 to 1000"]),
    ("GET", "/sessions?limit=1001", None, 422, ["limit", "1001", "1 to 1000"]),
    ("GET", "/sessions?limit=all", None, 422, ["limit", "'all'"]),
    ("GET", "/sessions?limit=", None, 422, ["limit", "''"]),
    ("GET", "/sessions?offset=-1", None, 422, ["offset", "'-1'", "from 0"]),
    ("GET", "/sessions?offset=1&page=2", None, 422, ["'page'", "limit, offset"]),
    ("GET", "/sessions?limit=%D9%A1", None, 422, ["limit", "1 to 1000"]),
    ("GET", "/sessions?" + "&".join(["limit=1"] * 101), None, 422, ["fields"]),
    # Paths and methods.
    ("GET", "/nowhere", None, 404, ["openapi.json"]),
    ("GET", "/nowhere/", None, 404, ["openapi.json"]),
    ("GET", "/health/", None, 404, ["openapi.json"]),
    ("GET", "/%68ealth", None, 404, ["openapi.json"]),
    ("GET", "/../../etc/passwd", None, 404, []),
    ("GET", "/sessions/a/b", None, 404, ["openapi.json"]),
    ("POST", "/health", {}, 405, ["POST", "GET, HEAD"]),
    ("PUT", "/sessions", {}, 405, ["PUT", "GET, HEAD, POST"]),
    ("DELETE", "/sessions/{token}", {}, 405, ["GET, HEAD, PATCH"]),
    ("OPTIONS", "/sessions", None, 405, ["OPTIONS"]),
    ("TRACE", "/clock", {}, 405, ["TRACE"]),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "words"), BAD)
async def test_bad_input_is_named_and_changes_nothing(method, path, body, status, words):
    fake, token = furnished()
    async with client_of(fake) as control:
        before = await picture(control)
        answer = await control.request(method, path.replace("{token}", token), json=body)
        assert answer.status_code == status
        if path != "/../../etc/passwd":  # which the client shortens, so that the request leaves the plane
            assert [word for word in words if word not in answer.json()["message"]] == []
        assert len(answer.content) < 1500
        assert token not in answer.text
        assert await picture(control) == before


RAW = [
    (b"{", 400),
    (b"[]", 400),
    (b"null", 400),
    (b'"x"', 400),
    (b"\xff\xfe", 400),
    (b'{"seconds": "\xff"}', 400),
    (b"\xef\xbb\xbf{}", 400),
    (b'{"seconds": NaN}', 400),
    (b'{"seconds": Infinity}', 400),
    (b'{"seconds": 1e400}', 400),
    (b'{"seconds": -1e400}', 400),
    (b'{"seconds": ' + b"9" * 5000 + b"}", 400),
    (b'{"seconds": ' + b"9" * 4000 + b"}", 422),
    (b'{"seconds": 1e308}', 422),
    (b'{"to": "\\ud800"}', 400),
    (b'{"to": ' + b"[" * 20000 + b"]" * 20000 + b"}", 400),
    (b'{"to": ' + b"[" * 500 + b"]" * 500 + b"}", 400),
    (b'{"to": ' + b"[" * 32 + b"]" * 32 + b"}", 400),
    (b'{"to": "' + b"x" * 60_000 + b'"}', 422),
    (b'{"to": "' + b"x" * 65_536 + b'"}', 413),
    (b" " * 65_537, 413),
    (b"seconds=5", 400),
]


@pytest.mark.parametrize(("body", "status"), RAW, ids=[f"{status} {body[:24]!r}" for body, status in RAW])
async def test_a_body_that_can_not_be_read_is_refused(body, status):
    fake, _ = furnished()
    async with client_of(fake) as control:
        before = await picture(control)
        answer = await control.post("/clock/advance", content=body)
        assert answer.status_code == status
        assert answer.json()["message"]
        assert len(answer.content) < 500
        assert await picture(control) == before


async def test_a_body_may_nest_as_deep_as_can_be_shown_again():
    fake, token = furnished()
    value = json.loads("[" * 31 + "]" * 31)
    async with client_of(fake) as control:
        answer = await control.patch(f"/sessions/{token}", json={"failure_reason": value})
        assert answer.json()["data"]["failure_reason"] == value
        answer = await control.patch(f"/sessions/{token}", json={"failure_reason": [value]})
        assert (answer.status_code, "32 levels" in answer.json()["message"]) == (400, True)


async def test_a_body_without_end_is_not_read_to_its_end():
    fake, _ = furnished()
    sent = []

    async def endless():
        while len(sent) < 1000:
            sent.append(1)
            yield b" " * 16_384

    messages = endless()

    async def receive():
        return {"type": "http.request", "body": await anext(messages), "more_body": True}

    assert (await posted(fake.asgi, "/_plugproof/reset", receive))[0] == 413
    assert len(sent) == 5
    assert len(fake.sessions) == 1


@pytest.mark.parametrize(
    "name", ["", ".", "..", "-a", "_a", "a b", "a%20b", "%2e%2e", "é", "a" * 65, "a:b", "a~b"]
)
@pytest.mark.parametrize("plane", ["_plugproof/reset", "api/v3/public-charging/sessions"])
async def test_no_world_has_an_illegal_name(name, plane):
    fake, _ = furnished()
    status, body = await posted(fake.asgi, f"/worlds/{name}/{plane}")
    assert (status, len(fake.asgi.worlds)) == (400, 1)
    assert "1 to 64 letters, digits, dots, dashes and underscores" in json.loads(body)["message"]


async def posted(app, path, receive=None):
    """Post to a path as it is; an HTTP client would tidy it up."""
    answered = []

    async def nothing():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        answered.append(message)

    headers = [(b"host", b"localhost"), (b"x-plugproof", b"1")]
    raw = path.encode()
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": raw,
        "query_string": b"",
        "headers": headers,
    }
    await app(scope, receive or nothing, send)
    return answered[0]["status"], answered[1]["body"]


async def test_a_next_event_beyond_the_calendar_is_refused():
    fake, _ = furnished()
    async with client_of(fake) as control:
        await control.post("/reset")
        await control.patch("/clock", json={"now": "9999-12-31T23:59:59Z"})
        seeded = await control.post("/sessions", json={"status": "authorized"})
        assert seeded.json()["next"]["at"] == "9999-12-31T23:59:59.000000Z"
        before = await picture(control)
        answer = await control.post("/clock/advance", json={"to": "next"})
        assert (answer.status_code, "9999" in answer.json()["message"]) == (422, True)
        assert await picture(control) == before


async def test_a_seed_that_was_refused_costs_no_token():
    tokens = []
    for refused in ([], [{"code": "NONE"}, {"colour": 1}, {"status": "gone"}]):
        fake, _ = furnished()
        async with client_of(fake) as control:
            assert [(await control.post("/sessions", json=body)).status_code for body in refused] in (
                [],
                [422] * 3,
            )
            tokens.append((await control.post("/sessions", json={})).json()["token"])
    assert tokens[0] == tokens[1]


# Whatever JSON is thrown at whatever route.

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**40), 10**40)
    | st.floats()
    | st.text(max_size=12)
    | st.datetimes().map(lambda moment: f"{moment.isoformat()}Z")
    | st.sampled_from(["1.000", "-3.5", "1e300", "9" * 300 + ".000", "nan"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def bodies(row):
    """Return JSON for a row: mostly with fields that it has, and often with values that it takes."""
    if not row.form:
        return st.just({}) | anything
    likely = {
        name: st.sampled_from(field.choices) | anything if field.choices else anything
        for name, field in row.form.items()
    }
    return st.fixed_dictionaries({}, optional=likely) | anything


ARGUMENTS = st.sampled_from(
    ["{token}", "{fingerprint}", "nobody", "HAPPY", "MINE", "NOENERGY", "%00", "~", "new1"]
)
REQUESTS = st.sampled_from(ROUTES).flatmap(lambda row: st.tuples(st.just(row), ARGUMENTS, bodies(row)))


@pytest.mark.breaches
@settings(max_examples=250, deadline=None)
@given(asked=st.lists(REQUESTS, min_size=1, max_size=8))
async def test_no_json_breaks_control_and_refusals_change_nothing(asked):
    """No JSON breaks the control plane, and a refusal changes nothing."""
    fake, token = furnished()
    fingerprint = fingerprint_of(fake.sessions[0].token)
    async with client_of(fake) as control:
        before = await picture(control)
        for row, argument, body in asked:
            filled = argument.replace("{token}", token).replace("{fingerprint}", fingerprint)
            path = row.path.replace("{token}", filled).replace("{code}", filled)
            answer = await control.request(row.method, path, content=json.dumps(body).encode())
            assert answer.status_code < 500
            after = await picture(control)
            if answer.status_code >= 400 and fake.world.clock.speed == 0:
                assert answer.json()["message"]
                assert after == before
            before = after
        await assert_the_api_answers(control, token)


async def assert_the_api_answers(control, token):
    await control.delete("/faults")
    for path in (f"sessions/{token}", "chargers/HAPPY", "chargers/MINE"):
        answer = await control.get(f"http://localhost/api/v3/public-charging/{path}")
        assert answer.status_code in (200, 404)


async def test_a_request_that_ends_in_its_body_changes_nothing():
    fake, token = furnished()
    half = [
        {"type": "http.request", "body": b'{"event": "unplugged"}', "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent = []

    async def receive():
        return half.pop(0)

    async def send(message):
        sent.append(message)

    path = f"/_plugproof/sessions/{token}/events"
    headers = [(b"host", b"localhost"), (b"x-plugproof", b"1")]
    scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "headers": headers}
    await fake.asgi(scope | {"query_string": b"", "client": None}, receive, send)
    assert sent[0]["status"] == 400
    assert fake.sessions[0].status == "charging"
