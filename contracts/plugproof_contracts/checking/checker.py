"""Judging exchanges by the catalogue.

`check` and `check_trace` give the violations; `examine` and `examine_trace` say in addition which
rules were applicable and checked, and why something could not be checked.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from plugproof_contracts.argument_checks import check_arguments, explain_arguments
from plugproof_contracts.checking.applicability import applicable_rules, facts_of
from plugproof_contracts.checking.fast_path import accept
from plugproof_contracts.errors import NonconformanceError
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.exchanges.route import origin
from plugproof_contracts.facts.level import Level
from plugproof_contracts.literals import OperationName
from plugproof_contracts.parsing.finding import Finding
from plugproof_contracts.parsing.parsed_response import ParsedResponse, parsed
from plugproof_contracts.parsing.redactions import stand_ins
from plugproof_contracts.parsing.session_keys import session_keys
from plugproof_contracts.parsing.trace import OriginTrace, SessionTrace, TraceStep
from plugproof_contracts.parsing.unchecked import blocked_reason, server_error_reason
from plugproof_contracts.rules import RULES
from plugproof_contracts.rules.catalogue import Rule, Subject
from plugproof_contracts.rules.violation import Violation, cut, shown
from plugproof_contracts.secrets.escaping import escape
from plugproof_contracts.secrets.scrubber import scrubbed

MOST_FINDINGS = 20
"""Findings of one rule that are told of one answer or trace; a hostile body could cause millions."""

_TRACE_RULES = tuple(rule for rule in RULES.values() if rule.is_trace)


class Result(NamedTuple):
    """What was judged, what broke, and why the rest could not be checked (None if all could)."""

    applicable: frozenset[str]
    checked: frozenset[str]
    violations: tuple[Violation, ...] = ()
    unchecked: str | None = None

    @property
    def passed(self) -> frozenset[str]:
        """The rules that were checked and found nothing."""
        return self.checked - {violation.rule for violation in self.violations}


class JudgedTrace(NamedTuple):
    """Exchanges in the order in which they were sent, what was found of each, and what of all together."""

    exchanges: tuple[Exchange, ...] = ()
    singles: tuple[Result, ...] = ()
    whole: Result = Result(frozenset(), frozenset())

    def only(self, positions: Sequence[int]) -> "JudgedTrace":
        """Return some of the exchanges, judged as if there were no others."""
        if len(positions) == len(self.exchanges):
            return self
        exchanges = [self.exchanges[position] for position in positions]
        return judge_trace(exchanges, [self.singles[position] for position in positions])


@explain_arguments
def examine(exchange: Exchange) -> Result:
    """Judge one exchange by all rules that need no other; never fails, whatever came."""
    accepted = accept(exchange)
    if accepted is None:
        return examine_by_rules(exchange)
    judged, open_rules = accepted
    answer = parsed(exchange)
    found = tuple(_violations(open_rules, answer, [answer])) if open_rules else ()
    return Result(judged.applicable, judged.checked, found, server_error_reason(exchange))


def examine_by_rules(exchange: Exchange) -> Result:
    """Judge one exchange by the rules themselves, which alone can say what is wrong."""
    doubt = blocked_reason(exchange)
    if doubt is not None:
        return Result(frozenset(), frozenset(), (), doubt)
    answer = parsed(exchange)
    judged = applicable_rules(facts_of(answer))
    violations = tuple(_violations(judged.rules, answer, [answer]))
    return Result(judged.applicable, judged.checked, violations, server_error_reason(exchange))


@explain_arguments
def check(exchange: Exchange) -> list[Violation]:
    """Return what is wrong with one exchange, in the catalogue's order; never fails, whatever came."""
    return list(examine(exchange).violations)


def examine_trace(exchanges: Iterable[Exchange]) -> Result:
    """Judge exchanges in the order in which they were sent, each by itself and then all together.

    They are grouped by token and by base URL; all come from one client. `position` of a violation is the index
    of its exchange. The violations of single exchanges come first.
    """
    return judge_trace(exchanges).whole


def judge_trace(exchanges: Iterable[Exchange], known: Iterable[Result] | None = None) -> JudgedTrace:
    """Return what `examine_trace` says, with what it says of each exchange; `known` is that, if it is known."""
    trace = tuple(exchanges)
    singles = tuple(map(examine, trace) if known is None else known)
    return JudgedTrace(trace, singles, _together(trace, singles))


