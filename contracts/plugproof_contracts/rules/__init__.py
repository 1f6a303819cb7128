"""The catalogue of rules: each with its level, its source, an example that keeps it and one that breaks it.

`plugproof rules` and the rules' pages are made from exactly this. The families are imported on first
use, so that what only names a violation does not pay for all rules.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugproof_contracts.rules.catalogue import RULES as RULES
    from plugproof_contracts.rules.catalogue import Rule as Rule

__all__ = ["RULES", "Rule"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from plugproof_contracts.rules import catalogue, families  # noqa: F401 - the second fills the first

    return getattr(catalogue, name)
