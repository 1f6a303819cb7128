"""The test cards that the stand-in for Stripe knows, and what each of them does.

The numbers are the well-known ones of Stripe's own test mode, but for the two marked as the
stand-in's own, which break the connection. A card that is not in the table is accepted.
"""

from enum import StrEnum
from typing import NamedTuple


class CardOutcome(StrEnum):
    """What comes of a payment with a card."""

    PAID = "paid"
    DECLINED = "declined"
    CHALLENGE = "challenge"
    LOST_BEFORE = "lost_before"
    LOST_AFTER = "lost_after"


class Card(NamedTuple):
    """One test card; `code` and `decline_code` are Stripe's words for why it is declined.

    `method` is the id of Stripe's test payment method for it, or None.
    """

    number: str
    summary: str
    outcome: CardOutcome
    code: str = "card_declined"
    decline_code: str | None = None
    message: str = "Your card was declined."
    declines_after_challenge: bool = False
    method: str | None = None


def _accepted(number: str, method: str, summary: str) -> Card:
    return Card(number, summary, CardOutcome.PAID, method=method)


def _challenged(number: str, method: str, summary: str, *, is_declined: bool = False) -> Card:
    outcome = CardOutcome.CHALLENGE
    reason = "generic_decline" if is_declined else None
    return Card(number, summary, outcome, decline_code=reason, declines_after_challenge=is_declined, method=method)


def _declined(number: str, method: str, reason: str, message: str = "Your card was declined.") -> Card:
    summary = "declined" if reason == "generic_decline" else f"declined: {reason.replace('_', ' ')}"
    return Card(number, summary, CardOutcome.DECLINED, "card_declined", reason, message, method=method)


def _refused(number: str, method: str, code: str, message: str) -> Card:
    summary = f"declined: {code.replace('_', ' ')}"
    return Card(number, summary, CardOutcome.DECLINED, code, None, message, method=method)


def _lost(number: str, outcome: CardOutcome, what: str) -> Card:
    return Card(number, f"network error, {what} (the stand-in’s own)", outcome)


CARDS: tuple[Card, ...] = (
    _accepted("4242424242424242", "pm_card_visa", "paid"),
    _accepted("5555555555554444", "pm_card_mastercard", "paid (Mastercard)"),
    _challenged("4000002500003155", "pm_card_authenticationRequiredOnSetup", "3-D Secure, then paid"),
    _challenged("4000002760003184", "pm_card_authenticationRequired", "3-D Secure always, then paid"),
    _challenged("4000000000003220", "pm_card_threeDSecure2Required", "3-D Secure 2, then paid"),
    _challenged(
        "4000008400001629",
        "pm_card_threeDSecureRequiredChargeDeclined",
        "3-D Secure, then declined",
        is_declined=True,
    ),
    _declined("4000000000000002", "pm_card_visa_chargeDeclined", "generic_decline"),
    _declined(
        "4000000000009995",
        "pm_card_visa_chargeDeclinedInsufficientFunds",
        "insufficient_funds",
        "Your card has insufficient funds.",
    ),
    _declined("4000000000009987", "pm_card_visa_chargeDeclinedLostCard", "lost_card"),
    _declined("4000000000009979", "pm_card_visa_chargeDeclinedStolenCard", "stolen_card"),
    _refused("4000000000000069", "pm_card_chargeDeclinedExpiredCard", "expired_card", "Your card has expired."),
    _refused(
        "4000000000000127",
        "pm_card_chargeDeclinedIncorrectCvc",
        "incorrect_cvc",
        "Your card’s security code is incorrect.",
    ),
    _refused(
        "4000000000000119",
        "pm_card_chargeDeclinedProcessingError",
        "processing_error",
        "An error occurred while processing your card. Try again in a little bit.",
    ),
    _lost("4000000000000500", CardOutcome.LOST_BEFORE, "not paid"),
    _lost("4000000000000501", CardOutcome.LOST_AFTER, "yet paid"),
)

_BY_NUMBER = {card.number: card for card in CARDS}
_BY_METHOD = {card.method: card for card in CARDS if card.method}
_GENERIC_DECLINE = _BY_NUMBER["4000000000000002"]
_PAID = CARDS[0]


def card_of(number: str, *, is_declined: bool = False) -> Card:
    """Return the card with a number; `is_declined` is a charger code on which every card is declined."""
    if is_declined:
        return _GENERIC_DECLINE
    return _BY_NUMBER.get("".join(filter(str.isdigit, number)), _PAID)


def card_of_method(method: str) -> Card | None:
    """Return the card behind the id of a payment method, or None for anything but Stripe's test methods."""
    return _BY_METHOD.get(method)
