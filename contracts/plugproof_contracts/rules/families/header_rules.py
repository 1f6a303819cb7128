"""The headers that a client decides by."""

from plugproof_contracts.facts.level import Level
from plugproof_contracts.parsing.finding import Finding, Text
from plugproof_contracts.parsing.parsed_response import ParsedResponse
from plugproof_contracts.parsing.strict_json import MISSING
from plugproof_contracts.rules.catalogue import Findings, Subject, rule
from plugproof_contracts.rules.examples import failure, success


@rule(
    "headers.content-type",
    Level.DOCUMENTED,
    source="confirm-payment#response",
    on=Subject.ANSWER,
    missing=("content-type",),
    conforming=[success(headers={"content-type": "Application/JSON; charset=utf-8"}), failure(404)],
    violating=[
        success(without="content-type"),
        success(headers={"content-type": "text/html; charset=UTF-8"}),
        failure(404, headers={"content-type": "text/plain"}),
    ],
)
def content_type(answer: ParsedResponse) -> Findings:
    """JSON says that it is JSON.

    Many clients parse a body by its content type, and hand the session on as text under another one."""
    if not answer.says_json and (answer.is_success or answer.document is not MISSING):
        yield Finding("", "Content-Type: application/json", Text(answer.headers.get("content-type") or "none"))


@rule(
    "headers.any-origin",
    Level.ASSUMED,
    source="framework#cors",
    on=Subject.ANSWER,
    body=False,
    missing=("access-control-allow-origin",),
    conforming=[success(), failure(404)],
    violating=[
        success(without="access-control-allow-origin"),
        success(headers={"access-control-allow-origin": "https://app.plugchoice.com"}),
    ],
)
def any_origin(answer: ParsedResponse) -> Findings:
    """A page of any origin may read the answer.

    Payment pages live on other origins; without this header the browser keeps the answer from them."""
    found = answer.headers.get("access-control-allow-origin")
    if found != "*":
        yield Finding("", "Access-Control-Allow-Origin: *", Text(found or "none"))


@rule(
    "headers.nothing-exposed",
    Level.ASSUMED,
    source="framework#cors",
    on=Subject.ANSWER,
    body=False,
    conforming=[success()],
    violating=[success(headers={"access-control-expose-headers": "Retry-After"})],
)
def nothing_exposed(answer: ParsedResponse) -> Findings:
    """No header is exposed to pages of other origins.

    If that changes, browser code may read `Retry-After` at last, instead of guessing."""
    found = answer.headers.get("access-control-expose-headers")
    if found:
        yield Finding("", "no Access-Control-Expose-Headers", Text(found))
