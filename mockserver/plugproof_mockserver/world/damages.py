"""Damages: from the answer that would have been sent to the one that is, a small function for each kind."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from msgspec.structs import replace

from plugproof_contracts.facts import error_texts
from plugproof_mockserver.http.response import HTML, ConnectionFault, ErrorResponse, Response
from plugproof_mockserver.world.faults import fault_fields
from plugproof_mockserver.world.faults.fault import Fault, FaultKind

if TYPE_CHECKING:
    from plugproof_mockserver.engine.operation_handlers import OperationCall
    from plugproof_mockserver.http.request import Request
    from plugproof_mockserver.world.world import World

Damage = Callable[[Response, Fault, bool], Response | None]
"""Takes an answer, the fault, and whether errors are written as JSON; None where there is nothing to damage."""


class DueAnswer(NamedTuple):
    """An answer that is due, as it would be sent; `finish` gives another answer the headers that all have."""

    world: "World"
    request: "Request"
    call: "OperationCall"
    response: Response
    now: int
    finish: Callable[[Response], Response]


def damage(response: Response, fault: Fault, as_json: bool) -> Response | None:
    """Return the answer as a fault leaves it; None where it finds nothing in it to damage."""
    return _DAMAGES[fault.kind](response, fault, as_json)


def _latency(response: Response, fault: Fault, as_json: bool) -> Response:
    return replace(response, delay=response.delay + fault.milliseconds / 1000)


def _drip(response: Response, fault: Fault, as_json: bool) -> Response:
    return replace(response, drip=response.drip + fault.milliseconds / 1000)


def _error(status: int, message: str) -> Damage:
    problem = ErrorResponse(status, message)

    def error(response: Response, fault: Fault, as_json: bool) -> Response:
        written = problem.to_response() if as_json else problem.to_page()
        return replace(response, status=status, body=written.body, headers=written.headers)

    return error


def _cut(connection_fault: ConnectionFault) -> Damage:
    return lambda response, fault, as_json: replace(response, connection_fault=connection_fault)


def _malformed(response: Response, fault: Fault, as_json: bool) -> Response:
    return replace(response, body=response.body[: len(response.body) * 2 // 3] + b",,")


def _html(response: Response, fault: Fault, as_json: bool) -> Response:
    page = b"<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body>Please log in.</body></html>\n"
    return replace(response, status=200, body=page, headers=HTML)


def _content_type(response: Response, fault: Fault, as_json: bool) -> Response:
    others = tuple(header for header in response.headers if header[0] != b"content-type")
    return replace(response, headers=(*others, (b"content-type", b"text/plain; charset=utf-8")))


def _gzip(response: Response, fault: Fault, as_json: bool) -> Response:
    # The body stays as it is, and so is no gzip: no JSON begins with its two magic bytes.
    return replace(response, headers=(*response.headers, (b"content-encoding", b"gzip")))


def _edited(edit: fault_fields.Edit) -> Damage:
    def edited(response: Response, fault: Fault, as_json: bool) -> Response | None:
        try:
            content = msgspec.json.decode(response.body)
        except msgspec.DecodeError:
            return None  # a page has no fields
        has_changed = isinstance(content, dict) and edit(content, fault.field)
        return replace(response, body=msgspec.json.encode(content)) if has_changed else None

    return edited


_DAMAGES: dict[FaultKind, Damage] = {
    FaultKind.LATENCY: _latency,
    FaultKind.ERROR_429: _error(429, error_texts.TOO_MANY),
    FaultKind.ERROR_500: _error(500, "Server Error"),
    FaultKind.ERROR_502: _error(502, "Bad Gateway"),
    FaultKind.ERROR_503: _error(503, "Service Unavailable"),
    FaultKind.ERROR_504: _error(504, error_texts.TIMED_OUT),
    FaultKind.RESET: _cut(ConnectionFault.RESET),
    FaultKind.EMPTY: _cut(ConnectionFault.EMPTY),
    FaultKind.TRUNCATE: _cut(ConnectionFault.TRUNCATE),
    FaultKind.DRIP: _drip,
    FaultKind.MALFORMED: _malformed,
    FaultKind.HTML: _html,
    FaultKind.CONTENT_TYPE: _content_type,
    FaultKind.GZIP: _gzip,
    FaultKind.UNKNOWN_FIELD: _edited(fault_fields.add_unknown),
    FaultKind.UNKNOWN_ENUM: _edited(fault_fields.put_unknown),
    FaultKind.MISSING_FIELD: _edited(fault_fields.leave_out),
    FaultKind.WRONG_TYPE: _edited(fault_fields.put_wrong_type),
    FaultKind.NULL: _edited(fault_fields.put_null),
    FaultKind.VIOLATION: lambda response, fault, as_json: response,  # broken when the rest of it is written
}
