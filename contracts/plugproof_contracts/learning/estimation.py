"""Recordings in, facts out: every estimator on every recording, and what they say together."""

from collections.abc import Callable, Iterable

from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.learning.estimators.error_estimators import estimate_errors
from plugproof_contracts.learning.estimators.limit_estimators import (
    LIMIT_ESTIMATORS,
    SECONDS_ESTIMATORS,
    estimate_invalid_cost,
    estimate_limiter,
    estimate_not_found_cost,
    estimate_window_kind,
)
from plugproof_contracts.learning.estimators.money_estimators import (
    estimate_hold,
    estimate_price_rounding,
    estimate_vat,
)
from plugproof_contracts.learning.estimators.null_estimators import NULL_ESTIMATORS
from plugproof_contracts.learning.estimators.start_estimators import (
    estimate_sessions_per_charger,
    estimate_start_limit,
)
from plugproof_contracts.learning.estimators.step_estimators import STEP_ESTIMATORS
from plugproof_contracts.learning.estimators.time_estimators import estimate_payment_window, estimate_token_ttl
from plugproof_contracts.learning.estimators.word_estimators import WORD_ESTIMATORS
from plugproof_contracts.learning.learned_fact import LearnedFact
from plugproof_contracts.learning.observations import Observations, observe

Estimator = Callable[[Observations], LearnedFact]
"""Reads the answers of one recording at one base URL; returns a fact without a claim if they say nothing of it."""

ESTIMATORS: dict[str, Estimator] = {
    "vat": estimate_vat,
    "hold": estimate_hold,
    "price_rounding": estimate_price_rounding,
    "payment_window": estimate_payment_window,
    "token_ttl": estimate_token_ttl,
    "errors": estimate_errors,
    "limiter": estimate_limiter,
    "not_found_costs_hit": estimate_not_found_cost,
    "invalid_costs_hit": estimate_invalid_cost,
    "sessions_per_charger": estimate_sessions_per_charger,
    "limiter_window": estimate_window_kind,
    "limit.start": estimate_start_limit,
    **LIMIT_ESTIMATORS,
    **SECONDS_ESTIMATORS,
    **WORD_ESTIMATORS,
    **STEP_ESTIMATORS,
    **NULL_ESTIMATORS,
}
"""Every estimator by the name of its fact, in the order in which the facts are told."""


def learn(recordings: Iterable[Iterable[Exchange]]) -> tuple[LearnedFact, ...]:
    """Return what recordings say together, a fact for each estimator; each recording is one client's, in order."""
    return merge_facts(facts_of(seen) for recording in recordings for seen in observe(recording))


def facts_of(seen: Observations) -> tuple[LearnedFact, ...]:
    """Return what the answers of one recording at one base URL say, a fact for each estimator."""
    return tuple(estimate(seen) for estimate in ESTIMATORS.values())


def merge_facts(found: Iterable[Iterable[LearnedFact]]) -> tuple[LearnedFact, ...]:
    """Return what several recordings say together; each gives a fact for each estimator."""
    facts = NOTHING
    for others in found:
        facts = tuple(fact.merge(other) for fact, other in zip(facts, others, strict=True))
    return facts


NOTHING = facts_of(Observations(()))
"""What no recording teaches: every fact, without a claim."""
