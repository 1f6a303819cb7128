"""HTTP/1.1 within bounds: upgrades that are ignored, heads that are too large, requests that do not come."""

import asyncio
import re

import pytest
import uvicorn

from plugproof_mockserver import FakePlugchoice
from plugproof_mockserver.faces.http_protocol import MOST_HEAD, BoundedProtocol, SharedState

SHORT = 0.01
HOST = b"Host: localhost\r\n"
CHARGER = b"GET /api/v3/public-charging/chargers/HAPPY HTTP/1.1\r\n" + HOST
START = b"POST /api/v3/public-charging/sessions HTTP/1.1\r\n" + HOST
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
BODY = b"code=HAPPY&connector_id=1"
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
CHUNKED = b"Transfer-Encoding: chunked\r\n"
CHUNKS = b"5\r\n" + BODY[:5] + b"\r\n%x\r\n" % (len(BODY) - 5) + BODY[5:] + b"\r\n0\r\nX-Trailer: 1\r\n\r\n"
H2C = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"

JAVA = START + FORM + LENGTH + H2C + b"\r\n" + BODY
WITHOUT_BODY = CHARGER + H2C + b"\r\n"
UPGRADES = {
    "h2c": JAVA,
    "h2c first": b"POST /api/v3/public-charging/sessions HTTP/1.1\r\n"
    + H2C
    + HOST
    + FORM
    + LENGTH
    + b"\r\n"
    + BODY,
    "chunked": START + FORM + CHUNKED + H2C + b"\r\n" + CHUNKS,
    "websocket": START + FORM + LENGTH + b"connection: upgrade\r\nupgrade: websocket\r\n\r\n" + BODY,
    "two": START + FORM + LENGTH + b"Connection: upgrade\r\nUpgrade: TLS/1.0\r\nUpgrade: h2c\r\n\r\n" + BODY,
    "an empty header": START + b"X-Empty:\r\n" + FORM + LENGTH + H2C + b"\r\n" + BODY,
    "one that waits": START + FORM + LENGTH + b"Expect: 100-continue\r\n" + H2C + b"\r\n" + BODY,
}


class Line(asyncio.Transport):
    """A transport that keeps what is written to it."""

    def __init__(self):
        super().__init__()
        self.written, self.closing = b"", False

    def write(self, data):
        self.written += data

    def write_eof(self):
        self.closing = True

    def can_write_eof(self):
        return True

    def close(self):
        self.closing = True

    def is_closing(self):
        return self.closing

    def pause_reading(self):
        pass

    def resume_reading(self):
        pass


def heard(*packets, until_closed=False):
    """Return what a fresh fake answers on one connection to packets that come just so."""

    async def talk():
        config = uvicorn.Config(
            FakePlugchoice(rate_limit="off").asgi, log_level="error", lifespan="off", ws="none"
        )
        line, protocol = (
            Line(),
            BoundedProtocol(config, SharedState(), {}, receive_seconds=SHORT if until_closed else 60),
        )
        protocol.connection_made(line)
        for packet in packets:
            protocol.data_received(packet)
            for _ in range(5):
                await asyncio.sleep(0)
        while until_closed and not line.closing:
            await asyncio.sleep(SHORT)
        protocol.connection_lost(None)
        return line.written

    return asyncio.run(talk())


def statuses(answers):
    return [int(found[1]) for found in re.finditer(rb"HTTP/1\.1 ([2-5]\d\d) ", answers)]


@pytest.mark.parametrize("request_of", UPGRADES)
def test_a_request_that_offers_an_upgrade_keeps_its_body(request_of):
    """Java's client offers h2c with every request, and sends the body with it."""
    assert statuses(heard(UPGRADES[request_of])) == [201]


@pytest.mark.parametrize("request_of", UPGRADES)
def test_it_does_so_wherever_its_packets_end(request_of):
    whole = UPGRADES[request_of]
    for at in range(1, len(whole), 7):
        assert statuses(heard(whole[:at], whole[at:])) == [201], at
    assert statuses(heard(*(whole[at : at + 1] for at in range(len(whole))))) == [201]


