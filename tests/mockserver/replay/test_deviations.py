"""Every deviation of a misbehaving server is named by the fact that it breaks."""

import pytest
from tests.mockserver.replay.planted_deviations import (
    Deviation,
    Spot,
    body,
    field,
    header,
    planted,
    recording,
    status,
)

from plugproof_mockserver.replay.recording_replay import replay

CREATED, CAPTURED = Spot("start", 201), Spot("get", 200, "captured")
CHARGING, EXPIRED = Spot("get", 200, "charging"), Spot("get", 200, "expired")
DECLINED, CANCELLED = Spot("confirm", 200, "failed"), Spot("cancel", 200, "abandoned")
REFUSED_CANCEL, REFUSED_STOP = Spot("cancel", 409), Spot("stop", 400)
UNKNOWN, INVALID, LIMITED = Spot("get", 404), Spot("receipt-email", 422), Spot("confirm", 429)
PAYMENT = {"client_secret": "x", "publishable_key": "x", "stripe_account_id": "x"}

DEVIATIONS = (
    # Settings.
    Deviation("vat", CAPTURED, field("data.tax_amount", 1)),
    Deviation("hold", CAPTURED, field("data.amount_authorized", 4000)),
    Deviation("hold", Spot("charger"), field("data.preauth_amount", 4000)),
    Deviation("price_rounding", CAPTURED, field("data.cost_amount", 1)),
    Deviation("price_rounding", CHARGING, field("data.cost_amount", 4999)),
    Deviation("payment_window", EXPIRED, field("data.status", "created")),
    Deviation("token_ttl", CHARGING, status(404)),
    Deviation("limiter", Spot("get", nth=2), header("x-ratelimit-remaining", "7")),
    Deviation("limiter", DECLINED, status(429)),
    Deviation("limit.get", Spot("get"), header("x-ratelimit-limit", "60")),
    Deviation("sessions_per_charger", Spot("start", 201, nth=1), header("x-ratelimit-limit", "2")),
    Deviation("not_found_costs_hit", UNKNOWN, header("x-ratelimit-remaining", "30")),
    Deviation("invalid_costs_hit", INVALID, header("x-ratelimit-remaining", "9")),
    Deviation("errors", INVALID, lambda one: one.replace(status=302)),
    Deviation("errors", UNKNOWN, header("content-type", "text/html")),
    # What operations answer.
    Deviation("cancel.charging", REFUSED_CANCEL, status(200)),
    Deviation("cancel.created", CANCELLED, status(422)),
    Deviation("stop.captured", REFUSED_STOP, status(409)),
    Deviation("confirm.created", DECLINED, status(422)),
    Deviation("server-error.503", CHARGING, status(503)),
    Deviation("server-error.502", Spot("charger"), status(502)),
    # Arrows.
    Deviation("arrow.failed.charging", Spot("get", 200, "failed"), field("data.status", "charging")),
    Deviation("arrow.abandoned.authorized", Spot("get", 200, "abandoned"), field("data.status", "authorized")),
    Deviation("arrow.captured.settling", Spot("get", 200, "captured", 1), field("data.status", "settling")),
    Deviation("arrow.settling.charging", CAPTURED, field("data.status", "charging")),
    # Texts.
    Deviation("text.cannot-cancel", REFUSED_CANCEL, field("message", "No.")),
    Deviation("text.not-found", UNKNOWN, field("message", "No query results.")),
    Deviation("text.too-many", LIMITED, field("message", "Slow down.")),
    Deviation("text.validation", INVALID, field("message", "Wrong.")),
    Deviation("text.validation", INVALID, field("errors.email", ["Wrong."])),
    Deviation("text.validation", INVALID, field("errors", ...)),
    Deviation("text.failure_reason.failed", DECLINED, field("data.failure_reason", "Card says no.")),
    Deviation("text.failure_reason.abandoned", CANCELLED, field("data.failure_reason", "Gone.")),
    # Headers.
    Deviation("header.cache-control", CHARGING, header("cache-control", "public")),
    Deviation("header.access-control-allow-origin", CHARGING, header("access-control-allow-origin", None)),
    Deviation("header.x-ratelimit-limit", CHARGING, header("x-ratelimit-limit", None)),
    Deviation("header.x-ratelimit-remaining", CHARGING, header("x-ratelimit-remaining", None)),
    Deviation("header.retry-after", LIMITED, header("retry-after", None)),
    Deviation("header.retry-after", LIMITED, header("retry-after", "3600")),
    Deviation("header.x-ratelimit-reset", LIMITED, header("x-ratelimit-reset", "1")),
    Deviation("header.content-type", CHARGING, header("content-type", "text/plain")),
    # Nulls and connectors.
    Deviation("null.energy_kwh.charging", CHARGING, field("data.energy_kwh", None)),
    Deviation("null.captured_at.captured", CAPTURED, field("data.captured_at", None)),
    Deviation("null.failure_reason.failed", DECLINED, field("data.failure_reason", None)),
    Deviation("null.authorized_at.created", CREATED, field("data.authorized_at", "2026-01-10T12:00:00Z")),
    Deviation("connector_status.charging", CHARGING, field("data.connector_status", "Faulted")),
    # Rules of the contract.
    Deviation("money.capture-within-hold", CAPTURED, field("data.amount_captured", 9999)),
    Deviation("shape.types", CHARGING, field("data.energy_kwh", 1.5)),
    Deviation("trace.timestamps-stay", CHARGING, field("data.created_at", "2020-01-01T00:00:00Z")),
    Deviation("trace.same-session", CHARGING, field("data.connector_id", 2)),
    Deviation("values.status", CHARGING, field("data.status", "paused")),
    Deviation("shape.fields-present", CHARGING, field("data.pricing", ...)),
    Deviation("receipt-email.driver_email", CHARGING, field("data.driver_email", "other@example.com")),
    Deviation("status.no-payment-later", CHARGING, field("payment", PAYMENT)),
    Deviation("nulls.only-where-documented", CREATED, field("payment", None)),
    Deviation("shape.envelope", CREATED, field("session_token", ...)),
    Deviation("json.well-formed", CHARGING, body(b"{")),
    Deviation("charger.connectors", Spot("charger"), field("data.connectors", [])),
    Deviation("time.order", CAPTURED, field("data.completed_at", "2026-01-10T11:00:00Z")),
    Deviation("http.success-code", CREATED, lambda one: one.replace(status=200)),
)


def test_the_recording_of_the_fake_replays_the_same():
    """Without a deviation nothing differs."""
    assert replay(recording()).differences == ()


@pytest.mark.parametrize("deviation", DEVIATIONS, ids=lambda one: f"{one.fact} {one.spot.operation}")
def test_a_deviation_is_named(deviation: Deviation):
    """The fact that the deviation breaks is among those that replay names, and nothing is unexplained."""
    found = replay(planted(deviation)).by_fact
    assert deviation.fact in found
    assert "unexplained" not in found
