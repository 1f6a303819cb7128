"""The strategies that `st.from_type` takes for the types of the contract."""

from typing import Any

from hypothesis import strategies as st

from plugproof_contracts import Charger, Connector, Payment, Pricing, PublicCharger, Session, Token
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_strategies.charger_strategies import public_chargers
from plugproof_strategies.exchange_strategies import PAYMENTS, exchanges
from plugproof_strategies.session_strategies import sessions
from plugproof_strategies.values.value_strategies import tokens

BY_TYPE: dict[type, st.SearchStrategy[Any]] = {
    Session: sessions(),
    Charger: sessions().map(lambda session: session.charger),
    Pricing: sessions().map(lambda session: session.pricing),
    Payment: PAYMENTS,
    PublicCharger: public_chargers(),
    Connector: public_chargers(min_connectors=1).map(lambda charger: charger.connectors[0]),
    Exchange: exchanges(),
    Token: tokens().map(Token),
}
"""Coherent sessions and exchanges of any operation; enums are Hypothesis' own business."""
