"""Failures that are not told as they should be, and requests that were answered for another one."""

import json
import re
from typing import Any

from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.facts.operations import INVENTED, OPERATIONS
from plugproof_contracts.mutations.mutation import (
    Change,
    Mutation,
    Needs,
    asking,
    both,
    code,
    drop,
    each,
    headers,
    put,
    values,
    whole,
)

ALL = tuple(OPERATIONS)
_START, _EMAIL = Needs(("start",)), Needs(("receipt-email",))
_ANY_FAILURE = Needs(ALL, (400, 404, 409, 500, 504))
_INVALID, _LIMITED, _LATE = Needs(ALL, (422,)), Needs(ALL, (429,)), Needs(ALL, (504,))
_ASKED = Needs(ALL, (400, 404, 409, 422, 500, 504), asked=True)
_UNASKED = _ASKED._replace(asked=False)

_PAGE = b"<!DOCTYPE html><html><head><title>Not Found</title></head><body>Not Found</body></html>"
_HTML, _TEXT = headers(content_type="text/html; charset=UTF-8"), headers(content_type="text/plain")
_NOTHING = headers(content_type=None)
_NO_JSON = (
    ("a page", both(_HTML, whole(_PAGE))),
    ("a text", both(_TEXT, whole(b"Not Found"))),
    ("an empty text", both(_TEXT, whole(b""))),
    ("nothing", both(_NOTHING, whole(b""))),
    ("a page without type", both(_NOTHING, whole(_PAGE))),
)
_NO_MESSAGES = (None, 404, True, ["Not Found"], {"en": "Not Found"})
_NO_MAPS: tuple[Any, ...] = (
    None,
    [],
    "invalid",
    ["invalid"],
    {"email": "invalid"},
    {"email": [1]},
    {"email": None},
    {"email": {}},
    7,
)
_UNDOCUMENTED = (400, 402, 403, 406, 409, 410, 412, 418, 423)
_SLOGANS = ("Slow down.", "Too many attempts", "Rate limit exceeded", "")
_GATEWAYS = ("Gateway Timeout", "Endpoint request timed out", "The charger did not respond", "")


def _undocumented() -> tuple[Mutation, ...]:
    return tuple(
        Mutation("http.failure-code", f"{name} fails with {number}", code(number), Needs((name,), (404, 500)))
        for name, row in OPERATIONS.items()
        for number in _UNDOCUMENTED
        if number not in row.failures
    )


def _moved(number: int) -> Change:
    """Answer with a redirect that has no body, as a server before the API does."""
    moved = headers(location="https://app.plugchoice.com", content_type=None)
    return both(code(number), moved, whole(b""))


def _of_nobody(exchange: Exchange) -> Exchange:
    return exchange.replace(url=re.sub(r"(?<=/sessions/)[^/]+", f"{INVENTED}1a2b3c4d", exchange.url))


