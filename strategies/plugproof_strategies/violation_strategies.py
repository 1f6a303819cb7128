"""Exchanges, and traces of them, that break exactly one fact."""

from functools import cache

from hypothesis import strategies as st

from plugproof_contracts import Status
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_contracts.mutations import BY_RULE
from plugproof_contracts.mutations.mutation import Needs
from plugproof_strategies import wire
from plugproof_strategies.arguments import check_arguments, one_of
from plugproof_strategies.exchange_strategies import (
    ANSWERS,
    CODES,
    after,
    answered,
    answered_charger,
    call,
    failed,
)
from plugproof_strategies.journey_strategies import journeys
from plugproof_strategies.session_strategies import MAY, MUST, drawn
from plugproof_strategies.trace_mutation import TRACE_DEFECTS, Tail, TraceMutation
from plugproof_strategies.values.timestamp_strategies import MOMENTS

_RULES = st.sampled_from(tuple(BY_RULE))
_WAYS = {rule: st.sampled_from(defects) for rule, defects in BY_RULE.items()}
TRACES_BY_RULE: dict[str, tuple[TraceMutation, ...]] = {
    rule: tuple(defect for defect in TRACE_DEFECTS if defect.rule == rule)
    for rule in dict.fromkeys(defect.rule for defect in TRACE_DEFECTS)
}
_TRACE_RULES = st.sampled_from(tuple(TRACES_BY_RULE))
_TRACE_WAYS = {rule: st.sampled_from(defects) for rule, defects in TRACES_BY_RULE.items()}
_ASKED = {True: "application/json", False: "*/*"}


@check_arguments
@st.composite
def violating_exchanges(draw: st.DrawFn, rule: str | None = None) -> tuple[Exchange, str]:
    """Strategy for pairs of an exchange and the slug of the one rule that it breaks: `rule`, or any without it.

    Where breaking it takes a member that the reference does not have, `shape.known-fields`, which is only a note,
    finds that too. Raises `InvalidArgumentError` for an unknown rule, and for one that needs several exchanges.
    """
    slug = draw(_RULES) if rule is None else one_of("rule", rule, BY_RULE)
    defect = draw(_WAYS[slug])
    return defect.change(draw(conforming(defect.needs))), slug


@check_arguments
@st.composite
def violating_traces(draw: st.DrawFn, rule: str | None = None) -> tuple[list[Exchange], str]:
    """Strategy for pairs of the exchanges of a journey and the slug of the one rule on traces that they break.

    A breach may bring weaker ones with it: what a session shows twice cannot change in one respect only. Raises
    `InvalidArgumentError` for anything but a rule on traces.
    """
    slug = draw(_TRACE_RULES) if rule is None else one_of("rule", rule, TRACES_BY_RULE)
    defect = draw(_TRACE_WAYS[slug])
    trace = [one for one in draw(journeys(draw(st.sampled_from(defect.ends)))) if one.status != 404]
    return [*trace, *defect.adds(Tail(trace))], slug


@st.composite
def conforming(draw: st.DrawFn, needs: Needs) -> Exchange:
    """Strategy for exchanges that keep every fact and are what a defect needs."""
    name, kind = draw(_cases(needs))
    if isinstance(kind, Status):
        session = drawn(draw, kind, needs.present, needs.absent)
        exchange = answered(draw, name, session, after(draw, session))
    elif kind == 405:
        exchange = wire.wrong_method(call(draw, name, draw(MOMENTS)))
    elif kind == OPERATIONS[name].success:
        exchange = answered_charger(draw, needs.connectors)
    else:
        exchange = failed(draw, name, kind)
    return exchange if needs.asked is None else exchange.replace(request_headers={"accept": _ASKED[needs.asked]})


@cache
def _cases(needs: Needs) -> st.SearchStrategy[tuple[str, Status | int]]:
    """Say which operations may answer with which status code, or which status of a session."""
    if needs.codes:
        return st.sampled_from(
            [(name, code) for name in needs.operations for code in needs.codes if code in (*CODES[name], 405)]
        )
    return st.sampled_from([(name, kind) for name in needs.operations for kind in _successes(name, needs)])


def _successes(name: str, needs: Needs) -> list[Status] | list[int]:
    if name == "charger":
        return [OPERATIONS[name].success]
    return [status for status in ANSWERS[name] if status in needs.statuses and _may_be(status, needs)]


def _may_be(status: Status, needs: Needs) -> bool:
    return all(status in MAY[name] for name in needs.present) and not any(
        status in MUST.get(name, ()) for name in needs.absent
    )
