"""The body is JSON, and reads the same everywhere (RFC 8259)."""

from plugproof_contracts.facts.level import Level
from plugproof_contracts.parsing.parsed_response import ParsedResponse
from plugproof_contracts.parsing.strict_json import JsonDefect
from plugproof_contracts.rules.catalogue import Findings, Subject, rule
from plugproof_contracts.rules.examples import failure, success

_FINE = success()
_BODY = _FINE.body or b""
_ERROR = failure(404)
_MESSAGE = _ERROR.body or b""


@rule(
    "json.well-formed",
    Level.DOCUMENTED,
    source="confirm-payment#response",
    on=Subject.DOCUMENT,
    conforming=[_ERROR, _FINE.replace(body=b" " + _BODY + b"\r\n")],
    violating=[
        _ERROR.replace(body=_MESSAGE[:-1]),
        _FINE.replace(body=_BODY[:-1]),
        _FINE.replace(body=b""),
        _FINE.replace(body=b"<p>soon</p>"),
    ],
)
def well_formed(answer: ParsedResponse) -> Findings:
    """The body is one JSON document.

    A body that was cut off or replaced leaves a client without knowing whether the driver was charged."""
    yield from answer.reading.of(JsonDefect.MALFORMED)


@rule(
    "json.one-document",
    Level.DOCUMENTED,
    source="confirm-payment#response",
    on=Subject.DOCUMENT,
    conforming=[_ERROR, _FINE],
    violating=[_ERROR.replace(body=_MESSAGE + b"null"), _FINE.replace(body=_BODY + _BODY)],
)
def one_document(answer: ParsedResponse) -> Findings:
    """Nothing follows the JSON document.

    Strict parsers refuse trailing data; lenient ones may read half of a mixed-up answer as a whole one."""
    yield from answer.reading.of(JsonDefect.TRAILING)


@rule(
    "json.utf-8",
    Level.DOCUMENTED,
    source="confirm-payment#response",
    on=Subject.DOCUMENT,
    conforming=[success(charger={"public_code": "HAPPY", "name": "Café 北", "online": True})],
    violating=[_FINE.replace(body=_BODY.replace(b"Quay", b"Caf\xe9"))],
)
def utf_8(answer: ParsedResponse) -> Findings:
    """The body is UTF-8.

    JSON between systems is UTF-8; other bytes stop strict clients and garble a charger's name in the rest."""
    yield from answer.reading.of(JsonDefect.NOT_UTF8)


@rule(
    "json.no-byte-order-mark",
    Level.DOCUMENTED,
    source="confirm-payment#response",
    on=Subject.DOCUMENT,
    conforming=[_FINE],
    violating=[_FINE.replace(body=b"\xef\xbb\xbf" + _BODY)],
)
def no_byte_order_mark(answer: ParsedResponse) -> Findings:
    """The body does not start with a byte order mark.

    JSON must not have one; many parsers fail on the first character, though the text looks right in a log."""
    yield from answer.reading.of(JsonDefect.BYTE_ORDER_MARK)


@rule(
    "json.finite-numbers",
    Level.DOCUMENTED,
    source="confirm-payment#response",
    on=Subject.DOCUMENT,
    conforming=[_FINE],
    violating=[
        _FINE.replace(body=_BODY.replace(b'"cost_amount":239', b'"cost_amount":NaN')),
        _FINE.replace(body=_BODY.replace(b'"cost_amount":239', b'"cost_amount":-Infinity')),
    ],
)
def finite_numbers(answer: ParsedResponse) -> Findings:
    """NaN and Infinity are not used.

    They are not JSON, some parsers take them all the same, and no amount compares with what is not a number."""
    yield from answer.reading.of(JsonDefect.NOT_FINITE)


@rule(
    "json.unique-keys",
    Level.INFERRED,
    source="confirm-payment#response",
    on=Subject.DOCUMENT,
    conforming=[_FINE],
    violating=[
        _FINE.replace(body=_BODY.replace(b'"cost_amount"', b'"cost_amount":9,"cost_amount"')),
        _FINE.replace(body=_BODY.replace(b'"cost_amount"', b'"cost_amount" : 9,"cost_amount"')),
    ],
)
def unique_keys(answer: ParsedResponse) -> Findings:
    """No object has a key twice.

    Some parsers keep the first, some the last: two clients would see two amounts in one answer."""
    yield from answer.reading.of(JsonDefect.DUPLICATE_KEY)


@rule(
    "json.whole-characters",
    Level.INFERRED,
    source="confirm-payment#response",
    on=Subject.DOCUMENT,
    conforming=[_FINE.replace(body=_BODY.replace(b"Quay", b"\\ud83d\\ude00"))],
    violating=[_FINE.replace(body=_BODY.replace(b"Quay", b"\\ud83d")), _FINE.replace(body=b'"\\ude00\\ud83d"')],
)
def whole_characters(answer: ParsedResponse) -> Findings:
    """No string holds half of a surrogate pair.

    Such a string cannot be encoded again, so it fails later, where it is stored or shown."""
    yield from answer.reading.of(JsonDefect.SURROGATE)


@rule(
    "json.shallow",
    Level.INFERRED,
    source="confirm-payment#response",
    on=Subject.DOCUMENT,
    conforming=[_FINE],
    violating=[_FINE.replace(body=b"[" * 40 + b"]" * 40), _FINE.replace(body=b"[" * 100_000)],
)
def shallow(answer: ParsedResponse) -> Findings:
    """The document is not nested deeply.

    The documented shapes have four levels; a parser that meets thousands runs out of stack."""
    yield from answer.reading.of(JsonDefect.TOO_DEEP)


@rule(
    "json.plain-integers",
    Level.ASSUMED,
    source="confirm-payment#response",
    on=Subject.DOCUMENT,
    conforming=[_FINE],
    violating=[
        _FINE.replace(body=_BODY.replace(b'"cost_amount":239', b'"cost_amount":239.0')),
        _FINE.replace(body=_BODY.replace(b'"cost_amount":239', b'"cost_amount":2.39e2')),
    ],
)
def plain_integers(answer: ParsedResponse) -> Findings:
    """A number without a fraction is written in digits only.

    45.0 is the same number as 45 to JSON Schema and to browsers, but decoders of Go, Rust and Java refuse it."""
    yield from answer.reading.of(JsonDefect.NOT_PLAIN)


@rule(
    "json.exact-numbers",
    Level.INFERRED,
    source="confirm-payment#response",
    on=Subject.DOCUMENT,
    conforming=[_FINE],
    violating=[
        _FINE.replace(body=_BODY.replace(b'"start_fee":50', b'"start_fee":9007199254740993')),
        _FINE.replace(body=_BODY.replace(b'"start_fee":50', b'"start_fee":' + b"9" * 5000)),
        _FINE.replace(body=_BODY.replace(b'"start_fee":50', b'"start_fee":1e999')),
    ],
)
def exact_numbers(answer: ParsedResponse) -> Findings:
    """Every number can be read exactly by everyone.

    Browsers keep integers exactly up to 2^53 − 1; what lies beyond arrives as another amount."""
    yield from answer.reading.of(JsonDefect.OUT_OF_RANGE)
