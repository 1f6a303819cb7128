"""What the headers and texts of one answer show of the facts, each by the name of its fact."""

from collections.abc import Iterator
from functools import cache

from plugproof_contracts.facts.error_texts import ERROR_TEXTS, FAILURE_TEXTS, ErrorText
from plugproof_contracts.facts.response_headers import RESPONSE_HEADERS, ResponseHeader
from plugproof_contracts.learning.observations import Observation, Observations
from plugproof_contracts.parsing.parsed_response import ParsedResponse
from plugproof_contracts.parsing.unchecked import blocked_reason, server_error_reason


def header_name(header: str) -> str:
    """Return the name of a header's fact, such as `header.retry-after`."""
    return f"header.{header.lower()}"


def text_name(text: str) -> str:
    """Return the name of a text's fact, such as `text.not-found`."""
    return f"text.{text}"


def _is_telling(answer: ParsedResponse) -> bool:
    """Return whether the API itself answered an operation, so that headers and texts are its own."""
    exchange = answer.exchange
    return answer.operation is not None and not (blocked_reason(exchange) or server_error_reason(exchange))


def shown_in(seen: Observations) -> tuple[tuple[Observation, tuple[tuple[str, bool], ...]], ...]:
    """Return the answers that are the API's own, each with the headers and texts that it has or lacks."""
    return seen.once(_shown)


def _shown(seen: Observations) -> tuple[tuple[Observation, tuple[tuple[str, bool], ...]], ...]:
    own = [one for one in seen.all if _is_telling(one.answer)]
    return tuple((one, (*_headers_shown(one.answer), *_texts_shown(one.answer))) for one in own)


def _headers_shown(answer: ParsedResponse) -> Iterator[tuple[str, bool]]:
    """Yield each header that belongs to an answer, with whether it is there as it is known."""
    for fact, header in _headers_of(answer.code):
        holds = _has_header(answer, header)
        if holds is not None:
            yield fact, holds


def _texts_shown(answer: ParsedResponse) -> Iterator[tuple[str, bool]]:
    """Yield each text that an answer has the place of, with whether it is said."""
    message = answer.error.get("message")
    if isinstance(message, str):
        known = _texts_of(answer.code, answer.name)
        said = [fact for fact, text in known if text.is_said_by(message)]
        # Where several texts are known, it is not known which of them another one stands for.
        for fact in said or [fact for fact, _ in known if len(known) == 1]:
            yield fact, bool(said)
    reason = answer.field("failure_reason")
    for name, text in FAILURE_TEXTS.items() if reason else ():
        if text == reason:
            yield text_name(f"failure.{name}"), True


@cache
def _headers_of(code: int) -> tuple[tuple[str, ResponseHeader], ...]:
    return tuple(
        (header_name(row.name), row)
        for row in RESPONSE_HEADERS.values()
        if (not row.codes or code in row.codes) and code < 500
    )


def _has_header(answer: ParsedResponse, header: ResponseHeader) -> bool | None:
    """Return whether an answer has a header as it is known; None where a recorder may have left it out."""
    value = answer.headers.get(header.name)
    if value is None:
        return None if answer.headers.is_partial else False
    return header.value is None or value.strip().lower() == header.value


@cache
def _texts_of(code: int, operation: str) -> tuple[tuple[str, ErrorText], ...]:
    return tuple(
        (text_name(row.name), row)
        for row in ERROR_TEXTS.values()
        if row.code == code and (not row.operations or operation in row.operations)
    )