def test_requests_that_offer_one_follow_each_other():
    mixed = (JAVA, WITHOUT_BODY, CHARGER + b"\r\n", UPGRADES["chunked"], WITHOUT_BODY)
    expected = [201, 200, 200, 201, 200]
    assert statuses(heard(*mixed)) == expected
    assert statuses(heard(b"".join(mixed))) == expected


def test_a_trailer_is_no_header():
    """A trailer that was taken for a header would say what the body is after it was read."""
    late = START + CHUNKED + b"\r\n" + CHUNKS.replace(b"X-Trailer: 1", FORM.strip())
    assert statuses(heard(late)) == [422]


@pytest.mark.parametrize("target", [b"localhost:80", b"/api/v3", b"*"])
def test_a_tunnel_is_refused(target):
    assert statuses(heard(b"CONNECT " + target + b" HTTP/1.1\r\n" + HOST + b"\r\n")) == [400]


# Size.


def padded(size):
    """Return a request whose head has this size, as it is counted."""
    target, rest = b"/api/v3/public-charging/chargers/HAPPY", len(b"hostlocalhostx")
    return CHARGER + b"X: " + b"a" * (size - len(target) - rest) + b"\r\n\r\n"


@pytest.mark.parametrize(("size", "status"), [(MOST_HEAD, 200), (MOST_HEAD + 1, 431), (MOST_HEAD * 2, 431)])
def test_a_head_has_at_most_64_kilobytes(size, status):
    whole = padded(size)
    halves = (whole[: size // 2], whole[size // 2 :])
    for packets in ((whole,), halves, (CHARGER + b"\r\n", *halves)):
        assert statuses(heard(*packets))[-1] == status


@pytest.mark.parametrize(
    "start",
    [
        CHARGER + b"X: ",
        CHARGER,
        b"GET /",
        b"",
        START + CHUNKED + b"\r\n1\r\nx\r\n0\r\nX: ",
        START + CHUNKED + b"\r\n1;",
        CHARGER + H2C + b"X: ",
    ],
    ids=["header", "headers", "target", "blank lines", "trailer", "chunk extension", "upgrade"],
)
def test_whatever_has_no_end_is_cut_off(start):
    """A header of 64 MB kept everybody waiting for seconds."""
    filling = {CHARGER: b"a: b\r\n", b"": b"\r\n"}.get(start, b"a")
    packets = [filling * (30_000 // len(filling))] * 5
    answered = heard(start, *packets)
    assert statuses(answered) == [431]
    assert b"connection: close" in answered


def test_an_answer_that_is_due_is_not_disturbed():
    assert statuses(heard(CHARGER + b"\r\n" + CHARGER + b"\r\n" + padded(MOST_HEAD + 9))) == [200, 200]


def test_one_request_in_a_long_stream_of_bodies_is_no_head():
    long = START + b"Content-Length: 300000\r\n\r\n"
    assert statuses(heard(long, *[b"x" * 60_000] * 5, CHARGER + b"\r\n")) == [413, 200]


# Time. Nobody waits for anything but a deadline of a hundredth of a second.

CONFIRM = b"POST /api/v3/public-charging/sessions/x/confirm HTTP/1.1\r\n" + HOST


@pytest.mark.parametrize(
    "part", [b"GET", CHARGER, START + LENGTH + b"\r\n", START + LENGTH + FORM + b"\r\ncode=HAPPY", JAVA[:-1]]
)
def test_what_does_not_come_in_time_is_answered_408(part):
    answered = heard(part, until_closed=True)
    assert statuses(answered) == [408]
    assert b"0.01 seconds" in answered


@pytest.mark.parametrize("packets", [(), (b"\r\n",), (b"\r\n\r", b"\n")])
def test_a_silent_connection_is_closed_without_a_word(packets):
    """A connection on which nothing comes is closed without an answer."""
    assert heard(*packets, until_closed=True) == b""


def test_an_unread_body_ends_its_connection_after_the_answer():
    """A body that nobody waits for ends its connection after the answer."""
    assert statuses(heard(CONFIRM + LENGTH + b"\r\nx", until_closed=True)) == [404]


def test_the_next_request_has_the_whole_time_again():
    answered = heard(CONFIRM + LENGTH + b"\r\n" + BODY, CHARGER + b"\r\n", CHARGER, until_closed=True)
    assert statuses(answered) == [404, 200, 408]
