"""How an operation may fail, and how a failure is told."""

from typing import Any

from benchmarks.power.fact import (
    Base,
    Change,
    Fact,
    Ways,
    answers,
    documented,
    drop,
    fails,
    inferred,
    is_failure,
    only,
    to,
)
from plugproof_contracts import Exchange

FAILURES = {
    "confirm": (404,),
    "start": (400, 404, 409, 422, 429),
    "get": (404,),
    "stop": (400, 404),
    "cancel": (404, 409),
    "receipt-email": (404, 422),
    "charger": (404,),
}
"""The failures that the operations' pages list."""
CODES = (400, 402, 403, 405, 406, 408, 409, 410, 412, 415, 418, 422, 423, 428)
PAGE = b"<!DOCTYPE html>\n<html><head><title>Oops</title></head><body>Something went wrong.</body></html>\n"
NO_MESSAGES: tuple[Any, ...] = (404, True, ["Not Found"], {"en": "Not Found"})
NO_MAPS: tuple[Any, ...] = (
    None,
    [],
    "invalid",
    7,
    {"email": "invalid"},
    {"email": [1]},
    {"email": None},
    {"email": {}},
)


def _code(number: int) -> Change:
    return lambda base: base.exchange.replace(status=number)


def _undocumented(name: str) -> Ways:
    """Tell a 404 as another failure."""
    ways = [(f"{name} fails with {code}", _code(code)) for code in CODES if code not in FAILURES[name]]
    return only(ways, lambda base: base.operation == name and base.code == 404)


def _redirect(number: int) -> Change:
    def change(base: Base) -> Exchange:
        moved = base.headers(location="https://app.plugchoice.com/", content_type=None)
        return moved.replace(status=number, body=b"")

    return change


def _instead(body: bytes, content_type: str | None) -> Change:
    return lambda base: base.headers(content_type=content_type).replace(body=body)


def _body(body: bytes) -> Change:
    return lambda base: base.exchange.replace(body=body)


def _no_content(base: Base) -> Exchange:
    return base.headers(content_type=None).replace(status=204, body=b"")


def _asked_json(base: Base) -> bool:
    return is_failure(base) and base.code != 429


FACTS: tuple[Fact, ...] = (
    documented(
        "confirm-payment#response",
        "codes",
        only(
            [(f"a success with {code}", _code(code)) for code in (201, 202, 203, 206)],
            lambda base: base.code == 200,
        ),
        only([("a success with 204 and no body", _no_content)], lambda base: base.is_success),
    ),
    documented(
        "start-session#response",
        "codes",
        only([(f"a start with {code}", _code(code)) for code in (200, 202)], answers("start")),
    ),
    documented(
        "confirm-payment#authentication",
        "codes",
        only(
            [
                ("401", _code(401)),
                ("401 with a challenge", lambda base: base.headers(www_authenticate="Bearer").replace(status=401)),
                ("401 unauthenticated", lambda base: base.put("message", "Unauthenticated.").replace(status=401)),
            ],
            fails(404),
        ),
    ),
    *[inferred(f"{name}#errors", "codes", _undocumented(name)) for name in FAILURES],
    inferred(
        "errors#status-codes",
        "codes",
        only([(f"a redirect with {code}", _redirect(code)) for code in (301, 302, 307, 308)], fails(404)),
    ),
    documented(
        "errors#format",
        "errors",
        only(
            [
                ("a page instead of JSON", _instead(PAGE, "text/html; charset=UTF-8")),
                ("a text instead of JSON", _instead(b"Something went wrong.", "text/plain")),
                ("nothing instead of JSON", _instead(b"", "text/html; charset=UTF-8")),
                ("nothing at all", _instead(b"", None)),
                ("XML instead of JSON", _instead(b"<error>Not Found</error>", "application/xml")),
            ],
            _asked_json,
        ),
    ),
    documented(
        "errors#message",
        "errors",
        only(to("message", None, *NO_MESSAGES), is_failure),
        only(drop("message"), is_failure),
        only(
            [
                (f"the error is {text.decode()}", _body(text))
                for text in (b"[]", b'"Not Found"', b"404", b"null", b'{"error":"Not Found"}', b"{}")
            ],
            is_failure,
        ),
    ),
    documented("errors#422", "errors", only(to("errors", *NO_MAPS), fails(422)), only(drop("errors"), fails(422))),
    documented(
        "rate-limiting#429",
        "errors",
        only(
            to("message", "Slow down.", "Too many attempts", "Rate limit exceeded", "Too Many Requests", ""),
            fails(429),
        ),
    ),
    documented(
        "errors#504",
        "errors",
        only(to("message", "Gateway Timeout", "Timed out.", "The charger did not respond", ""), fails(504)),
    ),
)
