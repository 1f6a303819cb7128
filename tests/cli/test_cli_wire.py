"""The fake on a real socket: faults as a client meets them, and HTTP at its edges."""

import json
from functools import partial

import httpx2
import pytest
from tests.servers import PATIENCE

CONFIRMED, UNTOUCHED = "authorized", "created"


@pytest.fixture(scope="session")
def serving(serving):
    """Servers whose clock stands, so that a session stays what a request has made of it."""
    return partial(serving, "--speed", "0")


def request(method, path, body=b"", *headers):
    """Return a request as bytes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def read_head(stream):
    """Read a status line and headers; return the status and the headers."""
    status = int(stream.readline().split()[1])
    lines = iter(stream.readline, b"\r\n")
    return status, {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}


def read_answer(stream):
    """Read one whole answer; return its status and what it says."""
    status, headers = read_head(stream)
    return status, json.loads(stream.read(int(headers[b"content-length"])))


def confirm(server, token, **extra):
    return server.call("POST", f"/sessions/{token}/confirm", **extra)


# Faults, before and after the handler has run: what the client gets, and what has become of the session.


@pytest.mark.parametrize(
    ("fault", "answer", "becomes"),
    [
        ("500", 500, UNTOUCHED),
        ("500:after", 500, CONFIRMED),
        ("503", 503, UNTOUCHED),
        ("503:after", 503, CONFIRMED),
        ("504", 504, CONFIRMED),
        ("504:before", 504, UNTOUCHED),
    ],
)
def test_a_server_error_says_nothing_of_whether_the_handler_ran(serving, fault, answer, becomes):
    with serving("--fault", f"confirm:{fault}") as server:
        token = server.start()
        failed = confirm(server, token)
        assert failed.status_code == answer
        assert failed.json()["message"]
        assert failed.headers["x-ratelimit-remaining"] == "9"
        assert server.status(token) == becomes


@pytest.mark.parametrize(("when", "becomes"), [("before", UNTOUCHED), ("after", CONFIRMED)])
def test_a_reset_is_a_reset(serving, when, becomes):
    with serving("--fault", f"confirm:reset:{when}") as server, server.connection() as connection:
        token = server.start()
        connection.sendall(request("POST", server.path(f"/sessions/{token}/confirm")))
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
        assert server.status(token) == becomes


@pytest.mark.parametrize(("when", "becomes"), [("before", UNTOUCHED), ("after", CONFIRMED)])
def test_an_empty_reply_is_an_orderly_end_without_a_byte(serving, when, becomes):
    with serving("--fault", f"confirm:empty:{when}") as server, server.connection() as connection:
        token = server.start()
        connection.sendall(request("POST", server.path(f"/sessions/{token}/confirm")))
        assert connection.recv(1) == b""
        assert server.status(token) == becomes


def test_a_truncated_body_ends_before_its_announced_length(serving):
    """A truncated body ends before the length that its header announces."""
    with serving("--fault", "confirm:truncate") as server, server.connection() as connection:
        token = server.start()
        connection.sendall(request("POST", server.path(f"/sessions/{token}/confirm")))
        with connection.makefile("rb") as stream:
            status, headers = read_head(stream)
            body = stream.read()
        assert status == 200
        assert 0 < len(body) < int(headers[b"content-length"])
        assert server.status(token) == CONFIRMED


def test_malformed_json_comes_whole_and_well_announced(serving):
    with serving("--fault", "confirm:malformed") as server:
        token = server.start()
        answer = confirm(server, token)
        assert answer.headers["content-type"] == "application/json"
        with pytest.raises(json.JSONDecodeError):
            answer.json()
        assert server.status(token) == CONFIRMED


def test_a_page_comes_where_json_was_promised(serving):
    with serving("--fault", "confirm:html") as server:
        token = server.start()
        answer = confirm(server, token)
        assert answer.headers["content-type"].startswith("text/html")
        assert answer.text.startswith("<!DOCTYPE html>")
        assert server.status(token) == CONFIRMED


def test_a_late_answer_comes_after_its_effect(serving, until):
    """The effect of a request happens although its answer comes too late."""
    with serving("--fault", "confirm:latency:600000ms") as server:
        token = server.start()
        with pytest.raises(httpx2.ReadTimeout):
            confirm(server, token, timeout=0.2)
        until(lambda: server.status(token) == CONFIRMED)


def test_latency_on_everything_leaves_the_answers_whole(serving):
    with serving("--latency", "1") as server:
        assert confirm(server, server.start()).json()["data"]["status"] == CONFIRMED


def test_a_fault_that_strikes_once_leaves_the_next_try_alone(serving):
    with serving("--fault", "confirm:reset:first=1") as server:
        for world in (server, server.fresh()):
            token = world.start()
            with pytest.raises(httpx2.ReadError):
                confirm(world, token)
            assert confirm(world, token).json()["data"]["status"] == CONFIRMED


@pytest.mark.parametrize("kind", ["reset", "empty", "truncate"])
def test_a_broken_connection_is_not_the_end_of_the_server(serving, kind):
    with serving("--fault", f"confirm:{kind}", "--rate-limit", "off") as server:
        token = server.start()
        for _ in range(50):
            with pytest.raises(httpx2.TransportError):
                confirm(server, token)
        assert server.status(token) == CONFIRMED
        server.process.terminate()
        assert server.process.wait(timeout=PATIENCE) == 0
        assert server.process.stderr.read() == ""


def test_the_journal_says_which_fault_struck(serving):
    with serving("--fault", "confirm:500") as server:
        confirm(server, server.start())
        journal = server.client.get(f"{server.place['control_url']}/journal").json()
        noted = [(entry["operation"], entry["faults"]) for entry in journal["journal"]]
        assert noted == [("start", []), ("confirm", ["500"])]


# HTTP at its edges.


@pytest.mark.parametrize("size", [0, 10, 70_000, 1_000_000])
def test_a_connection_survives_a_confirm_with_an_ignored_body(server, size):
    """A connection stays usable after a confirm whose body is ignored."""
    token = server.start()
    with server.connection() as connection, connection.makefile("rb") as stream:
        connection.sendall(request("POST", server.path(f"/sessions/{token}/confirm"), b"x" * size))
        status, answer = read_answer(stream)
        assert (status, answer["data"]["status"]) == (200, CONFIRMED)
        connection.sendall(request("GET", server.path(f"/sessions/{token}")))
        assert read_answer(stream)[0] == 200


@pytest.mark.parametrize("chunks", [[b"{}"], [b"x" * 1000] * 100])
def test_a_chunked_body_is_ignored_just_as_well(server, chunks):
    token = server.start()
    path = server.path(f"/sessions/{token}/confirm")
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    with server.connection() as connection, connection.makefile("rb") as stream:
        connection.sendall(head + body + request("GET", server.path(f"/sessions/{token}")))
        assert [read_answer(stream)[0] for _ in range(2)] == [200, 200]


def test_pipelined_requests_are_answered_in_their_order(server):
    token = server.start()
    session = server.path(f"/sessions/{token}")
    asked = [request("GET", session), request("POST", session + "/confirm"), request("GET", session)]
    with server.connection() as connection, connection.makefile("rb") as stream:
        connection.sendall(b"".join(asked))
        statuses = [read_answer(stream)[1]["data"]["status"] for _ in asked]
    assert statuses == [UNTOUCHED, CONFIRMED, CONFIRMED]


def test_head_is_answered_like_get_without_its_body(server):
    with server.connection() as connection, connection.makefile("rb") as stream:
        connection.sendall(request("HEAD", server.path("/chargers/HAPPY")) * 2)
        connection.sendall(request("GET", server.path("/chargers/HAPPY")))
        heads = [read_head(stream) for _ in range(2)]
        status, headers = read_head(stream)
        body = stream.read(int(headers[b"content-length"]))
    assert {head[0] for head in heads} == {status} == {200}
    assert {int(head[1][b"content-length"]) for head in heads} == {len(body)}


@pytest.mark.parametrize("template", ["/sessions/{}/confirm", "/sessions/{}"])
def test_a_token_of_60_kilobytes_is_one_more_unknown_token(server, template):
    method = "POST" if template.endswith("confirm") else "GET"
    with server.connection() as connection, connection.makefile("rb") as stream:
        for token in ("a" * 61_440, "%2F" * 20_000, "unknown"):
            connection.sendall(request(method, server.path(template.format(token))))
            assert read_answer(stream) == (404, {"message": "Not Found"})


@pytest.mark.parametrize("operation", ["/sessions", "/sessions/{}/receipt-email"])
def test_a_body_that_is_too_large_is_refused_with_its_limit(server, operation):
    path = server.path(operation.format(server.start()))
    with server.connection() as connection, connection.makefile("rb") as stream:
        connection.sendall(request("POST", path, b" " * 100_000, "Content-Type: application/json"))
        status, answer = read_answer(stream)
        assert status == 413
        assert "65536 bytes" in answer["message"]
        connection.sendall(request("GET", server.path("/chargers/HAPPY")))
        assert read_answer(stream)[0] == 200


@pytest.mark.parametrize(
    "head", [b"\x00\x01\x02\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET /\xff HTTP/1.1\r\n\r\n"]
)
def test_what_is_not_http_is_refused_and_harms_nobody(server, head):
    with server.connection() as connection, connection.makefile("rb") as stream:
        connection.sendall(head)
        assert read_head(stream)[0] in (400, 421)
    assert server.start()
