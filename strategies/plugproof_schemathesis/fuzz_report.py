"""What a run of Schemathesis comes to, as the report that all checks give."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

import msgspec

from plugproof_contracts import RULES, Exchange, Violation
from plugproof_contracts.adapters.recorded.recorded_entry import PREFLIGHT
from plugproof_contracts.checking.baseline import Accept
from plugproof_contracts.checking.checker import Result, examine_trace
from plugproof_contracts.conformance.probing.inconclusive import STRANGE, is_of_the_api
from plugproof_contracts.exchanges.route import redacted
from plugproof_contracts.parsing.parsed_response import ParsedResponse
from plugproof_contracts.parsing.redactions import secrets_of
from plugproof_contracts.reports.builder import Evidence, ReportPolicy, report_of
from plugproof_contracts.reports.report_model import Report
from plugproof_contracts.rules.violation import cut
from plugproof_contracts.secrets.scrubber import SHORTEST, STAND_IN, Scrubber
from plugproof_schemathesis import answer_coverage
from plugproof_schemathesis.checks import CHECKS
from plugproof_schemathesis.collector import Collector, Objection
from plugproof_schemathesis.failure_replay import Replay
from plugproof_schemathesis.fuzz_config import FuzzConfig

MOST_LISTED = 20
"""Findings of one rule that are listed; the rest are counted."""


class FuzzOutcome(NamedTuple):
    """The report, the documented answers that were met, and one request to send again for every broken rule."""

    report: Report
    answers: list[answer_coverage.AnswerCount]
    replays: dict[str, str]


def fuzz_outcome(
    harvest: Collector, asked: FuzzConfig, strict: bool, accepts: tuple[Accept, ...], today: date
) -> FuzzOutcome:
    """Judge what came by our rules, and put it together with what the checks of Schemathesis found."""
    exchanges = sorted((one for one in harvest.exchanges if one.method != "OPTIONS"), key=_sent)
    found = _gathered(harvest, exchanges, redacted(asked.base))
    violations: list[Violation] = []
    if any(map(is_of_the_api, exchanges)):
        violations = _judge(found, harvest, exchanges)
    elif exchanges:
        found.note(STRANGE)
    report = report_of(
        "plugproof fuzz", [found], ReportPolicy(today, strict, accepts), (*RULES.values(), *CHECKS.values())
    )
    counts = report.counts | {"requests sent": harvest.cases.total(), "findings": len(violations)}
    replay = Replay(frozenset(found.secrets))
    replays = {rule: replay.curl(exchange) for rule, exchange in _plainest(violations, exchanges).items()}
    return FuzzOutcome(
        msgspec.structs.replace(report, counts=counts), answer_coverage.count_answers(exchanges), replays
    )


def _gathered(harvest: Collector, exchanges: list[Exchange], base: str) -> Evidence:
    secrets = {secret for exchange in exchanges for secret in _given_out(exchange)}
    found = Evidence(base, format="live", bases={base}, secrets=secrets)
    for reason in harvest.problems.elements():
        found.note(reason)
    if len(harvest.exchanges) > len(exchanges):
        found.skipped[PREFLIGHT] = len(harvest.exchanges) - len(exchanges)
    return found


def _sent(exchange: Exchange) -> float:
    return exchange.at.timestamp() if exchange.at else 0.0


def _given_out(exchange: Exchange) -> Iterator[str]:
    """Made-up tokens and values of the requests are no secrets; there are thousands, and any word may be one."""
    base = exchange.base or ""
    return secrets_of(exchange.replace(url=base, request_body=b""))


def _judge(found: Evidence, harvest: Collector, exchanges: list[Exchange]) -> list[Violation]:
    result = examine_trace(exchanges)
    violations = [*result.violations, *_objections(harvest, exchanges, found.secrets)]
    asked = {CHECKS[name].slug for name in harvest.asked}
    found.numbers = list(range(1, len(exchanges) + 1))
    found.seen = {status for exchange in exchanges if (status := ParsedResponse(exchange).status)}
    found.result = Result(result.applicable | asked, result.checked | asked, tuple(_listed(violations)), None)
    for reason in filter(None, (result.unchecked, answer_coverage.missing(exchanges))):
        found.note(reason)
    return violations


def _objections(harvest: Collector, exchanges: list[Exchange], secrets: set[str]) -> Iterator[Violation]:
    positions = {id(exchange): index for index, exchange in enumerate(exchanges)}
    only_errors = not any(one.operation and one.status < 500 for one in exchanges)
    scrub = Scrubber(secrets)
    beginnings = {secret[:SHORTEST] for secret in secrets if len(secret) >= SHORTEST}
    for objection in harvest.objections:
        if id(objection.exchange) in positions and not (only_errors and objection.check == "not_a_server_error"):
            told = scrub(_words(objection))
            safe = STAND_IN if any(beginning in told for beginning in beginnings) else told
            yield _violation(objection, safe, positions[id(objection.exchange)])


def _words(objection: Objection) -> str:
    failure = objection.failure
    told = " ".join(failure.message.split())
    return f"{failure.title}: {told}" if told else failure.title


def _violation(objection: Objection, told: str, position: int) -> Violation:
    check = CHECKS[objection.check]
    pointer = "".join(f"/{part}" for part in getattr(objection.failure, "instance_path", ()))
    return Violation(
        rule=check.slug,
        level=check.level,
        message=cut(told),
        pointer=pointer,
        expected="what the check asks",
        actual=cut(told),
        source=check.source,
        requirement=check.requirement,
        where=str(objection.exchange),
        position=position,
    )


def _listed(violations: Iterable[Violation]) -> Iterator[Violation]:
    seen: Counter[str] = Counter()
    for violation in violations:
        seen[violation.rule] += 1
        if seen[violation.rule] <= MOST_LISTED:
            yield violation


def _plainest(violations: Iterable[Violation], exchanges: list[Exchange]) -> dict[str, Exchange]:
    """Of all requests under which a rule broke, take the plainest: what is left out of it is not the cause."""
    found: dict[str, Exchange] = {}
    for violation in violations:
        exchange = exchanges[violation.position or 0]
        best = found.setdefault(violation.rule, exchange)
        if _oddness(exchange) < _oddness(best):
            found[violation.rule] = exchange
    return found


def _oddness(exchange: Exchange) -> tuple[int, int]:
    return exchange.url.count("%") + len(exchange.request_headers), len(exchange.url) + len(exchange.request_body)
