"""Exchanges out of what other libraries hold: clients' responses, and recordings in files."""

from plugproof_contracts.adapters.clients import exchange_of

__all__ = ["exchange_of"]
