"""Failures are told in JSON, in the documented words, and tell no more than that."""

from collections.abc import Mapping
from typing import Any

from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.exchanges.route import is_utf8
from plugproof_contracts.facts.error_texts import TIMED_OUT, TOO_MANY
from plugproof_contracts.facts.level import Level
from plugproof_contracts.facts.operations import INVENTED, OPERATIONS
from plugproof_contracts.parsing.finding import Finding, Text
from plugproof_contracts.parsing.parsed_response import ParsedResponse, is_object
from plugproof_contracts.parsing.schema import pointer_to
from plugproof_contracts.parsing.strict_json import MISSING
from plugproof_contracts.rules.catalogue import Findings, Subject, rule
from plugproof_contracts.rules.examples import TOKEN, failure, refusal, success

EVERY_OPERATION = tuple(OPERATIONS)
ON_TOKENS = tuple(name for name, row in OPERATIONS.items() if "{token}" in row.path)
ALWAYS_POSSIBLE = (429, 500, 504)
"""The failures that the reference documents for all operations."""
DEBUG_FIELDS = ("exception", "file", "line", "trace")
_HTML = {"content-type": "text/html; charset=UTF-8"}
_PAGE = failure(404, headers=_HTML).replace(body=b"<!DOCTYPE html><title>Not Found</title>")
_NO_MAPS: tuple[Any, ...] = (None, [], {"email": "invalid"}, {"email": [1]}, {"email": None})
_INVALID = {"email": ["The email field must be a valid email address."]}


_REFUSED = dict(refusal().headers)


def _of_nobody(exchange: Exchange) -> Exchange:
    return exchange.replace(url=exchange.url.replace(TOKEN, f"{INVENTED}1a2b3c4d"))


def _with_credentials(exchange: Exchange) -> Exchange:
    return exchange.replace(request_headers={"accept": "application/json", "authorization": "Bearer example"})


@rule(
    "http.success-code",
    Level.DOCUMENTED,
    source="start-session#response",
    on=Subject.ANSWER,
    operations=EVERY_OPERATION,
    body=False,
    conforming=[success(), success("start", "created"), failure(404)],
    violating=[success().replace(status=202), success("start", "created").replace(status=200)],
)
def success_code(answer: ParsedResponse) -> Findings:
    """A success has the status code that its page documents.

    Clients compare with 200 or 201; another code of the same hundred takes the failure branch."""
    expected = answer.operation.success if answer.operation else answer.code
    if 200 <= answer.code < 300 and answer.code != expected:
        yield Finding("", f"{expected} for a success", Text(f"{answer.code}"))


@rule(
    "http.unknown-token",
    Level.DOCUMENTED,
    source="get-session#errors.404",
    on=Subject.ANSWER,
    operations=ON_TOKENS,
    body=False,
    invented_token=True,
    conforming=[_of_nobody(failure(404)), _of_nobody(failure(429, TOO_MANY, headers=_REFUSED))],
    violating=[_of_nobody(failure(400, "Bad Request")), _of_nobody(success()), _of_nobody(failure(410))],
)
def unknown_token(answer: ParsedResponse) -> Findings:
    """A token that was never issued is not found.

    A client that mistyped its link tells its driver so by the 404; any other answer sends it the wrong way."""
    is_refused_before = answer.code in (302, 303, 422, 429) or answer.code >= 500
    if answer.code != 404 and not is_refused_before:
        yield Finding("", "404, for the token was never issued", Text(f"{answer.code}"))


@rule(
    "http.no-authentication",
    Level.DOCUMENTED,
    source="confirm-payment#authentication",
    on=Subject.ANSWER,
    operations=EVERY_OPERATION,
    body=False,
    conforming=[success(), failure(404)],
    violating=[failure(401, "Unauthenticated.")],
)
def no_authentication(answer: ParsedResponse) -> Findings:
    """No authentication is asked for.

    The session token is the credential; a driver's browser has no other one to offer."""
    if answer.code == 401 and not _has_credentials(answer):
        yield Finding("", "an answer without authentication", Text("401"))


def _has_credentials(answer: ParsedResponse) -> bool:
    """That wrong credentials are let through, too, no page says."""
    return "authorization" in answer.exchange.request_headers


