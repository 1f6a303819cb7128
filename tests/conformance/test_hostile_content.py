"""An answer that the API did not give is no breach, and one that it did give is judged, whatever is in it."""

from collections import Counter

import pytest

from plugproof_contracts.reports.report_model import Verdict

BROKEN, UNCHECKED = Verdict.BROKEN, Verdict.UNCHECKED


def parts(wire):
    head, _, body = wire.partition(b"\r\n\r\n")
    return head.split(b"\r\n"), body


def joined(lines, body):
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def without(lines, name):
    return [line for line in lines if not line.lower().startswith(name + b":")]


def constant(data):
    return lambda wire: data


# HTTP and the edge: whole answers, by something else than the API.


def answered(status, kind="text/html", body=b"<html><title>Hello</title>", **headers):
    lines = [b"HTTP/1.1 %d X" % status, b"content-length: %d" % len(body)]
    lines += [b"content-type: " + kind.encode()] if kind else []
    lines += [f"{name.replace('_', '-')}: {value}".encode() for name, value in headers.items()]
    return constant(joined(lines, body))


_MESSAGE = b'{"message":"Something."}'
BETWEEN = {
    **{
        f"{status} {kind}": answered(status, kind, body)
        for status in (500, 501, 502, 503, 504, 505, 507, 511, 520, 521, 522, 523, 524, 525, 526, 530, 599)
        for kind, body in (("text/html", b"<html>"), ("application/json", _MESSAGE), ("", b""))
    },
    **{
        f"{status} to {where}": answered(status, "text/html", location=where)
        for status in (301, 302, 303, 307, 308)
        for where in ("https://portal.example/login", "/login", "//evil.example/", "http://[", "")
    },
    **{
        f"{status} page": answered(status)
        for status in (200, 201, 204, 206, 400, 401, 402, 403, 404, 407, 410, 418, 429, 451)
    },
    **{f"{status} text": answered(status, "text/plain", b"no") for status in (200, 400, 403, 404, 429)},
    **{f"{status} nothing": answered(status, "", b"") for status in (200, 202, 204, 304, 400, 403, 404, 405, 429)},
    **{
        f"challenge {status}": answered(status, cf_mitigated="challenge", server="cloudflare")
        for status in (200, 403, 429, 503)
    },
    **{
        f"retry after {number}": answered(503, retry_after=text)
        for number, text in enumerate(
            (
                "5",
                "-5",
                "soon",
                "9" * 50,
                "Wed, 21 Oct 2026 07:28:00 GMT",
                "Wednesday, 21-Oct-26 07:28:00 GMT",
                "Wed Oct 21 07:28:00 2026",
                "Wed, 99 Oct 2026 07:28:00 GMT",
                "1.5",
                "",
                "٣",
                "0",
            )
        )
    },
    **{f"{status} json": answered(status, "application/json", _MESSAGE) for status in (403, 404, 410, 418, 451)},
    "refused before the API": answered(
        429, "application/json", b'{"message":"Too Many Attempts."}', retry_after="5"
    ),
}


# JSON and semantics: the API's own answers, with a body that is none of its own.


def replaced(body):
    def answer(wire):
        lines, _ = parts(wire)
        return joined([*without(lines, b"content-length"), b"content-length: %d" % len(body)], body)

    return answer


