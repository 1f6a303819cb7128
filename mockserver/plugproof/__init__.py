"""plugproof: a fake of Plugchoice's public-charging API, and the contract that keeps it honest.

Every public name is here, and is imported when it is first used; all else is private and may change.
"""

from importlib import import_module

TYPE_CHECKING = False  # not from `typing`, which alone takes longer to import than all of this
if TYPE_CHECKING:
    from plugproof_contracts import (
        RULES as RULES,
    )
    from plugproof_contracts import (
        BaselineError as BaselineError,
    )
    from plugproof_contracts import (
        Charger as Charger,
    )
    from plugproof_contracts import (
        CheckOptions as CheckOptions,
    )
    from plugproof_contracts import (
        Connector as Connector,
    )
    from plugproof_contracts import (
        ConnectorStatus as ConnectorStatus,
    )
    from plugproof_contracts import (
        Exchange as Exchange,
    )
    from plugproof_contracts import (
        HistoryError as HistoryError,
    )
    from plugproof_contracts import (
        InvalidTypeError as InvalidTypeError,
    )
    from plugproof_contracts import (
        InvalidValueError as InvalidValueError,
    )
    from plugproof_contracts import (
        Level as Level,
    )
    from plugproof_contracts import (
        MissingPackageError as MissingPackageError,
    )
    from plugproof_contracts import (
        NonconformanceError as NonconformanceError,
    )
    from plugproof_contracts import (
        Payment as Payment,
    )
    from plugproof_contracts import (
        PlugproofError as PlugproofError,
    )
    from plugproof_contracts import (
        Pricing as Pricing,
    )
    from plugproof_contracts import (
        PublicCharger as PublicCharger,
    )
    from plugproof_contracts import (
        ReadOnlyError as ReadOnlyError,
    )
    from plugproof_contracts import (
        Report as Report,
    )
    from plugproof_contracts import (
        Rule as Rule,
    )
    from plugproof_contracts import (
        Session as Session,
    )
    from plugproof_contracts import (
        Status as Status,
    )
    from plugproof_contracts import (
        Token as Token,
    )
    from plugproof_contracts import (
        Verdict as Verdict,
    )
    from plugproof_contracts import (
        Violation as Violation,
    )
    from plugproof_contracts import (
        assert_conforms as assert_conforms,
    )
    from plugproof_contracts import (
        check as check,
    )
    from plugproof_contracts import (
        check_trace as check_trace,
    )
    from plugproof_contracts import (
        run_check as run_check,
    )
    from plugproof_contracts import (
        to_ndjson as to_ndjson,
    )
    from plugproof_harness import (
        LAWS as LAWS,
    )
    from plugproof_harness import (
        Adapter as Adapter,
    )
    from plugproof_harness import (
        AdapterError as AdapterError,
    )
    from plugproof_harness import (
        Api as Api,
    )
    from plugproof_harness import (
        BrokenLawError as BrokenLawError,
    )
    from plugproof_harness import (
        Exploration as Exploration,
    )
    from plugproof_harness import (
        ReportedError as ReportedError,
    )
    from plugproof_harness import (
        Simulation as Simulation,
    )
    from plugproof_harness import (
        client_cells as client_cells,
    )
    from plugproof_harness import (
        client_machine as client_machine,
    )
    from plugproof_harness import (
        command_adapter as command_adapter,
    )
    from plugproof_harness import (
        explore as explore,
    )
    from plugproof_harness import (
        replay as replay,
    )
    from plugproof_harness import (
        simulate as simulate,
    )
    from plugproof_mockserver import (
        AsyncTransport as AsyncTransport,
    )
    from plugproof_mockserver import (
        ChargerData as ChargerData,
    )
    from plugproof_mockserver import (
        ChargerFields as ChargerFields,
    )
    from plugproof_mockserver import (
        ConnectorStatusName as ConnectorStatusName,
    )
    from plugproof_mockserver import (
        ErrorsName as ErrorsName,
    )
    from plugproof_mockserver import (
        Event as Event,
    )
    from plugproof_mockserver import (
        EventName as EventName,
    )
    from plugproof_mockserver import (
        FakeClock as FakeClock,
    )
    from plugproof_mockserver import (
        FakeFaults as FakeFaults,
    )
    from plugproof_mockserver import (
        FakePlugchoice as FakePlugchoice,
    )
    from plugproof_mockserver import (
        FakeSession as FakeSession,
    )
    from plugproof_mockserver import (
        FakeSettings as FakeSettings,
    )
    from plugproof_mockserver import (
        Fault as Fault,
    )
    from plugproof_mockserver import (
        FaultKind as FaultKind,
    )
    from plugproof_mockserver import (
        FaultKindName as FaultKindName,
    )
    from plugproof_mockserver import (
        FaultTiming as FaultTiming,
    )
    from plugproof_mockserver import (
        FaultTimingName as FaultTimingName,
    )
    from plugproof_mockserver import (
        Journal as Journal,
    )
    from plugproof_mockserver import (
        JournalEntry as JournalEntry,
    )
    from plugproof_mockserver import (
        NotPossibleError as NotPossibleError,
    )
    from plugproof_mockserver import (
        OperationName as OperationName,
    )
    from plugproof_mockserver import (
        PaymentData as PaymentData,
    )
    from plugproof_mockserver import (
        PreparedResponse as PreparedResponse,
    )
    from plugproof_mockserver import (
        PricingData as PricingData,
    )
    from plugproof_mockserver import (
        RateLimitName as RateLimitName,
    )
    from plugproof_mockserver import (
        SeededFields as SeededFields,
    )
    from plugproof_mockserver import (
        SessionData as SessionData,
    )
    from plugproof_mockserver import (
        SessionFields as SessionFields,
    )
    from plugproof_mockserver import (
        SessionOperationName as SessionOperationName,
    )
    from plugproof_mockserver import (
        StatusChange as StatusChange,
    )
    from plugproof_mockserver import (
        StatusName as StatusName,
    )
    from plugproof_mockserver import (
        Transport as Transport,
    )
    from plugproof_mockserver import (
        UnknownChargerError as UnknownChargerError,
    )
    from plugproof_mockserver import (
        UnknownSessionError as UnknownSessionError,
    )
    from plugproof_mockserver import (
        UnreadableSnapshotError as UnreadableSnapshotError,
    )
    from plugproof_mockserver import (
        WorldSnapshot as WorldSnapshot,
    )
    from plugproof_pytest import (
        LiveServer as LiveServer,
    )
    from plugproof_pytest import (
        ServerStartError as ServerStartError,
    )
    from plugproof_pytest import (
        UnknownRouteError as UnknownRouteError,
    )
    from plugproof_schemathesis import (
        BrokenRuleError as BrokenRuleError,
    )
    from plugproof_schemathesis import (
        plugproof_rules as plugproof_rules,
    )
    from plugproof_strategies import (
        InvalidArgumentError as InvalidArgumentError,
    )
    from plugproof_strategies import (
        amounts as amounts,
    )
    from plugproof_strategies import (
        charger_codes as charger_codes,
    )
    from plugproof_strategies import (
        connector_ids as connector_ids,
    )
    from plugproof_strategies import (
        emails as emails,
    )
    from plugproof_strategies import (
        energies as energies,
    )
    from plugproof_strategies import (
        exchanges as exchanges,
    )
    from plugproof_strategies import (
        invalid_charger_codes as invalid_charger_codes,
    )
    from plugproof_strategies import (
        invalid_connector_ids as invalid_connector_ids,
    )
    from plugproof_strategies import (
        invalid_emails as invalid_emails,
    )
    from plugproof_strategies import (
        invalid_start_requests as invalid_start_requests,
    )
    from plugproof_strategies import (
        journeys as journeys,
    )
    from plugproof_strategies import (
        profiles as profiles,
    )
    from plugproof_strategies import (
        public_chargers as public_chargers,
    )
    from plugproof_strategies import (
        sessions as sessions,
    )
    from plugproof_strategies import (
        start_requests as start_requests,
    )
    from plugproof_strategies import (
        timestamps as timestamps,
    )
    from plugproof_strategies import (
        tokens as tokens,
    )
    from plugproof_strategies import (
        violating_exchanges as violating_exchanges,
    )
    from plugproof_strategies import (
        violating_traces as violating_traces,
    )

