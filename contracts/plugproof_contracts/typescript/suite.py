"""The conformance suite of the TypeScript package: the rules' examples, each with what the checker finds."""

import json
from collections.abc import Iterator
from typing import Any

from plugproof_contracts.checking.checker import examine
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.parsing.date_times import instant
from plugproof_contracts.parsing.parsed_response import parsed
from plugproof_contracts.parsing.strict_json import MISSING
from plugproof_contracts.rules import RULES
from plugproof_contracts.typescript.statements import STATED

MOMENTS = """
    2026-01-10T01:14:33.000000Z 2026-01-10T01:14:33Z 2026-01-10T01:14:33 2026-01-10T01:14 2026-01-10T01
    2026-01-10T 2026-01-10 20260110T011433Z 2026-01-10T01:14:33+01:00 2026-01-10T01:14:33-0530
    2026-01-10T01:14:33+01 2026-W02-6T11:00:00Z 2026W026T110000Z 2026-010T11:00:00Z 2026010T110000Z
    2026-366T00:00Z 2024-366T00:00Z 2026-02-30T11:00:00Z 2026-13-01T11:00:00Z 2026-01-10T24:00:00Z
    2026-01-10T24:00:01Z 2026-01-10T23:59:60Z 2026-01-10T23:59:61Z 2026-01-10T11:60:00Z
    2026-01-10T11:00:00,5Z 2026-01-10T11:00:00.123456789Z 2026-01-10T11:00:00.1Z 2026-01-10t11:00:00Z
    2026-01-10T11:00:00z 0000-01-10T11:00:00Z 9999-12-31T23:59:59Z 2026-01-10T11:00:00+24:00
    2026-01-10T11:00:00+14:00 T 10.01.2026T11:00 2026-W54-1T11:00Z
    """.split()  # noqa: SIM905 - a table is read as one
"""Texts of which some are ISO 8601 date-times."""


def suite() -> str:
    """Return the suite as JSON, one example a line."""
    lines = ",\n".join(f"  {_json(one)}" for one in examples())
    moments = ",\n".join(f"  {_json(one)}" for one in map(_moment, MOMENTS))
    return f'{{"examples": [\n{lines}\n], "moments": [\n{moments}\n]}}\n'


def examples() -> Iterator[dict[str, Any]]:
    """Yield each example of a stated rule that a parser of JSON reads as the checker does."""
    for slug in STATED:
        for is_conforming, traces in ((True, RULES[slug].conforming), (False, RULES[slug].violating)):
            for (exchange,) in traces:
                if (told := example(exchange)) is not None:
                    yield {"rule": slug, "conforming": is_conforming, **told}


def example(exchange: Exchange) -> dict[str, Any] | None:
    """Return an exchange with what the stated rules find, or None if no parser of JSON reads the same.

    Of a success whose body is no JSON the package says that it cannot be checked.
    """
    answered = parsed(exchange)
    reading = answered.reading
    is_read_in_two_ways = reading.value is not MISSING and reading.defects
    if is_read_in_two_ways or (reading.value is MISSING and answered.is_success):
        return None
    response = {"status": exchange.status, "headers": dict(exchange.headers)}
    answer: dict[str, Any] = {"method": exchange.method, "url": exchange.url, "response": response}
    answer |= {} if reading.value is MISSING else {"body": reading.value}
    result = examine(exchange)
    found = [[one.rule, one.pointer, one.expected] for one in result.violations if one.rule in STATED]
    return {"answer": answer, "findings": found, "unchecked": not (result.checked or result.applicable)}


def _moment(text: str) -> list[Any]:
    moment = instant(text)
    if moment is None:
        return [text, None]
    has_offset = moment.tzinfo is not None
    return [text, moment.isoformat(), has_offset]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
