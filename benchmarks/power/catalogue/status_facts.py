"""What follows from a session's status, and from the operation and the request that it answers."""

import json
from typing import Any
from urllib.parse import quote

from benchmarks.power.fact import (
    ABSENT,
    Base,
    Change,
    Fact,
    Ways,
    answers,
    documented,
    inferred,
    is_session,
    made,
    only,
    shows,
    to,
    written,
)
from plugproof_contracts import Exchange

PATH_OF_CHARGING = (
    "charging",
    "stopping",
    "settling",
    "captured",
    "no_charge",
    "capture_failed",
    "requires_review",
    "refunded",
    "written_off",
)
"""Charging and what only comes after it."""
HEALTHY = ("created", "authorized", "starting", "charging", "stopping", "settling", "captured", "no_charge")
ENDED = ("captured", "no_charge", "expired", "failed", "abandoned", "refunded", "written_off")
CANCELLABLE = ("created", "authorized", "starting")
PAYMENT = {"client_secret": "pi_1_secret_1", "publishable_key": "pk_test_1", "stripe_account_id": "acct_1"}
CHARGING = ("charging", "stopping", "captured", "capture_failed")
"""What no cancelled session is, by the words of the reference; its other ends are not documented."""
OPEN = ("settling", "requires_review")
"""Where a session is not over yet."""
LATER = ("authorized_at", "charging_started_at", "completed_at", "captured_at")


def _is_set(path: str, *statuses: str) -> Ways:
    return only(to(path, None), shows(*statuses))


def _given(path: str, name: str, value: Any, *statuses: str) -> Ways:
    return only(made(path, name, lambda base: value if base.value(path) is None else None), shows(*statuses))


def _as_created(base: Base) -> Any:
    return base.value("data/created_at")


def _instead(operation: str, *statuses: str) -> Ways:
    """Answer an operation with a coherent session of another status, as a get has shown it."""

    def change(status: str) -> Change:
        def changed(base: Base) -> Exchange | None:
            if base.kind != f"get 200 {status}":
                return None
            return _asked_as(base, operation)

        return changed

    return [(f"{operation} answers {status}", change(status)) for status in statuses]


def _asked_as(base: Base, operation: str) -> Exchange:
    limited = base.headers(x_ratelimit_limit="10", x_ratelimit_remaining="9")
    body = {"data": base.value("data")}
    exchange = limited.replace(method="POST", url=f"{limited.url}/{operation}", body=written(body))
    email = base.value("data/driver_email") or "driver@example.org"
    if operation == "receipt-email":
        exchange = exchange.replace(request_body=written({"email": email}))
        body["data"]["driver_email"] = email
    return exchange.replace(body=written(body))


def _asking(name: str, value: Any, operation: str) -> Ways:
    """Let the request have asked for something else."""

    def change(base: Base) -> Exchange | None:
        if not base.asked:
            return None
        asked = {**base.asked, name: value(base.asked) if callable(value) else value}
        asked = {key: kept for key, kept in asked.items() if kept is not ABSENT}
        return base.exchange.replace(request_body=json.dumps(asked).encode())

    words = "something else" if callable(value) else "nothing" if value is ABSENT else json.dumps(value)[:40]
    return only([(f"{operation} was asked for {name} {words}", change)], answers(operation))


def _other_charger(base: Base) -> Exchange:
    return base.exchange.replace(url=base.exchange.url.rpartition("/")[0] + "/" + quote("OTHERONE"))


FACTS: tuple[Fact, ...] = (
    inferred(
        "confirm-payment#response.captured_at",
        "status",
        _is_set("data/captured_at", "captured", "refunded"),
        _is_set("data/amount_captured", "captured", "refunded"),
    ),
    inferred(
        "confirm-payment#response.failure_reason",
        "status",
        _given("data/failure_reason", "is a sentence", "The charger went offline.", *HEALTHY),
        _given("data/failure_reason", "is a word", "timeout", *HEALTHY),
        _given("data/failure_reason", "is empty", "", *HEALTHY),
    ),
    inferred(
        "confirm-payment#response.charging_started_at",
        "status",
        _is_set("data/charging_started_at", *PATH_OF_CHARGING),
        _is_set("data/authorized_at", *PATH_OF_CHARGING),
    ),
    *[
        inferred(
            f"confirm-payment#response.{name}",
            "status",
            only(made(f"data/{name}", "is set when created", _as_created), shows("created")),
        )
        for name in LATER
    ],
    *[
        inferred(
            f"confirm-payment#response.{name}",
            "status",
            only(made(f"data/{name}", "is set before charging", _as_created), shows("authorized", "starting")),
        )
        for name in LATER[1:]
    ],
    documented(
        "get-session#response.payment",
        "status",
        only(to("payment", None), lambda base: base.kind == "get 200 created"),
        only(
            made("payment", "is there after created", lambda base: PAYMENT),
            lambda base: is_session(base) and base.operation == "get" and base.status != "created",
        ),
    ),
    documented("start-session#response.payment", "status", only(to("data/status", "expired"), answers("start"))),
    documented("stop-session#response.status", "operation", _instead("stop", "charging", *CANCELLABLE)),
    documented("cancel-session#response.status", "operation", _instead("cancel", *CHARGING)),
    inferred("cancel-session#response.status", "operation", _instead("cancel", *CANCELLABLE, *OPEN)),
    documented("set-receipt-email#errors.422", "operation", _instead("receipt-email", *ENDED)),
    inferred("start-session#errors.400", "operation", only(to("data/charger/online", False), answers("start"))),
    inferred(
        "start-session#errors.409",
        "operation",
        only(to("data/connector_status", "Unavailable", "Faulted"), answers("start")),
    ),
    inferred(
        "start-session#request.connector_id",
        "request",
        _asking("connector_id", lambda asked: asked["connector_id"] % 100 + 1, "start"),
    ),
    inferred(
        "start-session#request.code",
        "request",
        _asking("code", lambda asked: asked["code"][:-1] + "9", "start"),
    ),
    inferred("start-session#request.email", "request", _asking("email", "another.one@example.org", "start")),
    inferred(
        "set-receipt-email#request.email",
        "request",
        _asking("email", "another.one@example.org", "receipt-email"),
        only(to("data/driver_email", None, "another.one@example.org"), answers("receipt-email")),
    ),
    inferred(
        "get-charger#request.code",
        "request",
        only([("another charger was asked for", _other_charger)], answers("charger")),
        only(to("data/public_code", "OTHERONE"), answers("charger")),
    ),
    documented(
        "start-session#errors.422",
        "request",
        _asking("code", ABSENT, "start"),
        _asking("code", None, "start"),
        _asking("connector_id", ABSENT, "start"),
        _asking("connector_id", None, "start"),
        _asking("code", lambda asked: asked["code"].ljust(11, "X"), "start"),
    ),
    documented(
        "set-receipt-email#errors.422",
        "request",
        _asking("email", ABSENT, "receipt-email"),
        _asking("email", None, "receipt-email"),
        _asking("email", 7, "receipt-email"),
    ),
)
