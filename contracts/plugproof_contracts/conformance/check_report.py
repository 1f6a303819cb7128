"""What a check comes to, as the report that all checks give."""

from datetime import UTC, date, datetime
from typing import NamedTuple

import msgspec

from plugproof_contracts.checking.baseline import Accept
from plugproof_contracts.checking.checker import JudgedTrace, judge_trace
from plugproof_contracts.conformance.check_run import CheckRun, ProbeResult
from plugproof_contracts.conformance.history.check_history import History
from plugproof_contracts.conformance.history.drift import Shape, drift, shape_of
from plugproof_contracts.conformance.probing import inconclusive
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.exchanges.route import redacted
from plugproof_contracts.parsing.parsed_response import parsed
from plugproof_contracts.parsing.redactions import secrets_of
from plugproof_contracts.reports.builder import Evidence, ReportPolicy, report_of
from plugproof_contracts.reports.report_model import Report
from plugproof_contracts.secrets.token import Token


class Baseline(NamedTuple):
    """What a check is compared with: accepted findings, and a shape that was saved."""

    accepts: tuple[Accept, ...] = ()
    shape: Shape | None = None


def build_check_report(
    run: CheckRun,
    tokens: tuple[Token, ...],
    accepts: tuple[Accept, ...] = (),
    today: date | None = None,
    judged: JudgedTrace | None = None,
) -> Report:
    """Put together what a check found; the tokens that were given are in no text of it.

    `judged` is what `judge` says of it, if that is known.
    """
    found = _gather(run, judge(run) if judged is None else judged)
    found.secrets |= {token.reveal() for token in tokens}
    terms = ReportPolicy(today or datetime.now(UTC).date(), run.policy.strict, accepts)
    made = report_of("plugproof check", [found], terms)
    counts = made.counts | {"requests planned": run.planned, "requests sent": run.booked}
    return msgspec.structs.replace(made, counts=counts)


def judge(run: CheckRun) -> JudgedTrace:
    """Judge what was answered, in order."""
    return judge_trace(exchange for _, exchange in accepted(run))


def _gather(run: CheckRun, judged: JudgedTrace) -> Evidence:
    found = Evidence(redacted(run.base), format="live")
    found.bases = {redacted(run.base)}
    found.secrets = {secret for result in run.sent for secret in _secrets(result)}
    for entry, words in run.problems:
        found.note(words, entry)
    for words in run.recovered:
        found.skipped[words] += 1
    if judged.exchanges:
        found.numbers = [result.number for result, _ in accepted(run)]
        found.judged, found.result = judged, judged.whole
        found.seen = {status for exchange in judged.exchanges if (status := parsed(exchange).status)}
    elif run.accepted:
        found.note(inconclusive.STRANGE)
    return found


def _secrets(result: ProbeResult) -> set[str]:
    subject = {result.probe.subject.reveal()} if result.probe.subject else set()
    return subject | (set(secrets_of(result.outcome.exchange)) if result.outcome.exchange else set())


def accepted(run: CheckRun) -> list[tuple[ProbeResult, Exchange]]:
    """Return the answers that are judged: none, if not one of them bears a mark of the API."""
    found = [(result, result.outcome.exchange) for result in run.accepted if result.outcome.exchange]
    return found if any(inconclusive.is_of_the_api(exchange) for _, exchange in found) else []


def shape_of_run(run: CheckRun) -> Shape:
    """Return what the judged answers looked like, and the slowest time of each operation."""
    judged = accepted(run)
    seconds: dict[str, float] = {}
    for result, _ in judged:
        name = result.probe.operation
        seconds[name] = max(seconds.get(name, 0.0), result.outcome.seconds)
    return shape_of([exchange for _, exchange in judged], seconds)


def describe_drift(history: History, base: str, now: Shape, baseline: Shape | None) -> tuple[str, ...]:
    """Return what has changed since the last check that saw anything, and since the baseline."""
    told = []
    for run in history.runs(base, most=14):
        before = history.shape(run.id)
        if before.traits:
            when = datetime.fromtimestamp(run.at, UTC).strftime("%Y-%m-%d %H:%M")
            known = history.seen(base, "value")
            told = [f"since {when} UTC: {line}" for line in drift(before, now, known)]
            break
    if baseline is not None:
        told += [f"since the baseline: {line}" for line in drift(baseline, now)]
    return tuple(told)
