"""The stand-in for Stripe: its script, and the three calls that the script makes."""

import json
from collections.abc import Mapping
from functools import cache
from hmac import compare_digest
from importlib.resources import files
from typing import Any, NamedTuple

from plugproof_contracts import Status
from plugproof_mockserver.engine.payment_intents import (
    NO_INTENT,
    decline_of,
    failed_challenge_of,
    intent_of,
    unexpected_state_of,
)
from plugproof_mockserver.engine.representation import client_secret_of
from plugproof_mockserver.model.cards import CARDS, Card, CardOutcome, card_of
from plugproof_mockserver.model.events import Event
from plugproof_mockserver.model.session_scenarios import SCENARIOS
from plugproof_mockserver.model.state import SessionState, Stripe
from plugproof_mockserver.world.world import World, transactional


class StripeAnswer(NamedTuple):
    """What Stripe's address answers; without `content` the connection is to break, as in a network error."""

    status: int
    content: Mapping[str, Any] | None


MISSING = StripeAnswer(404, NO_INTENT)
LOST = StripeAnswer(0, None)


@cache
def _source() -> str:
    cards = json.dumps([{"number": card.number, "summary": card.summary} for card in CARDS])
    # A JSON text in a JavaScript string in single quotes.
    quoted = cards.replace("\\", "\\\\").replace("'", "\\'")
    return files(__package__).joinpath("static/stripe.js").read_text("utf-8").replace("%CARDS%", quoted)


def script(base: str) -> str:
    """Return the script for the world at `base`, such as `http://127.0.0.1:8000/worlds/a`."""
    return _source().replace('"%BASE%"', json.dumps(base))


def retrieve(world: World, intent: str, secret: str) -> StripeAnswer:
    """Answer with an intent as it stands now."""
    state = world.transact(_find, world, intent, secret)
    return StripeAnswer(200, intent_of(state)) if state else MISSING


@transactional
def confirm(world: World, intent: str, secret: str, number: str) -> StripeAnswer:
    """Pay with the card of a number; the API learns of it when the session is confirmed, or by webhook."""
    state = _find(world, intent, secret)
    if state is None:
        return MISSING
    card = card_of(number, is_declined=SCENARIOS[state.scenario].stripe is Stripe.DECLINED)
    if state.stripe is Stripe.PAID and card.outcome is CardOutcome.LOST_AFTER:
        return LOST  # browsers send a request again by themselves when a connection that they reused breaks
    if state.status is not Status.CREATED or state.stripe is Stripe.PAID:
        return StripeAnswer(400, unexpected_state_of(state))
    return _CONFIRMS[card.outcome](world, state, card)


@transactional
def answer_challenge(world: World, intent: str, secret: str, outcome: str, number: str) -> StripeAnswer:
    """Carry a 3-D Secure challenge on with `pass`, `fail` or `abandon`."""
    state = _find(world, intent, secret)
    if state is None:
        return MISSING
    if state.status is not Status.CREATED or state.stripe is not Stripe.CHALLENGED:
        return StripeAnswer(400, unexpected_state_of(state))
    card = card_of(number)
    if outcome != "pass":
        return StripeAnswer(402, failed_challenge_of(_happen(world, state, Event.DECLINED)))
    return _decline(world, state, card) if card.declines_after_challenge else _pay(world, state, card)


def _pay(world: World, state: SessionState, card: Card) -> StripeAnswer:
    return StripeAnswer(200, intent_of(_happen(world, state, Event.PAID)))


def _decline(world: World, state: SessionState, card: Card) -> StripeAnswer:
    return StripeAnswer(402, decline_of(_happen(world, state, Event.DECLINED), card))


def _challenge(world: World, state: SessionState, card: Card) -> StripeAnswer:
    return StripeAnswer(200, intent_of(_happen(world, state, Event.CHALLENGED)))


def _lose_before(world: World, state: SessionState, card: Card) -> StripeAnswer:
    return LOST


def _lose_after(world: World, state: SessionState, card: Card) -> StripeAnswer:
    _happen(world, state, Event.PAID)
    return LOST


_CONFIRMS = {
    CardOutcome.PAID: _pay,
    CardOutcome.DECLINED: _decline,
    CardOutcome.CHALLENGE: _challenge,
    CardOutcome.LOST_BEFORE: _lose_before,
    CardOutcome.LOST_AFTER: _lose_after,
}


def _happen(world: World, state: SessionState, event: Event) -> SessionState:
    return world.apply_event(state.token, event)


def _find(world: World, intent: str, secret: str) -> SessionState | None:
    """Return the session whose intent it is; the client secret is the credential, as at Stripe."""
    for state in world.sessions.all(world.clock.now()):
        expected = client_secret_of(state)
        if expected.partition("_secret_")[0] == intent:
            return state if compare_digest(expected.encode(), secret.encode("utf-8", "replace")) else None
    return None
