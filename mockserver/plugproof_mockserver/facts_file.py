"""The facts file of `plugproof learn`: settings by the names of their facts, as TOML."""

from pathlib import Path
from typing import Any

import msgspec

from plugproof_contracts.errors import InvalidValueError
from plugproof_contracts.parsing.files import read_text
from plugproof_contracts.secrets.filenames import plain_name
from plugproof_mockserver.http.response import shorten
from plugproof_mockserver.model.setting_errors import explain_settings
from plugproof_mockserver.model.settings import Settings
from plugproof_mockserver.model.suggestions import list_choices

SETTINGS = {
    "vat": "vat",
    "hold": "hold",
    "payment_window": "payment_window",
    "token_ttl": "token_ttl",
    "limiter": "rate_limit",
    "errors": "errors",
    "not_found": "not_found",
    "invalid_text": "invalid_text",
    "sessions_per_charger": "sessions_per_charger",
}
"""The setting of the fake by the name of the fact."""


def read_facts(path: str | Path) -> dict[str, Any]:
    """Return the settings that a facts file gives, by the names of `Settings`.

    Raises `InvalidValueError` that names the file, the field, its value and what is allowed.
    """
    import tomllib  # here, since most fakes have no such file

    shown = plain_name(str(path))
    try:
        fields = tomllib.loads(read_text(path))
    except OSError as error:
        reason = (error.strerror or "unreadable").lower()
        raise InvalidValueError(f"the facts file {shown} cannot be read: {reason}") from None
    except UnicodeDecodeError:
        raise InvalidValueError(f"the facts file {shown} is not UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise InvalidValueError(f"the facts file {shown} is not TOML: {shorten(str(error))}") from None
    return {SETTINGS[name]: _checked(shown, name, value) for name, value in _known(shown, fields).items()}


def _known(shown: str, fields: dict[str, Any]) -> dict[str, Any]:
    for name in fields:
        if name not in SETTINGS:
            raise InvalidValueError(
                f"the facts file {shown} has an unknown field {shorten(name)}; {list_choices(name, SETTINGS)}"
            )
    return fields


def _checked(shown: str, name: str, value: Any) -> Any:
    try:
        msgspec.convert({SETTINGS[name]: value}, Settings)
    except (msgspec.ValidationError, ValueError) as error:
        reason = explain_settings(error, {SETTINGS[name]: value})
        raise InvalidValueError(f"the facts file {shown}: {reason.replace(SETTINGS[name], name, 1)}") from None
    return value
