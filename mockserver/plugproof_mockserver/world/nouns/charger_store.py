"""The chargers of a world: those of the scenarios, and those that were put there."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any

import msgspec
from msgspec.structs import asdict, replace

from plugproof_contracts import Connector, ConnectorStatus, Pricing
from plugproof_contracts.errors import InvalidValueError, PlugproofError
from plugproof_mockserver.http.response import shorten
from plugproof_mockserver.model.session_scenarios import SCENARIOS, charger_for
from plugproof_mockserver.model.settings import Settings
from plugproof_mockserver.model.state import ChargerState, SessionState
from plugproof_mockserver.model.suggestions import list_choices, list_fields

_LONGEST = 10


class UnknownChargerError(PlugproofError, LookupError):
    """A code that no charger has; the message lists those that there are."""


class ChargerStore:
    """Finds chargers by code, whatever its case; `put` are those that differ from the scenarios' ones."""

    def __init__(self, settings: Settings, put: dict[str, ChargerState | None] | None = None) -> None:
        self._settings = settings
        self._put = {} if put is None else put

    @property
    def is_changed(self) -> bool:
        """Whether any charger was set up, changed or taken away here."""
        return bool(self._put)

    @property
    def changed(self) -> dict[str, ChargerState | None]:
        """The chargers that were set up here or changed, by code, with None for one that was taken away."""
        return self._put

    def copy_from(self, other: "ChargerStore") -> None:
        """Have what another store has been given."""
        self._put = dict(other._put)

    def find(self, code: str) -> ChargerState | None:
        """Return a charger, or None when there is none."""
        upper = code.upper()
        if upper in self._put:
            return self._put[upper]
        return _unchanged(upper, self._settings.scenario, self._settings.hold) if len(upper) <= _LONGEST else None

    def of(self, session: SessionState) -> ChargerState:
        """Return the charger of a session, also when it was taken away in the meantime."""
        code, settings = session.charger, self._settings
        found = self.find(code) if self._put else _unchanged(code, settings.scenario, settings.hold)
        return found or _standard(code, session.scenario, session.hold)

    def get(self, code: str) -> ChargerState:
        """Return a charger; raise `UnknownChargerError` when there is none."""
        charger = self.find(code) if isinstance(code, str) else None
        if charger is None:
            known = [one.public_code for one in self.all()]
            raise UnknownChargerError(
                f"no charger has the code {shorten(code)}; {list_choices(str(code).upper(), known)}"
            )
        return charger

    def all(self) -> list[ChargerState]:
        """Return the chargers of the scenarios and those that were put here, by code."""
        codes = sorted({*SCENARIOS, *self._put})
        return [charger for code in codes if (charger := self.find(code))]

    def change(self, code: str, fields: Mapping[str, Any]) -> ChargerState:
        """Set up or change the charger `code` by some of `FIELDS`; what is not said stays, or is standard.

        Raises `InvalidValueError` that names the field, its value and what is allowed, without change.
        """
        if not isinstance(code, str) or not is_code(code):
            raise InvalidValueError(
                f"the code of a charger can't be {shorten(code)}; it must be 1 to 10 letters and digits"
            )
        upper = code.upper()
        charger = change_charger(self._put.get(upper) or self._base(upper, fields), fields)
        self.put(charger)
        return charger

    def _base(self, code: str, fields: Mapping[str, Any]) -> ChargerState:
        """Return what a charger that nobody has put here yet is before its fields are set."""
        named = fields.get("scenario") or (code if code in SCENARIOS else self._settings.scenario)
        known = str(named).upper() in SCENARIOS
        return _standard(code, str(named).upper() if known else "HAPPY", self._settings.hold)

    def put(self, charger: ChargerState) -> None:
        """Set a charger up, or change one; sessions that run on it see the change."""
        self._put[charger.public_code] = charger

    def remove(self, code: str) -> None:
        """Take a charger away; raise `UnknownChargerError` when there is none. Its sessions go on."""
        self._put[self.get(code).public_code] = None


def is_code(text: str) -> bool:
    """Return whether a charger could have this code: 1 to 10 letters and digits."""
    return 1 <= len(text) <= _LONGEST and text.isascii() and text.isalnum()


