"""Timestamps: readable, with an offset, in order, and not in the future."""

from datetime import datetime
from itertools import pairwise

from plugproof_contracts.facts.level import Level
from plugproof_contracts.facts.session import TIMESTAMPS
from plugproof_contracts.parsing.date_times import SKEW, instant
from plugproof_contracts.parsing.finding import Finding
from plugproof_contracts.parsing.parsed_response import ParsedResponse
from plugproof_contracts.rules.catalogue import SESSION_OPERATIONS, Findings, Subject, rule
from plugproof_contracts.rules.examples import success


def _moments(answer: ParsedResponse) -> list[tuple[str, datetime]]:
    """Return name and moment of the timestamps that are set and say when."""
    found = [(name, instant(answer.field(name) or "")) for name in TIMESTAMPS]
    return [(name, moment) for name, moment in found if moment is not None and moment.tzinfo is not None]


@rule(
    "time.iso8601",
    Level.DOCUMENTED,
    source="confirm-payment#response.created_at",
    on=Subject.SUCCESS,
    operations=SESSION_OPERATIONS,
    fields=TIMESTAMPS,
    least=1,
    conforming=[
        success(created_at=text)
        for text in ("2026-01-10T11:00:00Z", "2026-01-10T11:00:00.123456Z", "2026-01-10T12:00:00+01:00")
    ],
    violating=[
        success(created_at=text)
        for text in ("2026-01-10 11:00:00", "2026-01-10", "10.01.2026", "", "1768042800", "2026-02-30T11:00:00Z")
    ],
)
def iso8601(answer: ParsedResponse) -> Findings:
    """Every timestamp is an ISO 8601 date-time.

    Date parsers of browsers and phones agree on this form only; on others one shows `Invalid Date`."""
    for name in TIMESTAMPS:
        text = answer.field(name)
        if text is not None and instant(text) is None:
            yield Finding(f"/data/{name}", "an ISO 8601 date-time, such as 2026-01-10T01:14:33Z", text)


@rule(
    "time.offset",
    Level.INFERRED,
    source="confirm-payment#response.created_at",
    on=Subject.SUCCESS,
    operations=SESSION_OPERATIONS,
    fields=TIMESTAMPS,
    least=1,
    conforming=[success(created_at="2026-01-10T06:00:00-05:00"), success()],
    violating=[success(created_at="2026-01-10T11:00:00")],
)
def offset(answer: ParsedResponse) -> Findings:
    """Every timestamp has an offset from UTC.

    Without one a phone takes it for local time, and a session seems to last an hour too long."""
    for name in TIMESTAMPS:
        moment = instant(answer.field(name) or "")
        if moment is not None and moment.tzinfo is None:
            yield Finding(f"/data/{name}", "an offset, such as Z or +01:00", answer.field(name))


@rule(
    "time.order",
    Level.INFERRED,
    source="confirm-payment#response.created_at",
    on=Subject.SUCCESS,
    operations=SESSION_OPERATIONS,
    fields=TIMESTAMPS,
    least=2,
    conforming=[success("get", "captured"), success(authorized_at="2026-01-10T12:00:00+01:00")],
    violating=[
        success(authorized_at="2026-01-10T10:59:59Z"),
        success("get", "captured", captured_at="2026-01-10T11:49:59Z"),
        success("get", "captured", completed_at=None, captured_at="2026-01-10T11:01:30Z"),
    ],
)
def order(answer: ParsedResponse) -> Findings:
    """The timestamps are in the order of the session's life.

    Durations are computed from them: one out of order shows minus four minutes of charging."""
    moments = _moments(answer)
    for (earlier, before), (later, after) in pairwise(moments):
        if after < before:
            yield Finding(f"/data/{later}", f"not before {earlier}, {before.isoformat()}", after.isoformat())


@rule(
    "time.not-in-future",
    Level.INFERRED,
    source="confirm-payment#response.created_at",
    on=Subject.SUCCESS,
    operations=SESSION_OPERATIONS,
    fields=TIMESTAMPS,
    least=1,
    headers=("date",),
    conforming=[success(charging_started_at="2026-01-10T12:00:30Z"), success("get", "captured")],
    violating=[
        success(charging_started_at="2026-01-10T12:01:30Z"),
        success("get", "expired", created_at="2027-01-10T12:00:00Z"),
    ],
)
def not_in_future(answer: ParsedResponse) -> Findings:
    """No timestamp is later than the answer, but for a minute between two clocks.

    They say what has happened; one in the future runs a charging timer backwards."""
    for name, moment in _moments(answer):
        if answer.date is not None and moment - answer.date > SKEW:
            yield Finding(
                f"/data/{name}", f"not after the answer's Date, {answer.date.isoformat()}", moment.isoformat()
            )
