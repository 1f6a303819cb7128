"""An answer that does not arrive whole is never taken for the API's, nor waited for."""

import gzip
import socket
import struct
import zlib
from collections import Counter

import pytest
from tests.servers import PATIENCE

from plugproof_contracts.conformance.probing.transport import (
    MOST_BODY,
    MOST_HEAD,
    FailureKind,
    OutgoingRequest,
    send,
)
from plugproof_contracts.reports.report_model import Verdict

CONFORMS, BROKEN, UNCHECKED = Verdict.CONFORMS, Verdict.BROKEN, Verdict.UNCHECKED


def parts(wire):
    head, _, body = wire.partition(b"\r\n\r\n")
    return head.split(b"\r\n"), body


def joined(lines, body):
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def without(lines, name):
    return [line for line in lines if not line.lower().startswith(name + b":")]


# Transport: what arrives is no whole answer.


def reset(line):
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


def cut(at):
    return lambda wire: wire[: int(len(wire) * at)]


def then_reset(at):
    def answer(wire):
        def act(line):
            line.sendall(wire[: int(len(wire) * at)])
            reset(line)

        return act

    return answer


def chunked(spoil=lambda chunks: chunks):
    def answer(wire):
        lines, body = parts(wire)
        chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        return joined([*without(lines, b"content-length"), b"transfer-encoding: chunked"], spoil(chunks))

    return answer


def encoded(how, name, spoil=lambda body: body):
    def answer(wire):
        lines, body = parts(wire)
        packed = spoil(how(body))
        head = [*without(lines, b"content-length"), b"content-encoding: " + name]
        return joined([*head, b"content-length: %d" % len(packed)], packed)

    return answer


def closed(at):
    """Say nothing of the length, and close early."""

    def answer(wire):
        lines, body = parts(wire)
        return joined(without(lines, b"content-length"), body[: int(len(body) * at)])

    return answer


def more_headers(*added):
    def answer(wire):
        lines, body = parts(wire)
        return joined([*lines, *added], body)

    return answer


def first_line(text):
    def answer(wire):
        lines, body = parts(wire)
        return joined([text, *lines[1:]], body)

    return answer


def length(text):
    def answer(wire):
        lines, body = parts(wire)
        return joined([*without(lines, b"content-length"), b"content-length: " + text], body)

    return answer


def constant(data):
    return lambda wire: data


def bomb(layers):
    packed = bytes(50 * 2**20)
    for _ in range(layers):
        packed = gzip.compress(packed)
    return packed


BOMBS = {layers: bomb(layers) for layers in (1, 2)}


def packed(layers):
    names = b", ".join([b"gzip"] * layers)
    return encoded(lambda body: BOMBS[layers], names)