BODIES = {
    name: replaced(body)
    for name, body in {
        "nothing": b"",
        "a word": b"null",
        "true": b"true",
        "cut": b'{"data":',
        "trailing comma": b'{"data":1,}',
        "single quotes": b"{'data':1}",
        "comment": b'{"data":1}//x',
        "two documents": b"{}{}",
        "lines of JSON": b"{}\n{}\n",
        "a control character": b'{"data":"\x01"}',
        "utf-16": '{"message":"x"}'.encode("utf-16"),
        "latin-1": '{"message":"é"}'.encode("latin-1"),
        "byte order mark": b'\xef\xbb\xbf{"message":"x"}',
        "infinity": b'{"data":Infinity,"message":-Infinity}',
        "deep arrays": b"[" * 100_000 + b"]" * 100_000,
        "deep arrays that stay open": b"[" * 200_000,
        "deep objects": b'{"data":' * 30_000,
        "a long number": b'{"data":' + b"9" * 200_000 + b"}",
        "a long exponent": b'{"data":1e' + b"9" * 1000 + b"}",
        "many keys": b"{" + b",".join(b'"k%d":1' % number for number in range(20_000)) + b"}",
        "one key many times": b"{" + b",".join([b'"k":1'] * 30_000) + b"}",
        "a long string": b'"' + b"x" * 250_000 + b'"',
        "a long key": b'{"' + b"x" * 250_000 + b'":1}',
        "many items": b"[" + b",".join([b"1"] * 100_000) + b"]",
        "many connectors": b'{"data":{"connectors":[' + b",".join([b"{}"] * 50_000) + b"]}}",
        "half a surrogate": b'{"message":"\\ud800","data":"\\udfff"}',
        "nulls": b'{"data":null,"message":null}',
        "an array": b"[]",
        "a string": b'"x"',
        "a number": b"7",
        "an object in data": b'{"data":{},"message":{}}',
        "an array in data": b'{"data":[],"message":[]}',
        "a number in data": b'{"data":7,"message":7}',
        "slashes": b'{"~/~":{"~1":1}}',
        "prototype": b'{"__proto__":{},"constructor":{}}',
        "not a number": b'{"data":NaN}',
    }.items()
}
TOO_DEEP = ("deep arrays", "deep arrays that stay open", "deep objects")
"""No fact says how deep JSON may be; but what cannot be read was not checked."""
CASES = [
    *((f"between: {name}", how, UNCHECKED) for name, how in BETWEEN.items()),
    *((f"body: {name}", how, UNCHECKED if name in TOO_DEEP else BROKEN) for name, how in BODIES.items()),
]


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda number: CASES[number][0])
def test_a_hostile_answer_gets_the_right_verdict(place, number):
    _, how, expected = CASES[number]
    report = place(how)
    assert report.verdict is expected, (report.problems, report.breaches[:3])
    assert report.verdict is not UNCHECKED or report.problems


IMPOSSIBLE = [
    ("amount_authorized", -1), ("cost_amount", -1), ("amount_captured", -5), ("tax_amount", -1),
    ("energy_kwh", "-1"), ("energy_kwh", "1e5"), ("energy_kwh", "many"), ("energy_kwh", ""), ("energy_kwh", "1,5"),
    ("amount_captured", 10**9), ("created_at", "2099-01-01T00:00:00Z"), ("created_at", "yesterday"),
    ("authorized_at", "2020-01-01T00:00:00Z"), ("charging_started_at", "2020-01-01T00:00:00+00:00"),
    ("created_at", "2026-01-10T12:00:00"), ("authorized_at", ""), ("connector_id", 0), ("connector_id", 101),
    ("connector_id", -1), ("driver_email", "nobody"), ("driver_email", "x" * 300 + "@example.org"),
    ("failure_reason", "no reason"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), IMPOSSIBLE)
def test_what_cannot_be_warns_and_breaks_under_strict(nights, name, value):
    def spoil(operation, reply):
        if operation in ("get", "confirm") and reply.status == 200:
            document = reply.document
            document["data"][name] = value
            reply.tell(document)

    for strict, codes in ((False, {0, 1}), (True, {1})):
        report = nights("charging", spoil=spoil).night(strict=strict)
        assert report.verdict.exit_code in codes
        assert report.breaches


def test_at_least_180_hostile_contents_are_tried():
    assert len(CASES) + len(IMPOSSIBLE) >= 180
    assert max(Counter(name for name, *_ in CASES).values()) == 1
