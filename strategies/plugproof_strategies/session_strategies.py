"""Sessions: coherent ones, which keep every fact for their status, and odd ones, which keep the documented ones.

Which nullable field may be set in which status is two literal tables, `MAY` and `MUST`. `MUST` is inferred. `MAY`
is narrower than the facts where a value would make no sense, such as an amount captured from somebody who has not
paid. What is left out there is drawn with `coherent=False`.

One drawn number says which of the fields that may be null are set, so an example costs few draws
and shrinks to `created` with nulls.
"""

from collections.abc import Container
from itertools import accumulate
from typing import Any

from hypothesis import strategies as st

from plugproof_contracts import Charger, Pricing, Session, Status
from plugproof_contracts.facts import assumptions
from plugproof_contracts.facts.session import NULLABLE, TIMESTAMPS
from plugproof_contracts.facts.session_lifecycle import ENTERED_CHARGING
from plugproof_contracts.literals import StatusName
from plugproof_strategies.arguments import check_arguments, member
from plugproof_strategies.charger_strategies import (
    AMOUNTS,
    CODES,
    CONNECTOR_STATUSES,
    NAMES,
    NUMBERS,
    ONLINE,
    priced,
)
from plugproof_strategies.values.timestamp_strategies import FORMS, MOMENTS, iso
from plugproof_strategies.values.value_strategies import (
    LARGEST_AMOUNT,
    ODD_CURRENCIES,
    emails,
    energies,
    timestamps,
)

_EVER = frozenset(Status)
_PAID = _EVER - {Status.CREATED, Status.EXPIRED}
_OVER = ENTERED_CHARGING - {Status.CHARGING, Status.STOPPING} | {Status.EXPIRED, Status.FAILED, Status.ABANDONED}
PAID_OUT = frozenset({Status.CAPTURED, Status.REFUNDED})

MAY: dict[str, frozenset[Status]] = {
    "connector_status": _EVER,
    "driver_email": _EVER,
    "created_at": _EVER,
    "amount_authorized": _PAID,
    "authorized_at": _PAID,
    "failure_reason": frozenset({Status.FAILED, Status.ABANDONED}),
    "charging_started_at": ENTERED_CHARGING,
    "energy_kwh": ENTERED_CHARGING,
    "cost_amount": ENTERED_CHARGING,
    "completed_at": _OVER,
    "amount_captured": PAID_OUT,
    "tax_amount": PAID_OUT,
    "captured_at": PAID_OUT,
}
"""The statuses in which a nullable field may be set, in the order of a session's life."""

MUST: dict[str, frozenset[Status]] = {
    "authorized_at": ENTERED_CHARGING,
    "charging_started_at": ENTERED_CHARGING,
    "amount_captured": PAID_OUT,
    "captured_at": PAID_OUT,
}
"""The statuses in which a nullable field is never null."""

_NULLS: dict[str, Any] = dict.fromkeys(NULLABLE)
_MUST = {status: frozenset(name for name, where in MUST.items() if status in where) for status in Status}
_FREE = {
    status: tuple(name for name, where in MAY.items() if status in where and name not in _MUST[status])
    for status in Status
}
"""The fields that may be null or set."""

_STATUS = st.sampled_from(tuple(Status))
_MASKS = [st.integers(0, 2**bits - 1) for bits in range(len(MAY) + 1)]
_REASONS = st.sampled_from((assumptions.DECLINED, assumptions.TIMED_OUT, assumptions.CANCELLED))
_GAPS = st.integers(0, 86_400)
_FORM = st.sampled_from(FORMS)
_EMAILS, _ENERGIES = emails(), energies()
_DRAWN: dict[str, st.SearchStrategy[Any]] = {
    "connector_status": CONNECTOR_STATUSES,
    "driver_email": _EMAILS,
    "failure_reason": _REASONS,
    "energy_kwh": _ENERGIES,
}


