"""A stateful fake of the public-charging API, in process or on a socket."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plugproof_mockserver.engine.transitions import NotPossibleError, StatusChange
    from plugproof_mockserver.faces.transports import AsyncTransport, Transport
    from plugproof_mockserver.fake import FakeClock, FakeFaults, FakePlugchoice, FakeSession
    from plugproof_mockserver.model.events import Event
    from plugproof_mockserver.public_types import (
        ChargerData,
        ChargerFields,
        ConnectorStatusName,
        ErrorsName,
        EventName,
        FakeSettings,
        FaultKindName,
        FaultTimingName,
        OperationName,
        PaymentData,
        PricingData,
        RateLimitName,
        SeededFields,
        SessionData,
        SessionFields,
        SessionOperationName,
        StatusName,
    )
    from plugproof_mockserver.world.faults.faults import Fault, FaultKind, FaultTiming
    from plugproof_mockserver.world.nouns.charger_store import UnknownChargerError
    from plugproof_mockserver.world.nouns.journal import Journal, JournalEntry
    from plugproof_mockserver.world.nouns.prepared_responses import PreparedResponse
    from plugproof_mockserver.world.nouns.session_store import UnknownSessionError
    from plugproof_mockserver.world.snapshots.world_snapshot import UnreadableSnapshotError, WorldSnapshot

_HOMES = {
    "AsyncTransport": "faces.transports",
    "Event": "model.events",
    "FakeClock": "fake",
    "FakeFaults": "fake",
    "FakePlugchoice": "fake",
    "FakeSession": "fake",
    "Fault": "world.faults.faults",
    "FaultKind": "world.faults.faults",
    "FaultTiming": "world.faults.faults",
    "Journal": "world.nouns.journal",
    "JournalEntry": "world.nouns.journal",
    "NotPossibleError": "engine.transitions",
    "PreparedResponse": "world.nouns.prepared_responses",
    "WorldSnapshot": "world.snapshots.world_snapshot",
    "StatusChange": "engine.transitions",
    "Transport": "faces.transports",
    "UnknownChargerError": "world.nouns.charger_store",
    "UnknownSessionError": "world.nouns.session_store",
    "UnreadableSnapshotError": "world.snapshots.world_snapshot",
}
"""The module of each name; the others are of `public_types`."""

__all__ = [
    "AsyncTransport",
    "ChargerData",
    "ChargerFields",
    "ConnectorStatusName",
    "ErrorsName",
    "Event",
    "EventName",
    "FakeClock",
    "FakeFaults",
    "FakePlugchoice",
    "FakeSession",
    "FakeSettings",
    "Fault",
    "FaultKind",
    "FaultKindName",
    "FaultTiming",
    "FaultTimingName",
    "Journal",
    "JournalEntry",
    "NotPossibleError",
    "OperationName",
    "PaymentData",
    "PreparedResponse",
    "PricingData",
    "RateLimitName",
    "SeededFields",
    "SessionData",
    "SessionFields",
    "SessionOperationName",
    "StatusChange",
    "StatusName",
    "Transport",
    "UnknownChargerError",
    "UnknownSessionError",
    "UnreadableSnapshotError",
    "WorldSnapshot",
]


def __getattr__(name: str) -> Any:
    # The command line imports this package for every `--help`; only what is asked for is paid for.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from plugproof_contracts.extras import import_public

    return import_public(__name__, _HOMES.get(name, "public_types"), name)