@rule(
    "http.failure-code",
    Level.INFERRED,
    source="errors#status-codes",
    on=Subject.ANSWER,
    operations=EVERY_OPERATION,
    body=False,
    conforming=[
        failure(404),
        failure(409, operation="cancel"),
        failure(500),
        failure(422, operation="start", errors=_INVALID),
        failure(413, operation="start").replace(request_body=b" " * 70_000),
        failure(400, "Malformed URL.").replace(url=failure(404).url.replace(TOKEN, "%ff%fe")),
    ],
    violating=[
        failure(409),
        failure(400, "Malformed URL."),
        failure(413),
        failure(410),
        failure(403),
        failure(301).replace(body=b""),
        _with_credentials(failure(401, "Unauthenticated.")),
    ],
)
def failure_code(answer: ParsedResponse) -> Findings:
    """A failure has a status code that the operation's page documents, or one of those that all have.

    Clients have a branch for each of them; any other ends in "something went wrong"."""
    if answer.operation is None or answer.code < 300 or (answer.code == 401 and not _has_credentials(answer)):
        return
    if _is_unasked_redirect(answer) or _is_too_large(answer) or _is_refused_unread(answer):
        return
    allowed = sorted({*answer.operation.failures, *ALWAYS_POSSIBLE})
    if answer.code not in allowed:
        yield Finding("", f"one of {', '.join(map(str, allowed))}", Text(f"{answer.code}"))


def _is_unasked_redirect(answer: ParsedResponse) -> bool:
    return answer.code in (302, 303) and not answer.asked_json


def _is_too_large(answer: ParsedResponse) -> bool:
    """Every server has a limit of its own to what it reads."""
    return answer.code == 413 and bool(answer.exchange.request_body)


def _is_refused_unread(answer: ParsedResponse) -> bool:
    """The framework refuses a path that is not UTF-8 before it routes."""
    return answer.code == 400 and not is_utf8(answer.exchange.url)


def _is_json(answer: ParsedResponse) -> bool:
    return answer.says_json or answer.document is not MISSING


@rule(
    "errors.json-when-asked",
    Level.DOCUMENTED,
    source="errors#format",
    on=Subject.FAILURE,
    asked=True,
    missing=("content-type",),
    conforming=[failure(404), refusal()],
    violating=[
        _PAGE,
        _PAGE.replace(status=500),
        failure(404, headers={"content-type": "text/plain"}).replace(body=b""),
    ],
)
def json_when_asked(answer: ParsedResponse) -> Findings:
    """A failure is JSON if the request asked for JSON.

    A client that parses the body to show the message meets a page and fails on the failure."""
    if answer.code >= 400 and not _is_json(answer):
        yield Finding("", "a JSON error", _what_came(answer))


@rule(
    "errors.json-unasked",
    Level.ASSUMED,
    source="errors#format",
    on=Subject.FAILURE,
    asked=False,
    missing=("content-type",),
    conforming=[failure(404, accept="*/*"), failure(500, accept="")],
    violating=[
        _PAGE.replace(request_headers={"accept": "*/*"}),
        _PAGE.replace(
            status=302, request_headers={}, headers={"location": "/", "access-control-allow-origin": "*"}
        ),
    ],
)
def json_unasked(answer: ParsedResponse) -> Findings:
    """A failure is JSON even if the request did not ask for it.

    The framework answers a request without `Accept: application/json` with a page or a redirect: send it."""
    if (answer.code >= 400 and not _is_json(answer)) or _is_unasked_redirect(answer):
        yield Finding("", "a JSON error, or a request with Accept: application/json", _what_came(answer))


def _what_came(answer: ParsedResponse) -> Text:
    kind = (answer.headers.get("content-type") or "no content type").partition(";")[0]
    return Text(f"{answer.code} with {kind}")


@rule(
    "errors.message",
    Level.DOCUMENTED,
    source="errors#format",
    on=Subject.ERROR,
    conforming=[failure(404), failure(404, "")],
    violating=[
        failure(404).replace(body=body)
        for body in (b"{}", b'{"message":null}', b'{"message":["x"]}', b"[]", b'"x"')
    ],
)
def message(answer: ParsedResponse) -> Findings:
    """A failure is an object with a string `message`.

    It is what a client shows or logs when it knows nothing better."""
    if not is_object(answer.document):
        yield Finding("", "an object with a message", answer.document)
    elif not isinstance(answer.error.get("message"), str):
        yield Finding("/message", "a string", answer.error.get("message", Text("no such field")))


