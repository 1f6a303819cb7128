"""Bodies that are not JSON, or not for every parser."""

from typing import Any

from plugproof_contracts.mutations.mutation import Change, Mutation, Needs, each, put, raw, whole

_ANYWHERE = Needs(("get", "confirm", "stop", "cancel", "start", "receipt-email"))
_NOTE = frozenset({"shape.known-fields"})


def _member(text: bytes) -> Change:
    """Insert a member, as it is, before the others of the document."""
    return raw(lambda body: b"{" + text + b"," + body[1:])


def _in_name(text: bytes) -> Change:
    """Insert bytes, as they are, at the beginning of the charger's name."""
    return raw(lambda body: body.replace(b'"name":"', b'"name":"' + text, 1))


def _with_decimal(document: dict[str, Any]) -> float:
    """Return the connector with a decimal; another number would not be the one that was asked for."""
    return float(document["data"]["connector_id"])


def _cut(share: float) -> Change:
    return raw(lambda body: body.decode()[: int(len(body.decode()) * share)].encode())


def _twice(name: bytes, value: bytes) -> Change:
    """Let a member come a second time, before the one that counts for most parsers."""
    return raw(lambda body: body.replace(b'"%b":' % name, b'"%b":%b,"%b":' % (name, value, name), 1))


STRICT_JSON: tuple[Mutation, ...] = (
    *each(
        "json.well-formed",
        (
            ("the last brace is missing", raw(lambda body: body[:-1])),
            ("half of it came", _cut(0.5)),
            ("a tenth of it came", _cut(0.1)),
            ("nothing came", whole(b"")),
            ("a trailing comma", raw(lambda body: body[:-1] + b",}")),
            ("single quotes", raw(lambda body: body.replace(b'"', b"'"))),
            ("a comment", raw(lambda body: b"{/* session */" + body[1:])),
            ("a page", whole(b"<!DOCTYPE html><title>Soon</title>")),
            ("a prefix against hijacking", raw(lambda body: b")]}',\n" + body)),
            ("a control character in a string", _in_name(b"\n")),
        ),
        _ANYWHERE,
    ),
    *each(
        "json.one-document",
        (
            ("a second document", raw(lambda body: body + body)),
            ("a null after it", raw(lambda body: body + b"\nnull")),
            ("a brace after it", raw(lambda body: body + b"}")),
            ("a page after it", raw(lambda body: body + b"<br>")),
        ),
        _ANYWHERE,
    ),
    *each(
        "json.utf-8",
        (
            ("Latin 1", _in_name(b"Caf\xe9 ")),
            ("a lone continuation", _in_name(b"\x80")),
            ("an overlong slash", _in_name(b"\xc0\xaf")),
            ("a surrogate in UTF-8", _in_name(b"\xed\xa0\x80")),
            ("beyond Unicode", _in_name(b"\xf5\x80\x80\x80")),
        ),
        _ANYWHERE,
    ),
    *each("json.no-byte-order-mark", (("a mark", raw(lambda body: b"\xef\xbb\xbf" + body)),), _ANYWHERE),
    *each(
        "json.finite-numbers",
        (
            (f"a new member is {text.decode()}", _member(b'"new":' + text))
            for text in (b"NaN", b"Infinity", b"-Infinity")
        ),
        _ANYWHERE,
        _NOTE,
    ),
    *each(
        "json.unique-keys",
        (
            ("the status twice", _twice(b"status", b'"created"')),
            ("the same connector twice", _twice(b"connector_id", b"1")),
            ("another cost before", _twice(b"cost_amount", b"1")),
            ("two prices", _twice(b"price_per_kwh", b"1")),
            ("two names", _twice(b"name", b'"Quay 4"')),
            ("two sessions", _twice(b"data", b"{}")),
        ),
        _ANYWHERE,
    ),
    *each(
        "json.whole-characters",
        (
            ("a first half", _in_name(rb"\ud83d")),
            ("a second half", _in_name(rb"\udd0c")),
            ("halves in the wrong order", _in_name(rb"\udd0c\ud83d.")),
        ),
        _ANYWHERE,
    ),
    *each("json.shallow", (("too deep to be read", whole(b"[" * 100_000)),), _ANYWHERE),
    *each(
        "json.shallow",
        (
            ("deep arrays", _member(b'"new":' + b"[" * 50 + b"]" * 50)),
            ("deep objects", _member(b'"new":' + b'{"a":' * 50 + b"7" + b"}" * 50)),
        ),
        _ANYWHERE,
        _NOTE,
    ),
    *each(
        "json.plain-integers",
        (
            ("data/connector_id has a decimal", put("data/connector_id", _with_decimal)),
            ("data/pricing/price_per_kwh is 100.0", put("data/pricing/price_per_kwh", 1e2)),
        ),
        _ANYWHERE,
    ),
    *each(
        "json.exact-numbers",
        (
            (f"{path} is an integer of {len(str(value))} digits", put(path, value))
            for path in ("data/pricing/start_fee", "data/pricing/price_per_kwh")
            for value in (2**53 + 1, 2**63, 10**40, 10**4000)
        ),
        _ANYWHERE,
    ),
)