_PUBLIC = {
    "plugproof_contracts": (
        "RULES",
        "BaselineError",
        "Charger",
        "CheckOptions",
        "Connector",
        "ConnectorStatus",
        "Exchange",
        "HistoryError",
        "InvalidTypeError",
        "InvalidValueError",
        "Level",
        "MissingPackageError",
        "NonconformanceError",
        "Payment",
        "PlugproofError",
        "Pricing",
        "PublicCharger",
        "ReadOnlyError",
        "Report",
        "Rule",
        "Session",
        "Status",
        "Token",
        "Verdict",
        "Violation",
        "assert_conforms",
        "check",
        "check_trace",
        "run_check",
        "to_ndjson",
    ),
    "plugproof_mockserver": (
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
    ),
    "plugproof_strategies": (
        "InvalidArgumentError",
        "amounts",
        "charger_codes",
        "connector_ids",
        "emails",
        "energies",
        "exchanges",
        "invalid_charger_codes",
        "invalid_connector_ids",
        "invalid_emails",
        "invalid_start_requests",
        "journeys",
        "profiles",
        "public_chargers",
        "sessions",
        "start_requests",
        "timestamps",
        "tokens",
        "violating_exchanges",
        "violating_traces",
    ),
    "plugproof_schemathesis": (
        "BrokenRuleError",
        "plugproof_rules",
    ),
    "plugproof_harness": (
        "LAWS",
        "Adapter",
        "AdapterError",
        "Api",
        "BrokenLawError",
        "Exploration",
        "ReportedError",
        "Simulation",
        "client_cells",
        "client_machine",
        "command_adapter",
        "explore",
        "replay",
        "simulate",
    ),
    "plugproof_pytest": (
        "LiveServer",
        "ServerStartError",
        "UnknownRouteError",
    ),
}
"""Every public name, by the package that has it; a test holds this to the packages' own lists."""

