"""Exchanges out of what other libraries hold."""

from plugproof_contracts.exchange import Exchange


def exchange_of(response: object) -> Exchange:
    """Return the exchange of a client's response; raises `TypeError` for what is none."""
    raise TypeError(f"{type(response).__module__}.{type(response).__name__} is no response; give an Exchange")
