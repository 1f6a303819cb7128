"""Members that are of another type, null, left out, or new."""

from collections.abc import Iterator
from typing import Any

from plugproof_contracts.facts.session import NULLABLE, Status
from plugproof_contracts.mutations.mutation import Mutation, Needs, drop, each, put, values, whole

_CREATED = Needs(("get",), statuses=frozenset({Status.CREATED}))
_START, _CHARGER = Needs(("start",)), Needs(("charger",), connectors=True)

_SESSION = {
    "data/status": "string",
    "data/failure_reason": "string",
    "data/connector_id": "integer",
    "data/connector_status": "string",
    "data/charger": "object",
    "data/charger/public_code": "string",
    "data/charger/name": "string",
    "data/charger/online": "boolean",
    "data/pricing": "object",
    "data/pricing/currency": "string",
    "data/pricing/price_per_kwh": "integer",
    "data/pricing/start_fee": "integer",
    "data/amount_authorized": "integer",
    "data/energy_kwh": "string",
    "data/cost_amount": "integer",
    "data/amount_captured": "integer",
    "data/tax_amount": "integer",
    "data/driver_email": "string",
    "data/created_at": "string",
    "data/authorized_at": "string",
    "data/charging_started_at": "string",
    "data/completed_at": "string",
    "data/captured_at": "string",
}
_PAYMENT = {
    "payment/client_secret": "string",
    "payment/publishable_key": "string",
    "payment/stripe_account_id": "string",
}
_STARTED = {"session_token": "string", **_PAYMENT}
_PUBLIC_CHARGER = {
    "data/public_code": "string",
    "data/name": "string",
    "data/online": "boolean",
    "data/connectors": "array",
    "data/connectors/0": "object",
    "data/connectors/0/connector_id": "integer",
    "data/connectors/0/status": "string",
    "data/connectors/0/standard": "string",
    "data/connectors/0/format": "string",
    "data/connectors/0/power_type": "string",
    "data/pricing": "object",
    "data/pricing/currency": "string",
    "data/pricing/price_per_kwh": "integer",
    "data/pricing/start_fee": "integer",
    "data/preauth_amount": "integer",
}
_WRONG: dict[str, tuple[Any, ...]] = {
    "string": (7, True, ["x"], {"value": "x"}),
    "integer": ("7", 7.5, True, [7]),
    "boolean": ("true", 1),
    "object": ("x", 7, ["x"]),
    "array": ("x", 7, {}),
}
_LEAVES_ENVELOPE = {"data", "session_token"}


def _present(path: str) -> Needs:
    """A nullable field has to be set, or its rule would judge the null it stands for."""
    name = path.removeprefix("data/")
    return Needs(present=frozenset({name} & NULLABLE))


def _members() -> Iterator[tuple[str, str, Needs]]:
    yield from ((path, kind, _present(path)) for path, kind in _SESSION.items())
    yield from ((path, kind, _CREATED) for path, kind in _PAYMENT.items())
    yield from ((path, kind, _START) for path, kind in _STARTED.items())
    yield from ((path, kind, _CHARGER) for path, kind in _PUBLIC_CHARGER.items())
    yield from (("data", "object", needs) for needs in (Needs(), _START, _CHARGER))
    yield from (("payment", "object", needs) for needs in (_CREATED, _START))


def _types() -> Iterator[Mutation]:
    for path, kind, needs in _members():
        yield from values("shape.types", path, _WRONG[kind], needs)


def _nulls() -> Iterator[Mutation]:
    for path, _, needs in _members():
        if path.removeprefix("data/") not in NULLABLE and (path, needs) != ("payment", _CREATED):
            yield from values("nulls.only-where-documented", path, (None,), needs)


def _missing() -> Iterator[Mutation]:
    for path, _, needs in _members():
        if path == "data/connectors/0":
            continue
        envelope = path in _LEAVES_ENVELOPE or (path, needs) == ("payment", _START)
        yield Mutation("shape.envelope" if envelope else "shape.fields-present", f"no {path}", drop(path), needs)


_ENVELOPES = tuple(
    (f"the body is {body.decode()}", whole(body)) for body in (b"[]", b'"ok"', b"7", b"true", b"[{}]")
)
_NEW_MEMBERS = (
    ("new", Needs()),
    ("data/vat_rate", Needs()),
    ("data/charger/id", Needs()),
    ("data/pricing/idle_fee", Needs()),
    ("payment/amount", _CREATED),
    ("token", _START),
    ("data/connectors/0/max_kw", _CHARGER),
    ("data/location", _CHARGER),
)

SHAPE: tuple[Mutation, ...] = (
    *each("shape.envelope", _ENVELOPES),
    *each("shape.envelope", _ENVELOPES, _CHARGER),
    *_types(),
    *_nulls(),
    *_missing(),
    *(
        Mutation("shape.known-fields", f"a new {path} is {value!r}", put(path, value), needs)
        for path, needs in _NEW_MEMBERS
        for value in (21, None, "x")
    ),
)