_HOMES = {name: package for package, names in _PUBLIC.items() for name in names}

__all__ = [
    "LAWS",
    "RULES",
    "Adapter",
    "AdapterError",
    "Api",
    "AsyncTransport",
    "BaselineError",
    "BrokenLawError",
    "BrokenRuleError",
    "Charger",
    "ChargerData",
    "ChargerFields",
    "CheckOptions",
    "Connector",
    "ConnectorStatus",
    "ConnectorStatusName",
    "ErrorsName",
    "Event",
    "EventName",
    "Exchange",
    "Exploration",
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
    "HistoryError",
    "InvalidArgumentError",
    "InvalidTypeError",
    "InvalidValueError",
    "Journal",
    "JournalEntry",
    "Level",
    "LiveServer",
    "MissingPackageError",
    "NonconformanceError",
    "NotPossibleError",
    "OperationName",
    "Payment",
    "PaymentData",
    "PlugproofError",
    "PreparedResponse",
    "Pricing",
    "PricingData",
    "PublicCharger",
    "RateLimitName",
    "ReadOnlyError",
    "Report",
    "ReportedError",
    "Rule",
    "SeededFields",
    "ServerStartError",
    "Session",
    "SessionData",
    "SessionFields",
    "SessionOperationName",
    "Simulation",
    "Status",
    "StatusChange",
    "StatusName",
    "Token",
    "Transport",
    "UnknownChargerError",
    "UnknownRouteError",
    "UnknownSessionError",
    "UnreadableSnapshotError",
    "Verdict",
    "Violation",
    "WorldSnapshot",
    "amounts",
    "assert_conforms",
    "charger_codes",
    "check",
    "check_trace",
    "client_cells",
    "client_machine",
    "command_adapter",
    "connector_ids",
    "emails",
    "energies",
    "exchanges",
    "explore",
    "invalid_charger_codes",
    "invalid_connector_ids",
    "invalid_emails",
    "invalid_start_requests",
    "journeys",
    "plugproof_rules",
    "profiles",
    "public_chargers",
    "replay",
    "run_check",
    "sessions",
    "simulate",
    "start_requests",
    "timestamps",
    "to_ndjson",
    "tokens",
    "violating_exchanges",
    "violating_traces",
]


def __getattr__(name: str) -> object:
    if name == "__version__":
        return import_module("plugproof_contracts.version").VERSION
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; dir(plugproof) lists what there is")
    from plugproof_contracts.extras import name_missing_extra

    with name_missing_extra():
        return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
