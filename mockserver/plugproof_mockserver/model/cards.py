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
    """One test card; `code` and `decline_code` are Stripe's words for why it is declined."""

    number: str
    summary: str
    outcome: CardOutcome
    code: str = "card_declined"
    decline_code: str | None = None
    message: str = "Your card was declined."
    declines_after_challenge: bool = False


_O = CardOutcome

CARDS: tuple[Card, ...] = (
    Card("4242424242424242", "paid", _O.PAID),
    Card("5555555555554444", "paid (Mastercard)", _O.PAID),
    Card("4000002500003155", "3-D Secure, then paid", _O.CHALLENGE),
    Card("4000000000003220", "3-D Secure 2, then paid", _O.CHALLENGE),
    Card(
        "4000008400001629",
        "3-D Secure, then declined",
        _O.CHALLENGE,
        "card_declined",
        "generic_decline",
        declines_after_challenge=True,
    ),
    Card("4000000000000002", "declined", _O.DECLINED, "card_declined", "generic_decline"),
    Card(
        "4000000000009995",
        "declined: insufficient funds",
        _O.DECLINED,
        "card_declined",
        "insufficient_funds",
        "Your card has insufficient funds.",
    ),
    Card("4000000000009987", "declined: lost card", _O.DECLINED, "card_declined", "lost_card"),
    Card("4000000000009979", "declined: stolen card", _O.DECLINED, "card_declined", "stolen_card"),
    Card(
        "4000000000000069", "declined: expired card", _O.DECLINED, "expired_card", None, "Your card has expired."
    ),
    Card(
        "4000000000000127",
        "declined: incorrect CVC",
        _O.DECLINED,
        "incorrect_cvc",
        None,
        "Your card’s security code is incorrect.",
    ),
    Card(
        "4000000000000119",
        "declined: processing error",
        _O.DECLINED,
        "processing_error",
        None,
        "An error occurred while processing your card. Try again in a little bit.",
    ),
    Card("4000000000000500", "network error, not paid (the stand-in’s own)", _O.LOST_BEFORE),
    Card("4000000000000501", "network error, yet paid (the stand-in’s own)", _O.LOST_AFTER),
)

_BY_NUMBER = {card.number: card for card in CARDS}
_GENERIC_DECLINE = _BY_NUMBER["4000000000000002"]
_PAID = CARDS[0]


def card_of(number: str, *, is_declined: bool = False) -> Card:
    """Return the card with a number; `is_declined` is a charger code on which every card is declined."""
    if is_declined:
        return _GENERIC_DECLINE
    return _BY_NUMBER.get("".join(filter(str.isdigit, number)), _PAID)
