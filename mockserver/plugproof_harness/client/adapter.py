"""The adapter: how the harness presses the buttons of somebody's client, and how it learns what they show."""

import inspect
from collections.abc import Mapping
from typing import Any, ClassVar

from plugproof_contracts import Session
from plugproof_contracts.argument_checks import check_arguments
from plugproof_contracts.argument_kinds import show
from plugproof_contracts.errors import PlugproofError
from plugproof_harness.client.client_api import Api
from plugproof_mockserver.world.faults.faults import UNKNOWN

FIELDS = Session.__struct_fields__


class AdapterError(PlugproofError):
    """The adapter does not do what the harness needs: a mistake of the test, not of the client."""


class Adapter:
    """One client in one run; a subclass says how it is used. Each method may be `async`.

    `start` returns a handle, whatever the client calls a session by. The others take the handle and
    return what the client now believes of the session: a mapping, or an object with attributes, of
    any fields of `Session`, `status` among them. What a subclass leaves out is not tried, be it a method
    or the `email` of `start`; but `start` and `poll` have to be there.

    `refused` names the client's own exceptions that say "the API said no, and nothing happened",
    `unsure` those that say "I do not know whether it happened". Any other exception is a crash.
    """

    refused: ClassVar[tuple[type[Exception], ...]] = ()
    unsure: ClassVar[tuple[type[Exception], ...]] = ()
    expression: ClassVar[str] = ""
    """What stands for the adapter in a `replay(…)` line; its name, if empty."""

    @check_arguments
    def __init__(self, api: Api) -> None:
        self.api = api

    def start(self, code: str, connector_id: int, email: str | None) -> Any:
        """Start a session and return a handle on it."""

    def poll(self, session: Any) -> Any:
        """Ask how the session is."""

    def confirm(self, session: Any) -> Any:
        """Confirm the payment, after the driver has paid."""

    def stop(self, session: Any) -> Any:
        """Stop charging."""

    def cancel(self, session: Any) -> Any:
        """Cancel the session."""

    def set_email(self, session: Any, email: str) -> Any:
        """Set the address that the receipt goes to."""

    def close(self) -> Any:
        """End the client; the run is over."""


METHODS = {
    "start": "start",
    "get": "poll",
    "confirm": "confirm",
    "stop": "stop",
    "cancel": "cancel",
    "receipt-email": "set_email",
}
"""The method of an adapter for each operation."""

_NEEDED = ("start", "get")


def offered(adapter: type[Adapter]) -> frozenset[str]:
    """Return the operations that an adapter drives; raise `AdapterError` when it lacks what is needed."""
    if not (isinstance(adapter, type) and issubclass(adapter, Adapter)):
        raise AdapterError(f"{show('adapter', adapter)} is no adapter: give a subclass of plugproof.Adapter")
    found = {name for name, method in METHODS.items() if getattr(adapter, method) is not getattr(Adapter, method)}
    if missing := [METHODS[name] for name in _NEEDED if name not in found]:
        raise AdapterError(f"{adapter.__name__} has no method {' and no method '.join(missing)}")
    for name in ("refused", "unsure"):
        _require_exceptions(adapter, name)
    return frozenset(found)


def _require_exceptions(adapter: type[Adapter], name: str) -> None:
    kinds = getattr(adapter, name)
    if not isinstance(kinds, tuple) or not all(
        isinstance(one, type) and issubclass(one, Exception) for one in kinds
    ):
        raise AdapterError(f"{adapter.__name__}.{name} is {kinds!r}; it must be a tuple of exception types")


def takes_email(adapter: type[Adapter]) -> bool:
    """Return whether the client can give a receipt address when it starts a session."""
    return "email" in inspect.signature(adapter.start).parameters


def fields_of(view: object, method: str) -> dict[str, Any]:
    """Return the fields that a client shows; raise `AdapterError` for what is not a view."""
    if isinstance(view, Mapping):
        if unknown := view.keys() - {*FIELDS, UNKNOWN}:
            raise AdapterError(
                f"{method} returned the field {min(unknown, key=str)!r}, which a session does not have;"
                f" it has {', '.join(FIELDS)}"
            )
        shown = {name: value for name, value in view.items() if name != UNKNOWN}
    else:
        shown = _attributes(view, method)
    if "status" not in shown:
        raise AdapterError(
            f"{method} returned a {type(view).__name__} without `status`:"
            " return what the client now believes of the session, as a mapping or an object"
        )
    return shown


def _attributes(view: object, method: str) -> dict[str, Any]:
    try:
        return {name: getattr(view, name) for name in FIELDS if hasattr(view, name)}
    except Exception as error:
        words = f"{type(error).__name__}: {error}"
        raise AdapterError(f"{method} returned a {type(view).__name__} that can't be read: {words}") from error
