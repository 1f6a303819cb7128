"""The chargers of a recording: what nobody but the operator decides of them, taken from their answers."""

from typing import Any

from plugproof_contracts.exchanges.route import charger_code
from plugproof_contracts.facts.error_texts import ERROR_TEXTS
from plugproof_contracts.parsing.parsed_response import ParsedResponse
from plugproof_mockserver.world.nouns.charger_store import ChargerStore, is_code

_SHARED = ("name", "online", "connectors", "pricing")


def code_of(answer: ParsedResponse) -> str:
    """Return the code of the charger that an answer is about, empty if it is about none that there can be."""
    if answer.name == "charger":
        found: Any = charger_code(answer.exchange.url)
    elif answer.name == "start":
        found = answer.asked.get("code")
    else:
        found = (answer.field("charger") or {}).get("public_code")
    return found.strip().upper() if isinstance(found, str) and is_code(found.strip()) else ""


def exists(answer: ParsedResponse) -> bool:
    """Return whether an answer shows that there is its charger."""
    return answer.is_success or (answer.name == "start" and answer.code in (400, 409))


def set_charger(chargers: ChargerStore, code: str, answer: ParsedResponse) -> None:
    """Set the charger up as a recorded answer shows it; what cannot be is left as it is."""
    fields: dict[str, Any] = {"scenario": "HAPPY"}
    shown = answer.data.get("charger", answer.data)
    for name, value in (("pricing", answer.data.get("pricing")), *_shown(shown), *_told(chargers, code, answer)):
        if value is not None:
            fields |= _possible(chargers, code, name, value)
    chargers.change(code, fields)


def _shown(shown: Any) -> list[tuple[str, Any]]:
    return [(name, shown.get(name)) for name in _SHARED] if isinstance(shown, dict) else []


def _told(chargers: ChargerStore, code: str, answer: ParsedResponse) -> list[tuple[str, Any]]:
    """Return what a start or a refusal tells: whether the charger is online, and its connectors are free."""
    message = answer.error.get("message")
    is_offline = isinstance(message, str) and ERROR_TEXTS["charger-offline"].is_said_by(message)
    if answer.code == 400 and answer.name in ("start", "stop"):
        return [("online", not (is_offline or answer.name == "start"))]
    if answer.name == "start" and exists(answer):
        status = "Charging" if answer.code == 409 else "Available"
        return [("online", True), ("connectors", _connectors(chargers, code, answer, status))]
    return []


def _connectors(chargers: ChargerStore, code: str, answer: ParsedResponse, status: str) -> list[dict[str, Any]]:
    found = chargers.find(code)
    numbers = {one.connector_id for one in found.connectors} if found else set()
    asked = answer.asked.get("connector_id")
    numbers |= {asked} if isinstance(asked, int) else set()
    return [{"connector_id": number, "status": status} for number in sorted(numbers)]


def _possible(chargers: ChargerStore, code: str, name: str, value: Any) -> dict[str, Any]:
    try:
        chargers.change(code, {name: value})
    except (ValueError, TypeError, KeyError, IndexError):
        return {}
    return {name: value}
