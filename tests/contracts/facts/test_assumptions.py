"""An assumed fact is stated once, and the fake and the strategies say the same."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings

from plugproof_contracts import ConnectorStatus, Pricing, Status
from plugproof_contracts.facts import assumptions, billing
from plugproof_mockserver.fake import FakePlugchoice
from plugproof_strategies import journeys

ROOT = Path(__file__).parents[3]
SOURCES = [path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("*/plugproof*/**/*.py"))]
TEXTS = {name: text for name, text in vars(assumptions).items() if name.isupper() and isinstance(text, str)}


@pytest.mark.parametrize("name", TEXTS)
def test_an_assumed_text_is_stated_once(name):
    """No module of the packages writes an assumed sentence a second time."""
    assert sum(text.count(TEXTS[name]) for text in SOURCES) == 1


@settings(max_examples=50, deadline=None)
@given(journeys("captured"))
def test_a_journey_is_billed_as_the_fake_bills(exchanges):
    """Cost and tax follow the tariff to the minor unit, rounded as the fake rounds."""
    for session in (json.loads(exchange.body)["data"] for exchange in exchanges if exchange.status < 300):
        pricing, energy = Pricing(**session["pricing"]), session["energy_kwh"]
        if energy is not None:
            hold = session["amount_authorized"]
            assert session["cost_amount"] == billing.cost(int(energy.replace(".", "")), pricing, hold)
        if session["amount_captured"] is not None:
            assert session["tax_amount"] == billing.included_tax(session["amount_captured"])


def test_the_two_that_had_drifted_are_one():
    """Eleven watt-hours round up, and so does the tax in 103."""
    assert billing.cost(11, Pricing("EUR", 46, 50), 5000) == 51
    assert billing.included_tax(103) == 18


def test_a_connector_status_is_assumed_for_every_status():
    """The fake shows what the table says, and a charger that is offline is unavailable."""
    fake = FakePlugchoice(seed=1)
    for status in Status:
        shown = fake.seed_session(status).data["connector_status"]
        assert shown in (assumptions.CONNECTOR_STATUSES[status], ConnectorStatus.UNAVAILABLE)