@rule(
    "errors.validation-map",
    Level.DOCUMENTED,
    source="errors#validation",
    on=Subject.ERROR,
    codes=(422,),
    conforming=[failure(422, "Invalid.", operation="receipt-email", errors=_INVALID)],
    violating=[failure(422, "Invalid.", operation="receipt-email", errors=bad) for bad in _NO_MAPS],
)
def validation_map(answer: ParsedResponse) -> Findings:
    """A 422 lists its reasons: `errors` has an array of strings for every field.

    Forms put each reason beside its field; a bare string is shown letter by letter."""
    errors = answer.error.get("errors")
    if not is_object(errors):
        actual = Text("no such field") if errors is None else errors
        yield Finding("/errors", "an object of arrays of strings", actual)
    else:
        yield from _reasons(errors)


def _reasons(errors: Mapping[str, Any]) -> Findings:
    for name, reasons in errors.items():
        if not (isinstance(reasons, list) and all(isinstance(reason, str) for reason in reasons)):
            yield Finding(pointer_to("/errors", name), "an array of strings", Text("something else"))


@rule(
    "errors.throttle-text",
    Level.DOCUMENTED,
    source="rate-limiting#response",
    on=Subject.ERROR,
    codes=(429,),
    conforming=[refusal()],
    violating=[failure(429, "Slow down.", headers=dict(refusal().headers))],
)
def throttle_text(answer: ParsedResponse) -> Findings:
    """A 429 says "Too Many Attempts.".

    Some clients tell the API's own limit from a proxy's by this text."""
    yield from _says(answer, TOO_MANY)


@rule(
    "errors.timeout-text",
    Level.DOCUMENTED,
    source="errors#504",
    on=Subject.ERROR,
    codes=(504,),
    conforming=[failure(504, TIMED_OUT, operation="stop")],
    violating=[failure(504, "Gateway Timeout", operation="stop")],
)
def timeout_text(answer: ParsedResponse) -> Findings:
    """A 504 says that the charger did not respond in time.

    It tells that the action may still take effect, unlike a gateway's 504."""
    yield from _says(answer, TIMED_OUT)


def _says(answer: ParsedResponse, text: str) -> Findings:
    found = answer.error.get("message")
    if isinstance(found, str) and found != text:
        yield Finding("/message", f'"{text}"', found)


@rule(
    "errors.no-debug",
    Level.INFERRED,
    source="errors#format",
    on=Subject.ERROR,
    conforming=[failure(500, "Server Error")],
    violating=[
        failure(500, "Server Error", exception="RuntimeException"),
        failure(500, "Server Error", file="/var/www/Handler.php"),
        failure(500, "Server Error", line=7),
        failure(404, trace=[]),
    ],
)
def no_debug(answer: ParsedResponse) -> Findings:
    """A failure does not show the server's insides.

    A stack trace in an answer means debug mode: it shows paths, and with them secrets, to every driver."""
    for name in DEBUG_FIELDS:
        if name in answer.error:
            yield Finding(f"/{name}", "no such field", Text("one"))


@rule(
    "errors.known-fields",
    Level.ASSUMED,
    source="errors#format",
    on=Subject.ERROR,
    conforming=[failure(404), failure(422, "Invalid.", operation="start", errors={"code": ["Required."]})],
    violating=[failure(404, code="not_found"), failure(404, errors={})],
)
def known_fields(answer: ParsedResponse) -> Findings:
    """A failure has no other fields than `message`, and `errors` on a 422.

    A new one may be worth reading, and strict decoders refuse it."""
    known = {"message", *DEBUG_FIELDS} | ({"errors"} if answer.code == 422 else set())
    for name in answer.error:
        if name not in known:
            yield Finding(pointer_to("", name), "only documented fields", Text("one more field"))


@rule(
    "errors.allowed-methods",
    Level.ASSUMED,
    source="errors#405",
    on=Subject.ANSWER,
    codes=(405,),
    body=False,
    missing=("allow",),
    conforming=[failure(405, headers={"allow": "POST"}).replace(method="PUT")],
    violating=[failure(405).replace(method="PUT")],
)
def allowed_methods(answer: ParsedResponse) -> Findings:
    """A 405 names the allowed methods in `Allow`.

    HTTP asks for it, and it tells at once that GET and POST were mixed up."""
    if not answer.headers.get("allow"):
        yield Finding("", "an Allow header", Text("none"))
