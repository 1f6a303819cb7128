"""What the stand-in for Stripe says of a session's payment: an intent, or an error, in Stripe's own shape.

Which status an intent has at which point of a session is `assumed`: the reference says only that
a payment is pre-authorised and captured later, which Stripe calls manual capture.
"""

from typing import Any

from plugproof_contracts import Status
from plugproof_mockserver.engine.representation import client_secret_of
from plugproof_mockserver.model.cards import Card
from plugproof_mockserver.model.state import SessionState, Stripe
from plugproof_mockserver.model.timestamps import SECOND

_CANCELED = frozenset({Status.EXPIRED, Status.FAILED, Status.ABANDONED, Status.NO_CHARGE, Status.WRITTEN_OFF})
_SUCCEEDED = frozenset({Status.CAPTURED, Status.REFUNDED})
_OF_PAYMENT = {
    Stripe.PENDING: "requires_payment_method",
    Stripe.CHALLENGED: "requires_action",
    Stripe.DECLINED: "requires_payment_method",
    Stripe.PAID: "requires_capture",
}

NO_INTENT = {
    "error": {
        "type": "invalid_request_error",
        "code": "resource_missing",
        "param": "intent",
        "message": "No such payment_intent, or another client_secret: take both from `payment` of start or get.",
    }
}
OTHER_ACCOUNT = {
    "error": {
        "type": "invalid_request_error",
        "code": "resource_missing",
        "param": "intent",
        "message": "No such payment_intent on this account: call "
        "Stripe(payment.publishable_key, {stripeAccount: payment.stripe_account_id}).",
    }
}
_GENERIC_DECLINE = {
    "type": "card_error",
    "code": "card_declined",
    "decline_code": "generic_decline",
    "message": "Your card was declined.",
}


def intent_of(state: SessionState) -> dict[str, Any]:
    """Return the payment intent of a session."""
    secret = client_secret_of(state)
    status = intent_status(state)
    identity = secret.partition("_secret_")[0]
    return {
        "id": identity,
        "object": "payment_intent",
        "amount": state.hold,
        "canceled_at": None,
        "cancellation_reason": "abandoned" if status == "canceled" else None,
        "capture_method": "manual",
        "client_secret": secret,
        "confirmation_method": "automatic",
        "created": state.created // SECOND,
        "currency": state.pricing.currency.lower(),
        "description": None,
        "last_payment_error": _last_error(state),
        "livemode": False,
        "next_action": {"type": "use_stripe_sdk"} if status == "requires_action" else None,
        "payment_method": None if status == "requires_payment_method" else f"pm_{identity.removeprefix('pi_')}",
        "payment_method_types": ["card"],
        "receipt_email": None,
        "setup_future_usage": None,
        "shipping": None,
        "status": status,
    }


def intent_status(state: SessionState) -> str:
    """Return the status of a session's intent, in Stripe's words."""
    if state.status in _SUCCEEDED:
        return "succeeded"
    if state.status in _CANCELED:
        return "canceled"
    return _OF_PAYMENT[state.stripe]


def decline_of(card: Card) -> dict[str, str]:
    """Return the error of a card that is declined."""
    error = {"type": "card_error", "code": card.code, "message": card.message}
    return error | ({"decline_code": card.decline_code} if card.decline_code else {})


FAILED_CHALLENGE = {
    "type": "invalid_request_error",
    "code": "payment_intent_authentication_failure",
    "message": "We are unable to authenticate your payment method. "
    "Please choose a different payment method and try again.",
}
"""The error of a 3-D Secure challenge that was refused or closed."""


def unexpected_state_of(state: SessionState) -> dict[str, Any]:
    """Return the answer for an intent that can't be confirmed any more."""
    message = f"This intent is {intent_status(state)}; only one that waits for a payment can be confirmed."
    return with_intent(_invalid("payment_intent_unexpected_state", message), state)


def missing_method_of(state: SessionState) -> dict[str, Any]:
    """Return the answer for a confirmation with nothing to pay with."""
    message = (
        "You cannot confirm this PaymentIntent because it's missing a payment method. "
        "Confirm it with `elements`, or with `payment_method`, such as pm_card_visa."
    )
    return with_intent(_invalid("payment_intent_unexpected_state", message), state)


def unknown_method(method: str) -> dict[str, Any]:
    """Return the answer for the id of a payment method that is not one of Stripe's test methods."""
    message = f"No such PaymentMethod: '{method[:64]}'; the stand-in knows those of Stripe's test cards."
    return {"error": _invalid("resource_missing", message) | {"param": "payment_method"}}


def with_intent(error: dict[str, str], state: SessionState) -> dict[str, Any]:
    """Return the answer that tells an error of a session's intent, with the intent in it."""
    return {"error": {**error, "payment_intent": intent_of(state)}}


def _invalid(code: str, message: str) -> dict[str, str]:
    return {"type": "invalid_request_error", "code": code, "message": message}


def _last_error(state: SessionState) -> dict[str, str] | None:
    if state.stripe is not Stripe.DECLINED:
        return None
    return state.payment_error or _GENERIC_DECLINE