TRANSPORT = {
    **{f"cut after {part} of 30": cut(part / 30) for part in range(30)},
    **{f"reset after {tenth} tenths": then_reset(tenth / 10) for tenth in range(10)},
    **{f"closed after {tenth} tenths of a body without length": closed(tenth / 10) for tenth in range(1, 10)},
    **{
        f"first line {number}": first_line(line)
        for number, line in enumerate(
            (
                b"",
                b"HTTP/2 200",
                b"HTTP/1.1",
                b"HTTP/1.1 OK",
                b"HTTP/1.1 20 OK",
                b"HTTP/1.1 2000 OK",
                b"ICY 200 OK",
                b"200 OK",
                b"HTTP/1.1 000 No",
                b"HTTP/1.1 099 No",
                b"\x00",
                b"HTTP/0.9 200 OK",
                b"GET / HTTP/1.1",
                b"\xff\xfe",
            )
        )
    },
    **{
        f"length {text.decode()}": length(text)
        for text in (b"-1", b"x", b"1e3", b"0x10", b"99999", b"10, 20", b"9" * 30, b"", b"+5", b"1 2")
    },
    **{
        f"chunks {number}": chunked(spoil)
        for number, spoil in enumerate(
            (
                lambda chunks: chunks[:-5],
                lambda chunks: chunks[:-7],
                lambda chunks: chunks[: len(chunks) // 2],
                lambda chunks: b"zz\r\n" + chunks,
                lambda chunks: b"-5\r\n" + chunks,
                lambda chunks: b"",
                lambda chunks: b"f" * 40 + b"\r\n",
                lambda chunks: b"ffffffff\r\n" + bytes(9),
                lambda chunks: b"5;" + b"x" * MOST_HEAD + b"\r\n",
                lambda chunks: b"400\r\n" + bytes(1024) + b"xx",
                lambda chunks: (b"400\r\n" + bytes(1024) + b"\r\n") * (MOST_BODY // 1024 + 1),
            )
        )
    },
    **{
        f"header {number}": more_headers(*added)
        for number, added in enumerate(
            (
                [b"x: " + b"y" * MOST_HEAD],
                [b"x%d: y" % number for number in range(20_000)],
                [b"no colon"],
                [b" : x"],
                [b"bad name: x"],
                [b"x: \x00"],
                [b"content-length: 1"],
                [b"\xe2\x82\xac: x"],
                [b": empty"],
                [b"transfer-encoding: gzip"],
                [b"transfer-encoding: x, chunked"],
            )
        )
    },
    **{
        name: constant(data)
        for name, data in {
            "nothing": b"",
            "line ends only": b"\r\n" * 2000,
            "zeros": bytes(1000),
            "zeros without end": bytes(2 * MOST_HEAD),
            "ssh": b"SSH-2.0-OpenSSH_9.6\r\n",
            "smtp": b"220 mail.example ESMTP\r\n",
            "tls alert": b"\x15\x03\x01\x00\x02\x02\x46",
            "http/2 settings": b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + bytes(18),
            "a page without headers": b"<html>hello</html>",
            "switching": b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n",
            "continue only": b"HTTP/1.1 100 Continue\r\n\r\n",
            "continue without end": b"HTTP/1.1 100 Continue\r\n\r\n" * 9000,
            "hints only": b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n",
            "too much": b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n" + b"7" * (MOST_BODY + 1),
            "too much, told": b"HTTP/1.1 200 OK\r\ncontent-length: 999999\r\n\r\n" + b"7" * (MOST_BODY + 1),
            "json alone": b'{"message":"Not Found"}',
        }.items()
    },
    "one gzip bomb": packed(1),
    "a gzip bomb in a gzip": packed(2),
    "three encodings": encoded(
        lambda body: gzip.compress(gzip.compress(gzip.compress(body))), b"gzip, gzip, gzip"
    ),
    "gzip cut off": encoded(gzip.compress, b"gzip", lambda body: body[:-12]),
    "gzip damaged": encoded(gzip.compress, b"gzip", lambda body: body[:40] + b"\xff\xff\xff\xff" + body[44:]),
    "gzip that is none": encoded(lambda body: body, b"gzip"),
    "gzip of nothing": encoded(lambda body: b"", b"gzip"),
    "deflate that is none": encoded(lambda body: body, b"deflate"),
    "brotli": encoded(lambda body: body, b"br"),
    "zstd": encoded(lambda body: body, b"zstd"),
    "compress": encoded(lambda body: body, b"compress"),
    "an encoding nobody knows": encoded(lambda body: body, b"x-secret-sauce"),
}

HARMLESS = {
    "chunks": chunked(),
    "gzip": encoded(gzip.compress, b"gzip"),
    "gzip in gzip": encoded(lambda body: gzip.compress(gzip.compress(body)), b"gzip, gzip"),
    "deflate": encoded(zlib.compress, b"deflate"),
    "identity": encoded(lambda body: body, b"identity"),
    "a body that ends with the connection": closed(1),
    "an early hint": lambda wire: b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n" + wire,
    "a continue": lambda wire: b"HTTP/1.1 100 Continue\r\n\r\n" + wire,
    "more behind the body": lambda wire: wire + b"more",
    "bare line feeds": lambda wire: (
        parts(wire)[0] and joined(parts(wire)[0], parts(wire)[1]).replace(b"\r\n", b"\n", 3)
    ),
}
"""Unusual, and allowed."""


CASES = [
    *((name, how, UNCHECKED) for name, how in TRANSPORT.items()),
    *((f"harmless: {name}", how, CONFORMS) for name, how in HARMLESS.items()),
]


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda number: CASES[number][0])
def test_a_hostile_answer_gets_the_right_verdict(place, number):
    _, how, expected = CASES[number]
    report = place(how)
    assert report.verdict is expected, (report.problems, report.breaches[:3])
    assert report.verdict is not UNCHECKED or report.problems


# Time: one deadline over everything.

DEADLINE = 0.2
SLACK = PATIENCE
"""Seconds beyond the deadline, for a machine that is busy with other things: without one it never ends."""


def hang_after(data):
    def act(line):
        line.sendall(data)
        line.recv(1)

    return constant(act)


def drip(data):
    def act(line):
        while True:
            for at in range(len(data)):
                line.sendall(data[at : at + 1])
                line.settimeout(0.01)
                try:
                    if not line.recv(1):
                        return
                except TimeoutError:
                    pass

    return constant(act)


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
HANGS = {
    "nothing": hang_after(b""),
    "half a first line": hang_after(HEAD[:9]),
    "half the headers": hang_after(HEAD),
    "no body": hang_after(HEAD + b"content-length: 9\r\n\r\n"),
    "half a body": hang_after(HEAD + b"content-length: 9\r\n\r\n{"),
    "a body without end": hang_after(HEAD + b"\r\n{}"),
    "a chunk": hang_after(HEAD + b"transfer-encoding: chunked\r\n\r\n5\r\n12"),
    "the last chunk": hang_after(HEAD + b"transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n"),
    "continue": hang_after(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "dripping header": drip(b"x"),
    "dripping headers": drip(b"x: y\r\n"),
    "dripping body": drip(b" "),
    "dripping hints": drip(b"HTTP/1.1 103 Early Hints\r\n\r\n"),
}


@pytest.mark.parametrize("name", HANGS)
def test_no_answer_is_waited_for_beyond_the_deadline(raw, name):
    with raw(lambda method, target, headers: HANGS[name](b"")) as server:
        outcome = send(OutgoingRequest("GET", f"{server.url}/v3/public-charging/sessions/x", ()), DEADLINE)
    assert outcome.failure is not None
    assert outcome.failure.layer in (FailureKind.DEADLINE, FailureKind.PROTOCOL)
    assert outcome.seconds < DEADLINE + SLACK


def test_at_least_120_broken_answers_are_tried():
    assert len(TRANSPORT) + len(HANGS) >= 100
    assert max(Counter(name for name, *_ in CASES).values()) == 1
