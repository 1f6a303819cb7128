"""A response of any client is the exchange that was on the wire."""

import gzip
import json
import subprocess
import sys
from io import BytesIO

import httpx
import httpx2
import pytest
import requests
from requests.adapters import HTTPAdapter
from starlette.responses import JSONResponse, Response, StreamingResponse
from urllib3 import HTTPResponse

from plugproof_contracts import assert_conforms
from plugproof_contracts.adapters import exchange_of
from plugproof_contracts.rules.examples import TOKEN, success

SENT = b'{"email":"d@example.org"}'
ANSWER = success("receipt-email", "charging", driver_email="d@example.org")
BROKEN = success("receipt-email", "charging", driver_email="d@example.org", cost_amount=9999)
HEADERS = {"accept": "application/json", "content-type": "application/json"}


class Wire(HTTPAdapter):
    """What requests sends goes nowhere, and this answer comes back."""

    def __init__(self, answer, headers, body):
        super().__init__()
        self.answer, self.sent_headers, self.sent_body = answer, headers, body

    def send(self, request, *_, **__):
        answered = HTTPResponse(
            BytesIO(self.sent_body), self.sent_headers, self.answer.status, preload_content=False
        )
        return self.build_response(request, answered)


def wire(answer, *, compressed=False):
    headers, body = list(answer.headers), answer.body
    return ([*headers, ("content-encoding", "gzip")], gzip.compress(body)) if compressed else (headers, body)


def by_httpx(library, answer, **how):
    headers, body = wire(answer, **how)
    transport = library.MockTransport(lambda _: library.Response(answer.status, headers=headers, content=body))
    with library.Client(transport=transport) as client:
        return client.request(answer.method, answer.url, headers=HEADERS, content=SENT)


def by_requests(answer, **how):
    headers, body = wire(answer, **how)
    with requests.Session() as session:
        session.mount("https://", Wire(answer, dict(headers), body))
        return session.request(answer.method, answer.url, headers=HEADERS, data=SENT)


CLIENTS = {
    "httpx": lambda *a, **k: by_httpx(httpx, *a, **k),
    "httpx2": lambda *a, **k: by_httpx(httpx2, *a, **k),
    "requests": by_requests,
}


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("client", CLIENTS)
def test_a_response_is_the_exchange_that_was_on_the_wire(client, compressed):
    found = exchange_of(CLIENTS[client](ANSWER, compressed=compressed))
    assert (found.method, found.url, found.status) == (ANSWER.method, ANSWER.url, ANSWER.status)
    assert found.body == ANSWER.body
    assert found.request_body == SENT
    assert found.request_headers.get("accept") == "application/json"
    for name, value in ANSWER.headers:
        assert found.headers.get(name) == value


@pytest.mark.parametrize("client", CLIENTS)
def test_a_response_passes_or_says_why_it_does_not_conform(client):
    """A response that conforms passes, and one that does not says why."""
    assert_conforms(CLIENTS[client](ANSWER))
    with pytest.raises(AssertionError, match=r"money\.cost-within-hold") as told:
        assert_conforms(CLIENTS[client](BROKEN))
    assert TOKEN not in str(told.value)


def test_several_headers_of_one_name_all_arrive():
    headers = [("x-ratelimit-limit", "10"), ("x-ratelimit-limit", "11")]
    for library in (httpx, httpx2):
        request = library.Request("GET", ANSWER.url)
        response = library.Response(200, headers=headers, content=b"", request=request)
        assert exchange_of(response).headers.all("x-ratelimit-limit") == ("10", "11")


class OwnResponse(httpx.Response):
    """A user's class."""


def test_a_class_derived_from_a_response_is_a_response():
    assert exchange_of(OwnResponse(204, request=httpx.Request("GET", "https://h/"))).status == 204


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_a_response_without_its_request_or_body_is_refused(library):
    """A response that lacks its request or its body is refused."""
    with pytest.raises(ValueError, match="knows no request"):
        exchange_of(library.Response(200))
    request = library.Request("GET", ANSWER.url)
    with pytest.raises(ValueError, match=r"call response\.read"):
        exchange_of(library.Response(200, request=request, stream=library.ByteStream(b"x")))


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_a_request_that_was_streamed_is_read_without_its_body(library):
    request = library.Request("POST", ANSWER.url, content=iter([b"x"]))
    assert exchange_of(library.Response(200, content=b"{}", request=request)).request_body == b""


def test_a_requests_response_without_request_or_body_is_refused():
    """A response of the library requests that lacks its request or its body is refused."""
    response = requests.Response()
    with pytest.raises(ValueError, match="knows no request"):
        exchange_of(response)
    response.request = requests.Request("GET", ANSWER.url).prepare()
    response._content_consumed = True  # what iterating over a stream leaves
    with pytest.raises(ValueError, match="used up"):
        exchange_of(response)


def test_a_starlette_response_is_told_what_it_answers():
    headers = {name: value for name, value in ANSWER.headers if name not in ("content-type", "content-length")}
    response = JSONResponse(json.loads(ANSWER.body or b""), headers=headers)
    found = exchange_of(response, operation="receipt-email")
    assert found.operation is ANSWER.operation
    assert json.loads(found.body or b"") == json.loads(ANSWER.body or b"")
    assert_conforms(response, operation="receipt-email")
    with pytest.raises(AssertionError, match=r"headers\.content-type"):
        assert_conforms(Response("{}", media_type="text/html"), operation="confirm")


@pytest.mark.parametrize("operation", [None, "refund"])
def test_an_unknown_operation_is_refused_with_the_known_ones(operation):
    """An unknown operation is refused with a list of the known ones."""
    with pytest.raises(ValueError, match=r"allowed are confirm, start"):
        exchange_of(Response(), operation=operation)


def test_a_starlette_response_that_streams_is_refused():
    with pytest.raises(ValueError, match="streams its body"):
        exchange_of(StreamingResponse(iter(())), operation="confirm")


@pytest.mark.parametrize("value", [None, {}, object(), httpx.Request("GET", "https://h/"), 200])
def test_what_is_no_response_is_refused_with_what_is_allowed(value):
    with pytest.raises(TypeError, match="is not a response; allowed is an Exchange, or a response of httpx"):
        exchange_of(value)


def test_no_client_is_imported():
    code = "import sys, plugproof_contracts.adapters.recording, plugproof_contracts.adapters; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.split()
    assert not {"httpx", "httpx2", "requests", "starlette", "yaml"} & set(loaded)
