"""What runs wherever Hypothesis is imported and this package is installed; it imports nothing else of ours.

`from_type` looks into a table of its own, made for NumPy, that is asked only once a module of that
name was imported. It is the one way to register types without importing them, and it is private:
should it go away, `from_type` does not know our types, and nothing else changes.
"""

from typing import Any

PACKAGE = "plugproof_contracts"


def register() -> None:
    """Let `st.from_type` resolve the contract's types, such as `Session`, once somebody has imported them."""
    from hypothesis.strategies._internal import types

    getattr(types, "_global_extra_lookup", {})[PACKAGE] = strategy_for


def strategy_for(thing: Any) -> Any:
    """Return the strategy for a type of the contract, or None for one that Hypothesis has to resolve itself."""
    if not str(getattr(thing, "__module__", "")).startswith(PACKAGE):
        return None
    from plugproof_strategies.types import BY_TYPE

    return BY_TYPE.get(thing)
