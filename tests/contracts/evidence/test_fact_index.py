"""Every fact is in the index, once, with its level."""

import re
from collections import Counter

import pytest

from plugproof_contracts.evidence.fact_index import FACTS, FactKind, arrow_name, setting_name
from plugproof_contracts.facts.assumed_settings import ASSUMED_SETTINGS
from plugproof_contracts.facts.error_texts import ERROR_TEXTS, FAILURE_TEXTS
from plugproof_contracts.facts.level import Level
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_contracts.facts.response_headers import RESPONSE_HEADERS
from plugproof_contracts.facts.session_lifecycle import LIFECYCLE
from plugproof_contracts.rules import RULES
from plugproof_mockserver.model.settings import Settings


def test_every_fact_is_in_the_index_once():
    """Each table's rows are all there, and no two facts share a name."""
    counts = Counter(fact.kind for fact in FACTS.values())
    assert counts == {
        FactKind.RULE: len(RULES),
        FactKind.ARROW: len(LIFECYCLE),
        FactKind.SETTING: len(ASSUMED_SETTINGS) + 2 * len(OPERATIONS) - 1,
        FactKind.TEXT: len(ERROR_TEXTS) + len(FAILURE_TEXTS),
        FactKind.HEADER: len(RESPONSE_HEADERS),
    }


def test_a_fact_keeps_the_level_of_its_table():
    assert all(FACTS[slug].level is rule.level for slug, rule in RULES.items())
    assert all(FACTS[arrow_name(move)].level is move.level for move in LIFECYCLE)
    assert all(FACTS[setting_name(name)].level is Level.ASSUMED for name in ASSUMED_SETTINGS)


@pytest.mark.parametrize("setting", ["vat", "hold", "payment_window", "token_ttl", "sessions_per_charger"])
def test_the_fake_takes_its_default_from_the_index(setting):
    assert getattr(Settings(), setting) == FACTS[setting_name(setting)].assumed


def test_names_fit_the_ledger():
    """A name is at most as long as its column, and holds nothing but words and dots."""
    assert all(re.fullmatch(r"[a-z0-9._-]{1,96}", name) for name in FACTS)
