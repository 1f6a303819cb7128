"""Compare what a client shows with what the API said."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any


def differences(shown: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[str]:
    """Yield each field whose shown value differs."""
    for name, value in shown.items():
        if not _same(value, told.get(name)):
            yield f"{name} is {value!r}, and should be {told.get(name)!r}"


def _same(shown: Any, told: Any) -> bool:
    """Compare as the API writes it; moments and numbers may be the client's own, of the same value."""
    if isinstance(shown, datetime) and isinstance(told, str):
        return shown == datetime.fromisoformat(told)
    if isinstance(shown, Decimal | float) and isinstance(told, str):
        return _number(told) == Decimal(str(shown))
    try:
        return bool(shown == told) and isinstance(shown, bool) == isinstance(told, bool)
    except Exception:
        # A type that can't be compared with what the API sends is none of its values.
        return False


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