@lru_cache(maxsize=1024)
def _unchanged(code: str, scenario: str | None, hold: int) -> ChargerState | None:
    """Return the charger that nobody has put here; `scenario` is that of codes without a scenario."""
    scenario = code if code in SCENARIOS else scenario
    return _standard(code, scenario, hold) if scenario is not None and is_code(code) else None


@lru_cache(maxsize=1024)
def _standard(code: str, scenario: str, hold: int) -> ChargerState:
    return charger_for(code, SCENARIOS[scenario], hold)


# Setting one up. Ranges are documented for pricing and connector numbers, the rest is assumed.

_MOST = 10**12
_Amount = Annotated[int, msgspec.Meta(ge=0, le=_MOST)]


class _Pricing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    currency: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}\Z")]
    price_per_kwh: Annotated[int, msgspec.Meta(ge=1, le=_MOST)]
    start_fee: _Amount


class _Connector(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    connector_id: Annotated[int, msgspec.Meta(ge=1, le=100)]
    status: ConnectorStatus = ConnectorStatus.AVAILABLE
    standard: str = "IEC_62196_T2"
    format: str = "SOCKET"
    power_type: str = "AC_3_PHASE"


class _Changes(msgspec.Struct, frozen=True, kw_only=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    online: bool
    connectors: Annotated[tuple[_Connector, ...], msgspec.Meta(min_length=1, max_length=100)]
    pricing: _Pricing
    preauth_amount: _Amount
    scenario: str
    public_charging: bool


FIELDS = tuple(_Changes.__struct_fields__)
"""What can be set of a charger."""


def change_charger(charger: ChargerState, fields: Mapping[str, Any]) -> ChargerState:
    """Return a charger with fields set; `pricing` may be given in part, `connectors` are all that it then has.

    Raises `InvalidValueError` that names the field, its value and what is allowed.
    """
    if unknown := fields.keys() - set(FIELDS):
        name = unknown.pop()
        raise InvalidValueError(f"a charger has no field {shorten(name)}; {list_fields(name, FIELDS)}")
    for name, value in fields.items():
        _require_utf8(name, value)
    whole = {name: msgspec.to_builtins(getattr(charger, name)) for name in FIELDS} | dict(fields)
    if isinstance(pricing := fields.get("pricing"), dict):
        whole["pricing"] = asdict(charger.pricing) | pricing
    changes = asdict(_convert(whole))
    changes["pricing"] = Pricing(**asdict(changes["pricing"]))
    changes["connectors"] = tuple(Connector(**asdict(one)) for one in changes["connectors"])
    return replace(charger, **changes)


def _require_utf8(name: str, value: Any) -> None:
    try:
        msgspec.json.encode(value)
    except UnicodeEncodeError:
        raise InvalidValueError(f"{name} can't be a text that UTF-8 can't carry") from None
    except (TypeError, ValueError, OverflowError, RecursionError):
        return  # it is refused with what is allowed


def _convert(whole: dict[str, Any]) -> _Changes:
    try:
        changes = msgspec.convert(whole, _Changes)
    except msgspec.ValidationError as error:
        raise InvalidValueError(_explain(str(error), whole)) from None
    scenario = changes.scenario.upper()
    if scenario not in SCENARIOS:
        raise InvalidValueError(
            f"scenario can't be {shorten(changes.scenario)}; it must be one of {', '.join(SCENARIOS)}"
        )
    numbers = [one.connector_id for one in changes.connectors]
    if len(set(numbers)) < len(numbers):
        raise InvalidValueError(f"connectors can't have the connector_ids {numbers}; each may be there once")
    return replace(changes, scenario=scenario)


def _explain(message: str, whole: Any) -> str:
    """Say of a validation error which field it is, what it was, and what is allowed."""
    what, _, path = message.partition(" - at `$.")
    value = whole
    for key, index in re.findall(r"(\w+)|\[(\d+)\]", path):
        value = value[key] if key else value[int(index)]
    if what.startswith("Invalid enum value"):
        what = f"It must be one of {', '.join(ConnectorStatus)}"
    return f"{path.removesuffix('`')} can't be {shorten(value)}: {what}"