def _together(trace: Sequence[Exchange], singles: Sequence[Result]) -> Result:
    answers = [parsed(exchange) for exchange in trace]
    groups = list(_groups(answers))
    found = [_placed(one, at) for at, single in enumerate(singles) for one in single.violations]
    checked = {rule.slug for rule in _TRACE_RULES for group in groups if _has_subject(rule, group)}
    for group in groups:
        found += _violations([rule for rule in _TRACE_RULES if _has_subject(rule, group)], group, answers)
    return Result(
        frozenset(rule.slug for rule in _TRACE_RULES).union(*(single.applicable for single in singles)),
        frozenset(checked).union(*(single.checked for single in singles)),
        tuple(found),
        _doubts([single.unchecked for single in singles if single.unchecked], len(trace)),
    )


@explain_arguments
def check_trace(exchanges: Iterable[Exchange]) -> list[Violation]:
    """Return what is wrong with exchanges in order: of each by itself first, then of all together."""
    return list(examine_trace(exchanges).violations)


@check_arguments
def assert_conforms(answer: Any, *, strict: bool = False, operation: OperationName | None = None) -> None:
    """Raise `NonconformanceError` with every breach of an exchange, or of a client's response.

    Documented breaches count, inferred ones under `strict` too, assumed ones never. An answer of which nothing
    could be checked does not conform either. A Starlette response does not know what it answers: `operation`
    says so. Raises `InvalidTypeError` or `InvalidValueError` for anything but a whole response.
    """
    __tracebackhide__ = True
    result = examine(_exchange(answer, operation))
    counting = {Level.DOCUMENTED, Level.INFERRED} if strict else {Level.DOCUMENTED}
    breaches = [violation for violation in result.violations if violation.level in counting]
    if not result.checked:
        raise NonconformanceError(f"nothing could be checked: {result.unchecked}")
    if breaches:
        raise NonconformanceError("\n\n".join(["the answer breaks the contract", *map(str, breaches)]))


def _exchange(answer: Any, operation: str | None) -> Exchange:
    if isinstance(answer, Exchange):
        return answer
    from plugproof_contracts.adapters import exchange_of

    return exchange_of(answer, operation=operation)


def _doubts(reasons: Sequence[str], of: int) -> str | None:
    return f"{len(reasons)} of {of} exchanges: {'; '.join(sorted(set(reasons)))}" if reasons else None


def _groups(answers: Sequence[ParsedResponse]) -> Iterator[SessionTrace | OriginTrace]:
    lives: dict[object, list[TraceStep]] = {}
    traffics: dict[object, list[TraceStep]] = {}
    for position, (answer, key) in enumerate(zip(answers, session_keys(answers), strict=True)):
        if blocked_reason(answer.exchange) is None:
            traffics.setdefault(origin(answer.exchange.base or ""), []).append(TraceStep(position, answer))
            if key is not None:
                lives.setdefault(key, []).append(TraceStep(position, answer))
    yield from (SessionTrace(tuple(steps)) for steps in lives.values())
    yield from (OriginTrace(tuple(steps)) for steps in traffics.values())


def _has_subject(rule: Rule, group: SessionTrace | OriginTrace) -> bool:
    scope = rule.scope
    return (
        isinstance(group, SessionTrace) is (scope.subject is Subject.LIFE)
        and len(group.steps) > 1
        and any(
            (not scope.operations or step.answer.name in scope.operations)
            and (not scope.codes or step.answer.code in scope.codes)
            for step in group.steps
        )
    )


_NEW_VIOLATION: Callable[..., Violation] = partial(msgspec.StructMeta.__call__, Violation)
"""Makes one past its door, which is for callers and takes as long as a rule."""


def _violations(rules: Iterable[Rule], subject: object, answers: Sequence[ParsedResponse]) -> Iterator[Violation]:
    known: dict[int, Mapping[str, str]] = {}
    for rule in rules:
        for finding in islice(rule.judge(subject), MOST_FINDINGS):
            yield _violation(rule, finding, answers, known)


def _violation(
    rule: Rule,
    finding: Finding,
    answers: Sequence[ParsedResponse],
    known: dict[int, Mapping[str, str]],
) -> Violation:
    """Tell of a finding; `known` keeps the secrets of each answer, for to look for them takes long."""
    at = finding.position or 0
    pointer, expected, actual = finding.pointer, finding.expected, shown(finding.actual)
    if not finding.is_ours:
        secrets = known.get(at)
        if secrets is None:
            secrets = known[at] = stand_ins(answers[at])
        pointer, expected, actual = (cut(escape(scrubbed(text, secrets))) for text in (pointer, expected, actual))
    return _NEW_VIOLATION(
        rule=rule.slug,
        level=rule.level,
        message=f"{pointer or 'the answer'}: expected {expected}, got {actual}",
        pointer=pointer,
        expected=expected,
        actual=actual,
        source=rule.source,
        requirement=rule.requirement,
        where=str(answers[at].exchange),
        position=finding.position,
    )


def _placed(violation: Violation, position: int) -> Violation:
    return msgspec.structs.replace(violation, position=position)
