"""Which members a success has, of which type, and which of them may be null."""

from benchmarks.power.fact import (
    Fact,
    Holds,
    answers,
    documented,
    drop,
    inferred,
    is_charger,
    is_session,
    only,
    to,
)

SESSION = {
    "status": "string",
    "failure_reason": "string?",
    "connector_id": "integer",
    "connector_status": "string?",
    "charger": "object",
    "charger/public_code": "string",
    "charger/name": "string",
    "charger/online": "boolean",
    "pricing": "object",
    "pricing/currency": "string",
    "pricing/price_per_kwh": "integer",
    "pricing/start_fee": "integer",
    "amount_authorized": "integer?",
    "energy_kwh": "string?",
    "cost_amount": "integer?",
    "amount_captured": "integer?",
    "tax_amount": "integer?",
    "driver_email": "string?",
    "created_at": "string?",
    "authorized_at": "string?",
    "charging_started_at": "string?",
    "completed_at": "string?",
    "captured_at": "string?",
}
"""The session's members; a question mark says that the reference lets it be null."""
CHARGER = {
    "public_code": "string",
    "name": "string",
    "online": "boolean",
    "connectors": "array",
    "pricing": "object",
    "pricing/currency": "string",
    "pricing/price_per_kwh": "integer",
    "pricing/start_fee": "integer",
    "preauth_amount": "integer",
}
CONNECTOR = {
    "connector_id": "integer",
    "status": "string",
    "standard": "string",
    "format": "string",
    "power_type": "string",
}
PAYMENT = {"client_secret": "string", "publishable_key": "string", "stripe_account_id": "string"}
WRONG = {
    "string": (7, True, ["text"], {"text": "text"}),
    "integer": ("12", 7.5, True, [12], {"amount": 12}),
    "boolean": ("true", 1, "", []),
    "object": ([], "object", 7, False),
    "array": ({}, "[]", 1, True),
}
"""Values of other types."""


def _members(page: str, prefix: str, members: dict[str, str], holds: Holds) -> list[Fact]:
    """Return what is known of each member: its type, that it is there, and perhaps that it is not null."""
    found = []
    for name, kind in members.items():
        path, source = prefix + name, f"{page}.{name.replace('/', '.')}"
        found.append(documented(source, "types", only(to(path, *WRONG[kind.rstrip("?")]), holds)))
        found.append(inferred(source, "missing members", only(drop(path), holds)))
        if not kind.endswith("?"):
            found.append(documented(source, "nulls", only(to(path, None), holds)))
    return found


_PAYS = answers("start", "get")

FACTS: tuple[Fact, ...] = (
    *_members("confirm-payment#response", "", {"data": "object"}, lambda base: base.is_success),
    *_members("confirm-payment#response", "data/", SESSION, is_session),
    *_members("get-charger#response", "data/", CHARGER, is_charger),
    *_members("get-charger#response.connectors", "data/connectors/0/", CONNECTOR, is_charger),
    *_members("get-charger#response.connectors", "data/connectors/1/", CONNECTOR, is_charger),
    *_members("start-session#response", "", {"session_token": "string", "payment": "object"}, answers("start")),
    *_members("get-session#response.payment", "payment/", PAYMENT, _PAYS),
    documented("get-session#response.payment", "types", only(to("payment", *WRONG["object"]), answers("get"))),
    inferred("get-session#response.payment", "missing members", only(drop("payment"), answers("get"))),
    documented(
        "get-charger#response.connectors",
        "types",
        to("data/connectors/0", "1", [], 1),
        to("data/connectors/1", "Available", 2, True),
    ),
    documented("get-charger#response.connectors", "nulls", to("data/connectors/1", None)),
)