FAILURES: tuple[Mutation, ...] = (
    *each("http.unknown-token", (("a token of nobody opens a session", _of_nobody),), Needs(("get", "confirm"))),
    *each(
        "http.success-code",
        ((f"a session with {number}", code(number)) for number in (201, 202, 203, 206)),
        Needs(tuple(name for name in ALL if name != "start")),
    ),
    *each("http.success-code", ((f"a start with {number}", code(number)) for number in (200, 202)), _START),
    *each("http.success-code", (("nothing with 204", both(code(204), _NOTHING, whole(b""))),), Needs(ALL)),
    *each(
        "http.no-authentication",
        (
            ("401", code(401)),
            ("401 with a challenge", both(code(401), headers(www_authenticate="Bearer"))),
            ("401 in the framework's words", both(code(401), put("message", "Unauthenticated."))),
        ),
        Needs(ALL, (404, 500)),
    ),
    *_undocumented(),
    *each(
        "http.failure-code", ((f"a redirect with {number}", _moved(number)) for number in (301, 307, 308)), _ASKED
    ),
    *each("errors.json-when-asked", _NO_JSON, _ASKED),
    *each("errors.json-when-asked", (("a page", both(_HTML, whole(_PAGE))),), _LIMITED._replace(asked=True)),
    *each("errors.json-unasked", _NO_JSON, _UNASKED),
    *each(
        "errors.json-unasked", ((f"a redirect with {number}", _moved(number)) for number in (302, 303)), _UNASKED
    ),
    *values("errors.message", "message", _NO_MESSAGES, Needs(ALL, (400, 404, 409, 422, 429, 500, 504))),
    *each("errors.message", (("no message", drop("message")),), Needs(ALL, (400, 404, 409, 422, 429, 500, 504))),
    *each(
        "errors.message",
        ((f"the error is {body.decode()}", whole(body)) for body in (b"[]", b'"Not Found"', b"404", b"null")),
        _ANY_FAILURE,
    ),
    *values("errors.validation-map", "errors", _NO_MAPS, _INVALID),
    *each("errors.validation-map", (("no errors", drop("errors")),), _INVALID),
    *values("errors.throttle-text", "message", _SLOGANS, _LIMITED),
    *values("errors.timeout-text", "message", _GATEWAYS, _LATE),
    *(
        defect
        for name, value in (
            ("exception", "RuntimeException"),
            ("file", "/var/www/Handler.php"),
            ("line", 7),
            ("trace", []),
            ("trace", [{"file": "/var/www/Handler.php", "line": 7}]),
        )
        for defect in values("errors.no-debug", name, (value,), _ANY_FAILURE)
    ),
    *(
        defect
        for name, value in (("code", "not_found"), ("status", 404), ("errors", {}), ("request_id", None))
        for defect in values("errors.known-fields", name, (value,), _ANY_FAILURE)
    ),
    *each(
        "errors.allowed-methods",
        (("no Allow", headers(allow=None)), ("an empty Allow", headers(allow=""))),
        Needs(ALL, (405,)),
    ),
)


# Answers for another request.


def _other_connector(exchange: Exchange) -> Exchange:
    asked = json.loads(exchange.request_body)["connector_id"]
    return asking(connector_id=asked % 100 + 1)(exchange)


def _other_code(exchange: Exchange) -> Exchange:
    asked = json.loads(exchange.request_body)["code"]
    return asking(code=("B" if asked[0] in "Aa" else "A") + asked[1:])(exchange)


def _another_charger(exchange: Exchange) -> Exchange:
    return exchange.replace(url=exchange.url.rpartition("/")[0] + "/NOT-IT")


_NO_STARTS: tuple[dict[str, Any], ...] = (
    {"code": None},
    {"code": 7},
    {"connector_id": None},
    {"connector_id": "0"},
    {"connector_id": "one"},
    {"connector_id": [1]},
    {"email": 7},
)

REQUESTS: tuple[Mutation, ...] = (
    *values("request.same-charger", "data/public_code", ("NOTIT",), Needs(("charger",))),
    *each("request.same-charger", (("another was asked for", _another_charger),), Needs(("charger",))),
    *each(
        "request.invalid-is-refused",
        ((f"started with {json.dumps(wrong)}", asking(**wrong)) for wrong in _NO_STARTS),
        _START,
    ),
    *each(
        "request.invalid-is-refused",
        ((f"set to {json.dumps(wrong)}", asking(email=wrong)) for wrong in (None, 7, ["d@example.org"])),
        _EMAIL,
    ),
    *each(
        "request.connector-is-kept",
        (
            ("the next one came", put("data/connector_id", lambda whole: whole["data"]["connector_id"] % 100 + 1)),
            ("the next one was asked for", _other_connector),
        ),
        _START,
    ),
    *values("request.charger-is-kept", "data/charger/public_code", ("NOTIT",), _START),
    *each(
        "request.charger-is-kept",
        (("a code that starts otherwise", _other_code), ("a longer code", asking(code="ANOTHERONE"))),
        _START,
    ),
    *values("request.email-is-kept", "data/driver_email", ("another.one@example.org", None), _EMAIL),
    *each("request.email-is-kept", (("another was sent", asking(email="another.one@example.org")),), _EMAIL),
)
