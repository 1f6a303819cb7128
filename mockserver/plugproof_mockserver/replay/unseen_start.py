"""A session whose start was not recorded, as the first answer that shows it tells of its past."""

from typing import Any

from msgspec.structs import replace

from plugproof_contracts.facts.session import Status
from plugproof_contracts.parsing.parsed_response import ParsedResponse
from plugproof_mockserver.model.state import SessionState
from plugproof_mockserver.model.timestamps import seconds
from plugproof_mockserver.replay.recorded_chargers import code_of
from plugproof_mockserver.replay.session_following import microseconds, watt_hours
from plugproof_mockserver.world.world import World

_MOMENTS = {
    "authorized": "authorized_at",
    "started": "charging_started_at",
    "completed": "completed_at",
    "captured": "captured_at",
}


def seeded(world: World, shown: ParsedResponse, now: int) -> SessionState:
    """Return the session with the shown past; its windows count from its creation, by the fake's settings."""
    status = Status.CREATED if shown.name == "cancel" or shown.status is None else shown.status
    code = code_of(shown)
    state = world.seed_session(status, code=code if code and world.chargers.find(code) else "HAPPY")
    created = min(now, microseconds(shown.data.get("created_at")) or now)
    return replace(
        state,
        created=created,
        pay_by=created + seconds(world.settings.payment_window),
        expires=created + seconds(world.settings.token_ttl),
        **_past(state, shown),
    )


def _past(state: SessionState, shown: ParsedResponse) -> dict[str, Any]:
    """Return what the session had before it was seen, as far as its status has it at all."""
    moments = {ours: microseconds(shown.data.get(name)) for ours, name in _MOMENTS.items()}
    found: dict[str, Any] = {
        "meter": watt_hours(shown.data.get("energy_kwh")),
        "reason": shown.field("failure_reason"),
    }
    found = {name: value for name, value in (moments | found).items() if getattr(state, name) is not None}
    connector = shown.field("connector_id")
    found |= {} if connector is None else {"connector_id": connector}
    known = {name: value for name, value in found.items() if value is not None}
    return {"email": shown.field("driver_email"), "metered": None, **known}
