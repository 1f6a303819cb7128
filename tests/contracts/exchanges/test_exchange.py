"""An exchange says what it is about, and nothing secret."""

import copy
from datetime import datetime

import pytest

from plugproof_contracts import Exchange
from plugproof_contracts.exchanges.headers import Headers
from plugproof_contracts.exchanges.route import redacted
from plugproof_contracts.facts.operations import OPERATIONS

CANARY = "c4n4ry-5e5510n-t0k3n"
BASE = "https://app.plugchoice.com/api"


def asked(method, url, **rest):
    return Exchange(method, url, 200, {}, b"{}", **rest)


@pytest.mark.parametrize(
    "base", [BASE, "http://127.0.0.1:8000/worlds/a/api", "http://[::1]", "", "https://u:p@h:1/x"]
)
@pytest.mark.parametrize("row", OPERATIONS.values(), ids=OPERATIONS)
def test_every_operation_is_known_below_any_base(base, row):
    exchange = asked(row.method.lower(), base + row.template.format(token=CANARY, code="HAPPY") + "?a=1#b")
    assert exchange.operation is row
    assert exchange.is_api
    assert exchange.base == base
    assert (exchange.token is not None) == ("{token}" in row.path)
    assert exchange.token is None or exchange.token.reveal() == CANARY


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v3/public-charging/sessions"),
        ("PUT", "/v3/public-charging/sessions/x"),
        ("POST", "/v3/public-charging/sessions/x/refund"),
        ("POST", "/v3/public-charging/sessions//confirm"),
        ("POST", "/v3/public-charging/sessions/x/y/confirm"),
        ("POST", "/v3/public-charging/sessions/x/confirm/"),
        ("GET", "/v3/public-charging"),
    ],
)
def test_another_path_or_method_is_no_operation(method, path):
    exchange = asked(method, BASE + path)
    assert exchange.is_api
    assert exchange.operation is None


@pytest.mark.parametrize(
    "url", ["https://h/", "https://api.stripe.com/v1/x", "http://[", "", "/v3/public-chargings/x"]
)
def test_another_address_is_not_the_api(url):
    assert not asked("GET", url).is_api
    assert asked("GET", url).token is None


def test_tokens_are_compared_as_they_were_sent():
    plain, encoded = (asked("GET", f"{BASE}/v3/public-charging/sessions/{token}") for token in ("ab", "a%62"))
    assert plain.token != encoded.token


@pytest.mark.parametrize(
    "url",
    [
        f"{BASE}/v3/public-charging/sessions/{CANARY}",
        f"{BASE}/v3/public-charging/sessions/{CANARY}/confirm?token={CANARY}#{CANARY}",
        f"{BASE}/v3/public-charging/sessions//{CANARY}/confirm",
        f"{BASE}/v3/public-charging/sessions/x/{CANARY}",
        f"https://{CANARY}:{CANARY}@h/v3/public-charging/sessions/{CANARY}/stop",
        f"https://other.example/%73essions/{CANARY}",
        f"https://other.example/SESSIONS;v=1/{CANARY}",
        f"/sessions/{CANARY}",
    ],
)
def test_no_readable_form_of_an_exchange_shows_a_secret(url):
    secrets = {"authorization": f"Bearer {CANARY}", "cookie": CANARY, "set-cookie": CANARY, "location": url}
    exchange = Exchange("GET", url, 200, secrets, CANARY.encode(), request_headers=secrets)
    assert CANARY in exchange.url
    for text in (repr(exchange), str(exchange), f"{exchange}", exchange.redacted_url, repr(exchange.headers)):
        assert CANARY not in text


def test_a_redacted_url_still_says_which_operation_and_charger():
    url = f"{BASE}/v3/public-charging/sessions/{CANARY}/receipt-email"
    assert asked("POST", url).redacted_url.startswith(f"{BASE}/v3/public-charging/sessions/token~")
    assert asked("POST", url).redacted_url.endswith("/receipt-email")
    charger = f"{BASE}/v3/public-charging/chargers/HAPPY"
    assert asked("GET", charger).redacted_url == charger


def test_an_exchange_is_a_frozen_value():
    exchange = asked("GET", BASE)
    assert exchange == copy.copy(exchange) == exchange.replace()
    assert hash(exchange) == hash(exchange.replace())
    assert exchange != exchange.replace(status=201)
    assert exchange.replace(status=201).status == 201
    with pytest.raises(AttributeError, match="frozen"):
        exchange.status = 404
    with pytest.raises(AttributeError, match="frozen"):
        del exchange.status


def test_a_body_is_bytes_or_was_not_recorded():
    with pytest.raises(TypeError, match=r"body of Exchange can't be '{}'; it must be bytes or None"):
        Exchange("GET", BASE, 200, {}, "{}")


def test_a_status_is_a_number():
    with pytest.raises(TypeError, match="status of Exchange can't be '200'; it must be an integer"):
        Exchange("GET", BASE, "200", {}, b"{}")


def test_a_time_has_an_offset():
    with pytest.raises(ValueError, match=r"at is 2026-01-10T12:00:00, without an offset"):
        asked("GET", BASE, at=datetime(2026, 1, 10, 12))  # noqa: DTZ001 - the naive one is the point


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Ratelimit-Limit": "10", "via": "a, b"},
        [("x-ratelimit-limit", "10"), ("Via", "a"), ("VIA", "b")],
        [(b"X-RateLimit-Limit", b"10"), (b"Via", b"a"), (b"Via", b"b")],
        Headers({"x-RATELIMIT-limit": "10", "Via": "a, b"}),
    ],
)
def test_headers_are_found_in_any_case_and_number(headers):
    found = asked("GET", BASE).replace(headers=headers).headers
    assert found.get("X-RateLimit-Limit") == "10"
    assert found.get("via") == "a, b"
    assert ", ".join(found.all("VIA")) == "a, b"
    assert "VIA" in found
    assert "age" not in found
    assert found.get("age") is None
    assert len(found) == len(list(found))
    assert Headers(found) == found
    assert hash(Headers(found)) == hash(found)


@pytest.mark.parametrize(
    "base", ["https://app.plugchoice.com/api", "http://[::1]:8000/v3/api", "https://h/sessions/x", "http://u:p@h"]
)
@pytest.mark.parametrize("token", ["example-token-1", "a%2Fb", "~", "x" * 99])
@pytest.mark.parametrize("end", ["", "?a=b", "#c", "/", "/confirm", "/receipt-email"])
def test_the_short_way_redacts_as_the_long_one(base, token, end):
    """An ordinary URL is redacted without a look at each part, with the same outcome."""
    method = "POST" if end.startswith(("/c", "/r")) else "GET"
    exchange = asked(method, f"{base}/v3/public-charging/sessions/{token}{end}")
    assert exchange.redacted_url == redacted(exchange.url)
