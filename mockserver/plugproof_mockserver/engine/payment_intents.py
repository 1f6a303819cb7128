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


def intent_of(state: SessionState) -> dict[str, Any]:
    """Return the payment intent of a session."""
    secret = client_secret_of(state)
    status = intent_status(state)
    return {
        "id": secret.partition("_secret_")[0],
        "object": "payment_intent",
        "amount": state.hold,
        "capture_method": "manual",
        "client_secret": secret,
        "created": state.created // SECOND,
        "currency": state.pricing.currency.lower(),
        "last_payment_error": None,
        "livemode": False,
        "next_action": {"type": "use_stripe_sdk"} if status == "requires_action" else None,
        "payment_method_types": ["card"],
        "status": status,
    }


def intent_status(state: SessionState) -> str:
    """Return the status of a session's intent, in Stripe's words."""
    if state.status in _SUCCEEDED:
        return "succeeded"
    if state.status in _CANCELED:
        return "canceled"
    return _OF_PAYMENT[state.stripe]


def decline_of(state: SessionState, card: Card) -> dict[str, Any]:
    """Return the error of a card that is declined."""
    error = {"type": "card_error", "code": card.code, "message": card.message}
    if card.decline_code:
        error["decline_code"] = card.decline_code
    return _with_intent(error, state)


def failed_challenge_of(state: SessionState) -> dict[str, Any]:
    """Return the error of a 3-D Secure challenge that was refused or closed."""
    message = "We are unable to authenticate your payment method. Choose a different one and try again."
    error = {"type": "invalid_request_error", "code": "payment_intent_authentication_failure", "message": message}
    return _with_intent(error, state)


def unexpected_state_of(state: SessionState) -> dict[str, Any]:
    """Return the error of an intent that can't be confirmed any more."""
    message = f"This intent is {intent_status(state)}; only one that waits for a payment can be confirmed."
    error = {"type": "invalid_request_error", "code": "payment_intent_unexpected_state", "message": message}
    return _with_intent(error, state)


def _with_intent(error: dict[str, str], state: SessionState) -> dict[str, Any]:
    return {"error": {**error, "payment_intent": intent_of(state) | {"last_payment_error": error}}}
