"""A recording that may be shown holds no token and no address, and says when, how long and how much."""

import json
import re
from urllib.parse import quote, urlencode

import pytest

from plugproof_contracts.adapters.har_writing import to_har
from plugproof_contracts.rules.examples import TOKEN, failure, success

MISSPELT = [
    "/v3/public-charging/session/{}/confirm",
    "/v3/public-charging/{}",
    "/v3/sesions/{}",
    "/v2/tokens/{}/stop",
]


@pytest.mark.parametrize(
    "path", [*MISSPELT, "/v3/public-charging/sessions%2F{}%2Fconfirm", "/v3/x?token={}", "/{}"]
)
def test_a_token_in_a_misspelt_path_is_shown_nowhere(path):
    url = "https://x/api" + path.format(TOKEN)
    lost = failure(404).replace(
        url=url, body=f'{{"message": "The route {path.format(TOKEN)} is unknown."}}'.encode()
    )
    assert TOKEN not in str(lost)
    assert TOKEN.encode() not in to_har([lost])


@pytest.mark.parametrize(
    "email", ["somebody@example.org", "first.last+tag@ex-ample.co.uk", "\u00fcser@ex\u00e4mple.org"]
)
@pytest.mark.parametrize(
    "sent",
    [
        lambda email: ("application/json", json.dumps({"email": email}).encode()),
        lambda email: ("application/json", json.dumps({"email": email}, ensure_ascii=False).encode()),
        lambda email: ("application/x-www-form-urlencoded", urlencode({"email": email}).encode()),
        lambda email: ("multipart/form-data; boundary=x", f'--x\r\nname="email"\r\n\r\n{email}\r\n--x--'.encode()),
    ],
)
def test_an_email_is_in_no_recording_and_equal_where_it_was(email, sent):
    kind, body = sent(email)
    asked = success("receipt-email", driver_email=email.upper())
    asked = asked.replace(request_headers=[("Content-Type", kind)], request_body=body)
    har = to_har([asked]).decode()
    hidden = set(re.findall(r"token~\w+@example\.invalid", har))
    assert (len(hidden), har.count("@")) == (1, 2)
    assert email.partition("@")[0].upper() not in har.upper()
    assert quote(email).upper() not in har.upper()


def test_a_recording_has_times_and_sizes():
    exchanges = [success(sends={"a": 1}), failure(404)]
    entries = json.loads(to_har(exchanges, [0.25, 1.5]))["log"]["entries"]
    assert [entry["time"] for entry in entries] == [250, 1500]
    for entry, exchange in zip(entries, exchanges, strict=True):
        assert sum(entry["timings"].values()) == entry["time"]
        assert entry["request"]["bodySize"] == len(exchange.request_body)
        assert entry["response"]["bodySize"] == len(exchange.body)
        assert entry["response"]["content"]["size"] == len(entry["response"]["content"]["text"].encode())
