"""The document that the fake serves of itself."""

import asyncio

import httpx2
import pytest

from plugproof_contracts.facts.openapi_document import document
from plugproof_mockserver import FakePlugchoice


def ask(fake, url, method="GET", times=1):
    """Ask the front door and return the last answer."""

    async def asking():
        transport = httpx2.ASGITransport(fake.asgi)
        async with httpx2.AsyncClient(transport=transport) as client:
            return [await client.request(method, url) for _ in range(times)][-1]

    return asyncio.run(asking())


@pytest.mark.parametrize(
    "base",
    [
        "http://localhost:8000/api",
        "https://localhost/api",
        "http://127.0.0.1:1/worlds/a.b/api",
        "http://localhost/worlds/default/api",
    ],
)
def test_the_document_names_the_world_that_serves_it(base):
    """Whoever reads it sends its requests to where it was read, and nothing else differs."""
    told = ask(FakePlugchoice(), f"{base}/openapi.json?x=1")
    assert told.status_code == 200
    assert told.json() == document() | {"servers": [{"url": base}]}


def test_a_page_of_another_origin_may_read_the_document():
    """Swagger UI runs elsewhere."""
    told = ask(FakePlugchoice(), "http://localhost/api/openapi.json")
    assert told.headers["content-type"] == "application/json"
    assert told.headers["access-control-allow-origin"] == "*"


def test_reading_the_document_is_no_call_of_the_api():
    """It is never limited, never faulted and not in the journal."""
    fake = FakePlugchoice()
    fake.faults.add("*", "500")
    assert ask(fake, "http://localhost/api/openapi.json", times=40).status_code == 200
    assert list(fake.journal) == []


def test_a_head_of_the_document_has_its_length_and_no_body():
    """HEAD is answered wherever GET is."""
    fake, url = FakePlugchoice(), "http://localhost/api/openapi.json"
    head = ask(fake, url, "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == ask(fake, url).headers["content-length"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_the_document_cannot_be_changed(method):
    """To the API it is an unknown path."""
    assert ask(FakePlugchoice(), "http://localhost/api/openapi.json", method).status_code == 404


def test_a_foreign_host_gets_no_document():
    """The allow-list stands before it."""
    assert ask(FakePlugchoice(), "http://plugchoice.example/api/openapi.json").status_code == 421
