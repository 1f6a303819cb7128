"""Public chargers, and the parts that they share with sessions."""

from hypothesis import strategies as st

from plugproof_contracts import Connector, ConnectorStatus, Pricing, PublicCharger
from plugproof_strategies.arguments import check_arguments, one_of
from plugproof_strategies.values.value_strategies import (
    CURRENCIES,
    amounts,
    charger_codes,
    connector_ids,
)

CODES, NUMBERS, AMOUNTS = charger_codes(), connector_ids(), amounts()
NAMES = st.text(max_size=30)
ONLINE = st.sampled_from((True, False))
CONNECTOR_STATUSES = st.sampled_from(tuple(ConnectorStatus))
_CURRENCY = st.sampled_from(CURRENCIES)
_PRICE, _FEE = st.integers(1, 999), st.integers(0, 999)
_KIND = st.sampled_from(
    (
        ("IEC_62196_T2", "SOCKET", "AC_3_PHASE"),
        ("IEC_62196_T2", "CABLE", "AC_1_PHASE"),
        ("IEC_62196_T2_COMBO", "CABLE", "DC"),
        ("CHADEMO", "CABLE", "DC"),
    )
)
"""OCPI's words for standard, format and power type; that the API uses them is assumed."""
MOST_CONNECTORS = 4
_SEVERAL = [
    st.lists(NUMBERS, min_size=least, max_size=MOST_CONNECTORS, unique=True)
    for least in range(MOST_CONNECTORS + 1)
]


def priced(draw: st.DrawFn) -> Pricing:
    """Draw a pricing: at least 1 for a kWh, and no negative fee."""
    return Pricing(draw(_CURRENCY), draw(_PRICE), draw(_FEE))


@check_arguments
@st.composite
def public_chargers(draw: st.DrawFn, *, min_connectors: int = 0) -> PublicCharger:
    """Strategy for chargers as get-charger answers them, with up to four connectors of different numbers.

    Raises `InvalidArgumentError` unless `min_connectors` is 0 to 4.
    """
    numbers = draw(_SEVERAL[one_of("min_connectors", min_connectors, range(MOST_CONNECTORS + 1))])
    return PublicCharger(
        public_code=draw(CODES),
        name=draw(NAMES),
        online=draw(ONLINE),
        connectors=tuple(Connector(number, draw(CONNECTOR_STATUSES), *draw(_KIND)) for number in numbers),
        pricing=priced(draw),
        preauth_amount=draw(AMOUNTS),
    )