@check_arguments
@st.composite
def sessions(draw: st.DrawFn, status: StatusName | Status | None = None, *, coherent: bool = True) -> Session:
    """Strategy for sessions in a status, or in any; what is drawn are `plugproof_contracts.Session`s.

    Coherent ones keep every documented and inferred fact. With `coherent=False` only the documented ones hold:
    nulls wherever the reference allows them, integers beyond every sensible range, texts and timestamps that are
    odd but legal. Raises `InvalidArgumentError` for an unknown status.
    """
    chosen = draw(_STATUS) if status is None else member("status", status, Status)
    return drawn(draw, chosen) if coherent else odd(draw, chosen)


NONE: frozenset[str] = frozenset()


def drawn(
    draw: st.DrawFn, status: Status, present: frozenset[str] = NONE, absent: frozenset[str] = NONE
) -> Session:
    """Draw a coherent session in which some nullable fields are surely set and some surely null."""
    fields = (_chosen(draw, status) | present) - absent
    values = {name: draw(strategy) for name, strategy in _DRAWN.items() if name in fields}
    return Session(
        **_NULLS | values | _money(draw, fields) | _times(draw, fields),
        status=status,
        connector_id=draw(NUMBERS),
        charger=Charger(draw(CODES), draw(NAMES), draw(ONLINE)),
        pricing=priced(draw),
    )


def _chosen(draw: st.DrawFn, status: Status) -> set[str]:
    free = _FREE[status]
    mask = draw(_MASKS[len(free)])
    return {name for bit, name in enumerate(free) if mask >> bit & 1} | _MUST[status]


_CAPS = {
    "amount_authorized": "",
    "cost_amount": "amount_authorized",
    "amount_captured": "amount_authorized",
    "tax_amount": "amount_captured",
}
"""Each amount with the one that it may not exceed."""


def _money(draw: st.DrawFn, fields: Container[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, most in _CAPS.items():
        if name in fields:
            found[name] = min(draw(AMOUNTS), found.get(most, LARGEST_AMOUNT))
    return found


def _times(draw: st.DrawFn, fields: Container[str]) -> dict[str, str]:
    names = [name for name in TIMESTAMPS if name in fields]
    if not names:
        return {}
    form = draw(_FORM)
    moments = accumulate([draw(MOMENTS), *[draw(_GAPS) for _ in names[1:]]])
    return {name: iso(moment, form) for name, moment in zip(names, moments, strict=True)}


_ODD_INTEGERS = st.sampled_from((0, 1, -1, 2**31 - 1, 2**31, -(2**31), 2**53 + 1, 2**63 - 1, -(2**63)))
_ODD_TEXTS = (
    st.sampled_from(("", " ", "0", "null", "x" * 300, "Å\u0308北🔌", "\u202eright to left", "a\x00b\n"))
    | st.text()
)
_ODD: dict[str, st.SearchStrategy[Any]] = {
    "connector_status": CONNECTOR_STATUSES,
    "driver_email": _ODD_TEXTS,
    "failure_reason": _ODD_TEXTS,
    "energy_kwh": st.sampled_from(("0", "-0.001", "007.50", "0." + "0" * 40 + "1", "9" * 40)),
    **dict.fromkeys(_CAPS, _ODD_INTEGERS),
    **dict.fromkeys(TIMESTAMPS, timestamps(coherent=False)),
}
_ODD_CURRENCY = st.sampled_from(ODD_CURRENCIES)
_ODD_PRICE = st.sampled_from((1, 2**31, 2**53 + 1, 2**63 - 1))
_ODD_FEE = st.sampled_from((0, 2**31, 2**53 + 1, 2**63 - 1))


def odd(draw: st.DrawFn, status: Status) -> Session:
    """Draw a session of which only the documented facts hold; of the amounts that is the cap of the cost."""
    mask = draw(_MASKS[-1])
    values = {name: draw(_ODD[name]) for bit, name in enumerate(MAY) if mask >> bit & 1}
    if "cost_amount" in values and "amount_authorized" in values:
        values["cost_amount"] = min(values["cost_amount"], values["amount_authorized"])
    return Session(
        **_NULLS | values,
        status=status,
        connector_id=draw(_ODD_INTEGERS),
        charger=Charger(draw(_ODD_TEXTS), draw(_ODD_TEXTS), draw(ONLINE)),
        pricing=Pricing(draw(_ODD_CURRENCY), draw(_ODD_PRICE), draw(_ODD_FEE)),
    )
