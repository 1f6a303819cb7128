"""That a body is JSON which everybody reads alike."""

import re
from collections.abc import Callable

from benchmarks.power.fact import Base, Change, Fact, documented, inferred
from plugproof_contracts import Exchange

Raw = Callable[[bytes], bytes]


def _bytes(change: Raw) -> Change:
    """Change the bytes; a change that changes nothing is no way."""

    def changed(base: Base) -> Exchange | None:
        body = change(base.exchange.body or b"")
        return None if body == base.exchange.body else base.exchange.replace(body=body)

    return changed


def _sub(pattern: bytes, new: bytes) -> Raw:
    return lambda body: re.sub(pattern, lambda _: new, body, count=1)


def _twice(body: bytes) -> bytes:
    """Send the last member of the innermost last object again, with another value."""
    return re.sub(rb'"(status|message|public_code)":', lambda m: m[0] + b' "again",' + m[0], body, count=1)


_NUMBER = rb'(?<="price_per_kwh":)\d+'
_TEXT = rb'(?<="name":")|(?<="message": ")|(?<="message":")'

FACTS: tuple[Fact, ...] = (
    documented(
        "confirm-payment#response",
        "JSON",
        [
            ("cut off before its end", _bytes(lambda body: body[:-1])),
            ("cut off in the middle", _bytes(lambda body: body[: len(body) // 2])),
            ("empty", _bytes(lambda body: b"")),
            ("two documents", _bytes(lambda body: body + body)),
            ("a word behind it", _bytes(lambda body: body + b"OK")),
            ("a bracket too many", _bytes(lambda body: body + b"}")),
            ("a comma too many", _bytes(lambda body: body[:-1] + b",}")),
            ("single quotes", _bytes(lambda body: body.replace(b'"', b"'"))),
            ("a comment", _bytes(lambda body: body[:1] + b"/* session */" + body[1:])),
            ("a callback around it", _bytes(lambda body: b"callback(" + body + b")")),
            ("a guard before it", _bytes(lambda body: b")]}',\n" + body)),
            ("a warning before it", _bytes(lambda body: b"<br>\n<b>Warning</b>: x in y.php\n" + body)),
            ("a byte order mark", _bytes(lambda body: b"\xef\xbb\xbf" + body)),
            ("UTF-16", _bytes(lambda body: body.decode().encode("utf-16"))),
            ("Latin-1", _bytes(_sub(_TEXT, b"Caf\xe9 "))),
            ("a control character in a text", _bytes(_sub(_TEXT, b"\x01"))),
            ("a line break in a text", _bytes(_sub(_TEXT, b"\n"))),
            ("a key without quotes", _bytes(_sub(rb'"(?=[a-z_]+":)[a-z_]+"(?=:)', b"name"))),
            ("NaN", _bytes(_sub(_NUMBER, b"NaN"))),
            ("Infinity", _bytes(_sub(_NUMBER, b"Infinity"))),
            ("a number with a plus", _bytes(_sub(_NUMBER, b"+49"))),
            ("a number with a zero before it", _bytes(_sub(_NUMBER, b"049"))),
            ("a Python dictionary", _bytes(lambda body: body.replace(b"null", b"None").replace(b'"', b"'"))),
        ],
    ),
    inferred(
        "confirm-payment#response",
        "JSON",
        [
            ("a key twice", _bytes(_twice)),
            ("half a surrogate pair", _bytes(_sub(_TEXT, b"\\ud83d"))),
            ("an integer beyond 2^53", _bytes(_sub(_NUMBER, b"9007199254740993"))),
            ("an integer of 5,000 digits", _bytes(_sub(_NUMBER, b"9" * 5000))),
        ],
    ),
)
