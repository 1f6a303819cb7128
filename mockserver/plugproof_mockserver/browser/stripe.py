"""The stand-in for Stripe: its script, and the three calls that the script makes."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from hmac import compare_digest
from importlib.resources import files
from typing import Any, NamedTuple

from msgspec.structs import replace

from plugproof_contracts import Status
from plugproof_mockserver.engine.payment_intents import (
    FAILED_CHALLENGE,
    NO_INTENT,
    OTHER_ACCOUNT,
    decline_of,
    intent_of,
    missing_method_of,
    unexpected_state_of,
    unknown_method,
    with_intent,
)
from plugproof_mockserver.engine.representation import STRIPE_ACCOUNT, client_secret_of
from plugproof_mockserver.model.cards import CARDS, Card, CardOutcome, card_of, card_of_method
from plugproof_mockserver.model.events import Event
from plugproof_mockserver.model.session_scenarios import SCENARIOS
from plugproof_mockserver.model.state import SessionState, Stripe
from plugproof_mockserver.world.world import World, transactional

PARTS = ("shared", "element", "card_form", "express_checkout", "group", "actions", "main")
"""The files of the script, in the order in which they need each other."""


class StripeCall(NamedTuple):
    """What the script sends: the secret is the credential; one of a card's number and a method's id."""

    secret: str = ""
    account: str = ""
    card: str = ""
    method: str = ""
    outcome: str = ""


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
    folder = files(__package__).joinpath("static/stripe")
    parts = "\n".join(folder.joinpath(f"{name}.js").read_text("utf-8") for name in PARTS)
    return f'(() => {{\n"use strict";\n{parts}}})();\n'.replace("%CARDS%", quoted)


def script(base: str) -> str:
    """Return the script for the world at `base`, such as `http://127.0.0.1:8000/worlds/a`."""
    return _source().replace('"%BASE%"', json.dumps(base))


def retrieve(world: World, intent: str, call: StripeCall) -> StripeAnswer:
    """Answer with an intent as it stands now."""
    state = world.transact(_find, world, intent, call)
    return StripeAnswer(200, intent_of(state)) if isinstance(state, SessionState) else state


@transactional
def confirm(world: World, intent: str, call: StripeCall) -> StripeAnswer:
    """Pay with a card; the API learns of it when the session is confirmed, or by webhook."""
    state = _find(world, intent, call)
    if isinstance(state, StripeAnswer):
        return state
    card = _card(state, call)
    if state.stripe is Stripe.PAID and card and card.outcome is CardOutcome.LOST_AFTER:
        return LOST  # browsers send a request again by themselves when a connection that they reused breaks
    if state.status is not Status.CREATED or state.stripe is Stripe.PAID:
        return StripeAnswer(400, unexpected_state_of(state))
    return _CONFIRMS[card.outcome](world, state, card) if card else _confirm_again(state, call)


@transactional
def answer_challenge(world: World, intent: str, call: StripeCall) -> StripeAnswer:
    """Carry a 3-D Secure challenge on with `pass`, `fail` or `abandon`."""
    state = _find(world, intent, call)
    if isinstance(state, StripeAnswer):
        return state
    if state.status is not Status.CREATED or state.stripe is not Stripe.CHALLENGED:
        return StripeAnswer(400, unexpected_state_of(state))
    card = card_of(state.card or "")
    if call.outcome != "pass":
        return _fail(world, state, card, FAILED_CHALLENGE)
    return _decline(world, state, card) if card.declines_after_challenge else _pay(world, state, card)


def _card(state: SessionState, call: StripeCall) -> Card | None:
    if not call.card and not call.method:
        return None
    known = card_of_method(call.method) if call.method else card_of(call.card)
    is_declined = known is not None and SCENARIOS[state.scenario].stripe is Stripe.DECLINED
    return card_of("", is_declined=True) if is_declined else known


def _confirm_again(state: SessionState, call: StripeCall) -> StripeAnswer:
    """Answer a confirmation without a card that the stand-in knows: only a challenge goes on without one."""
    if call.method:
        return StripeAnswer(400, unknown_method(call.method))
    if state.stripe is Stripe.CHALLENGED:
        return StripeAnswer(200, intent_of(state))
    return StripeAnswer(400, missing_method_of(state))


def _pay(world: World, state: SessionState, card: Card) -> StripeAnswer:
    return StripeAnswer(200, intent_of(_happen(world, state, Event.PAID, card)))


def _decline(world: World, state: SessionState, card: Card) -> StripeAnswer:
    return _fail(world, state, card, decline_of(card))


def _fail(world: World, state: SessionState, card: Card, error: dict[str, str]) -> StripeAnswer:
    return StripeAnswer(402, with_intent(error, _happen(world, state, Event.DECLINED, card, error)))


def _challenge(world: World, state: SessionState, card: Card) -> StripeAnswer:
    return StripeAnswer(200, intent_of(_happen(world, state, Event.CHALLENGED, card)))


def _lose_before(world: World, state: SessionState, card: Card) -> StripeAnswer:
    return LOST


def _lose_after(world: World, state: SessionState, card: Card) -> StripeAnswer:
    _happen(world, state, Event.PAID, card)
    return LOST


_CONFIRMS: dict[CardOutcome, Callable[[World, SessionState, Card], StripeAnswer]] = {
    CardOutcome.PAID: _pay,
    CardOutcome.DECLINED: _decline,
    CardOutcome.CHALLENGE: _challenge,
    CardOutcome.LOST_BEFORE: _lose_before,
    CardOutcome.LOST_AFTER: _lose_after,
}


def _happen(
    world: World, state: SessionState, event: Event, card: Card, error: dict[str, str] | None = None
) -> SessionState:
    changed = replace(world.apply_event(state.token, event), card=card.number, payment_error=error)
    world.sessions.store(changed)
    return changed


def _find(world: World, intent: str, call: StripeCall) -> SessionState | StripeAnswer:
    """Return the session whose intent it is; the client secret is the credential, as at Stripe."""
    for state in world.sessions.all(world.clock.now()):
        expected = client_secret_of(state)
        if expected.partition("_secret_")[0] == intent:
            is_known = compare_digest(expected.encode(), call.secret.encode("utf-8", "replace"))
            return _on_account(state, call.account) if is_known else MISSING
    return MISSING


def _on_account(state: SessionState, account: str) -> SessionState | StripeAnswer:
    # An intent belongs to an account: a page that does not name the account would not find it at Stripe either.
    return state if account == STRIPE_ACCOUNT else StripeAnswer(404, OTHER_ACCOUNT)
