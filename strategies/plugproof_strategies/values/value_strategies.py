"""The values that requests and answers are made of: strings and integers as they are on the wire."""

import re

from hypothesis import strategies as st

from plugproof_contracts.argument_kinds import Amount
from plugproof_contracts.facts.operations import INVENTED
from plugproof_contracts.secrets.stand_ins import is_stand_in
from plugproof_strategies.arguments import check_arguments
from plugproof_strategies.values.timestamp_strategies import FORMS, MOMENTS, ODD_FORMS, ODD_MOMENTS, iso

LARGEST_AMOUNT = 99_999_999
"""Minor units; more than any hold, and exact wherever JSON is read."""
LONGEST_CODE, LONGEST_EMAIL = 10, 255
CONNECTORS = range(1, 101)

CURRENCIES = ("EUR", "USD", "GBP", "SEK", "CHF", "JPY", "KWD")
"""Usual ones first; then one without minor units and one with three digits of them."""
ODD_CURRENCIES = ("EUR", "JPY", "KWD", "CLF", "UYW", "MRU", "XAU", "XTS", "XXX")
"""Legal codes (ISO 4217) with 0, 2, 3 and 4 digits, and some that are not money."""

_ALNUM = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LOCAL = "0123456789abcdefghijklmnopqrstuvwxyz._+-"
_DOMAINS = (
    "example.org",
    "example.com",
    "a.example",
    "mail.sub-domain.example.net",
    f"{'x' * 63}.{'y' * 63}.{'z' * 54}.example",
)
_DOTS = re.compile(r"\.+")


@check_arguments
def tokens() -> st.SearchStrategy[str]:
    """Strategy for session tokens of no session: 8 to 64 characters that need no escaping in a path."""
    return st.text(_ALNUM + "-_", min_size=8, max_size=64).filter(_may_be_a_token)


def _may_be_a_token(text: str) -> bool:
    # Recorders write words like `undefined` for tokens, so the rules do not take one for the name of a session;
    # and what begins as the tokens of our check do is the name of none.
    return not is_stand_in(text) and not text.startswith(INVENTED)


@check_arguments
def charger_codes() -> st.SearchStrategy[str]:
    """Strategy for charger codes: 1 to 10 letters and digits, in any case (start-session#request.code)."""
    return st.text(_ALNUM, min_size=1, max_size=LONGEST_CODE)


@check_arguments
def connector_ids() -> st.SearchStrategy[int]:
    """Strategy for connector numbers, 1 to 100 (start-session#request.connector_id)."""
    return st.integers(CONNECTORS[0], CONNECTORS[-1])


@check_arguments
def emails() -> st.SearchStrategy[str]:
    """Strategy for receipt addresses, valid and at most 255 characters (set-receipt-email#request.email)."""
    return st.builds(_email, st.text(_LOCAL, min_size=1, max_size=64), st.sampled_from(_DOMAINS))


def _email(local: str, domain: str) -> str:
    return f"{_DOTS.sub('.', local).strip('.') or '0'}@{domain}"


@check_arguments
def amounts(*, max_value: Amount = LARGEST_AMOUNT) -> st.SearchStrategy[int]:
    """Strategy for amounts of money from 0 to `max_value`, in minor units."""
    return st.integers(0, max_value)


@check_arguments
def energies() -> st.SearchStrategy[str]:
    """Strategy for energies in kWh: plain decimal strings that are not negative, mostly with three places."""
    return st.builds(_decimal, st.integers(0, 500_000), st.sampled_from((3, 0, 1, 2, 4, 6)))


def _decimal(digits: int, places: int) -> str:
    text = f"{digits:0{places + 1}d}"
    return f"{text[:-places]}.{text[-places:]}" if places else text


@check_arguments
def timestamps(*, coherent: bool = True) -> st.SearchStrategy[str]:
    """Strategy for ISO 8601 date-times with an offset, mostly as the API writes them.

    With `coherent=False` also those that are legal but odd: without offset, with nine decimals or a comma, in
    basic format, on leap days, in 1970 or 9999.
    """
    moments, forms = (MOMENTS, FORMS) if coherent else (ODD_MOMENTS, ODD_FORMS)
    return st.builds(iso, moments, st.sampled_from(forms))
