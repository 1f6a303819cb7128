"""An adapter for a client in any language: a command that speaks the client protocol."""

import shlex
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, ClassVar

from plugproof_contracts.argument_checks import check_arguments
from plugproof_contracts.argument_kinds import Duration
from plugproof_contracts.errors import InvalidValueError, PlugproofError
from plugproof_harness.client.adapter import METHODS, Adapter, AdapterError
from plugproof_harness.client.client_api import Api
from plugproof_harness.client.client_driver import TIME_LIMIT
from plugproof_harness.client.request_log import EndlessCallError
from plugproof_harness.protocol.client_process import ClientProcess, ProcessEndedError

PROTOCOL = 1
BUTTONS = {"start": "start", "poll": "get"} | {name: name for name in ("confirm", "stop", "cancel")}
BUTTONS |= {"email": "receipt-email"}
"""Every button of the protocol with its operation."""

_ERRORS = ("refused", "unsure", "crash")
_TEXTS = ("type", "message", "at")


class ReportedError(PlugproofError):
    """What a client in another language raised; `place` tells one crash from another."""

    place: tuple[str, ...] = ()


class ReportedRefusedError(ReportedError):
    """The API said no, and nothing happened."""


class ReportedUnsureError(ReportedError):
    """The client does not know whether it happened."""


class ReportedCrashError(ReportedError):
    """Anything else."""


class CommandAdapter(Adapter):
    """One run of a client that lives in a process; `command_adapter` makes the subclass for a command."""

    refused = (ReportedRefusedError,)
    unsure = (ReportedUnsureError,)
    process: ClassVar[ClientProcess]

    def __init__(self, api: Api) -> None:
        super().__init__(api)
        opening = {"url": api.serve(), "now": api.now()}
        try:
            self._ask_for_done("open", opening)
        except ProcessEndedError:
            # A process may end with its run; this run is for another one.
            self._require("open", opening)

    def close(self) -> None:
        """Tell the client that the run is over; a process that has ended has heard."""
        if self.process.is_running:
            self._require("close", {})

    def _press(self, button: str, arguments: dict[str, Any]) -> Any:
        reply = self._ask(button, arguments)
        wanted = "session" if button == "start" else "view"
        if reply.keys() != {wanted} or reply[wanted] is None:
            raise self._unfit(button, reply, f'{{"{wanted}": …}} or {{"error": …}}')
        if wanted == "view" and not isinstance(reply[wanted], dict):
            raise self._unfit(button, reply, "a view that is an object")
        return reply[wanted]

    def _require(self, action: str, arguments: dict[str, Any]) -> None:
        try:
            self._ask_for_done(action, arguments)
        except (ProcessEndedError, ReportedError) as error:
            raise AdapterError(f"at {action}: {error}") from None

    def _ask_for_done(self, action: str, arguments: dict[str, Any]) -> None:
        reply = self._ask(action, arguments)
        if reply != {"done": True}:
            raise self._unfit(action, reply, '{"done": true}')

    def _ask(self, action: str, arguments: dict[str, Any]) -> dict[str, Any]:
        try:
            self.process.write({"do": action, **arguments})
            while "sleep" in (reply := self.process.read(self.api.time_limit)):
                self._sleep(action, reply)
        except EndlessCallError:
            # Whatever it still writes belongs to no question.
            self.process.kill()
            raise
        if "error" in reply:
            raise self._reported(action, reply)
        return reply

    def _sleep(self, action: str, reply: dict[str, Any]) -> None:
        seconds = reply["sleep"]
        if len(reply) > 1 or isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
            raise self._unfit(action, reply, '{"sleep": SECONDS}')
        self.api.sleep(seconds)
        self.process.write({"do": "wake", "now": self.api.now()})

    def _reported(self, action: str, reply: dict[str, Any]) -> Exception:
        kind, texts = reply["error"], {name: reply.get(name, "") for name in _TEXTS}
        if (
            kind not in _ERRORS
            or reply.keys() - {"error", *_TEXTS}
            or not all(isinstance(text, str) for text in texts.values())
        ):
            return self._unfit(action, reply, f"an error that is one of {', '.join(_ERRORS)}")
        error = _error_type(kind, texts["type"])(texts["message"])
        error.place = (texts["type"] or "crash", texts["at"])
        return error

    def _unfit(self, action: str, reply: dict[str, Any], allowed: str) -> AdapterError:
        self.process.kill()
        shown = repr(reply)
        return AdapterError(
            f"the client's process answered {action!r} with"
            f" {shown if len(shown) <= 120 else f'{shown[:120]}…'}; it must be {allowed}"
        )


@cache
def _error_type(kind: str, name: str) -> type[ReportedError]:
    base = {"refused": ReportedRefusedError, "unsure": ReportedUnsureError}.get(kind, ReportedCrashError)
    return type(name, (base,), {}) if name.isidentifier() and len(name) <= 80 else base


@check_arguments
def command_adapter(command: str | Sequence[str], *, time_limit: Duration = TIME_LIMIT) -> type[Adapter]:
    """Return the adapter for a command that speaks the client protocol; it is asked for its buttons at once.

    Raises `InvalidValueError` for what is not a command, and `AdapterError` for one that can't be started, or
    does not answer in `time_limit` seconds as it should.
    """
    words = shlex.split(command) if isinstance(command, str) else list(command)
    if not words:
        raise InvalidValueError("the command is empty; name a program, such as 'node client.mjs'")
    process = ClientProcess(words)
    buttons, email_at_start = _hello(process, time_limit)
    methods: dict[str, Any] = {METHODS[BUTTONS[button]]: _method(button) for button in buttons}
    methods["start"] = _start_with_email if email_at_start else _start
    own = {"expression": f"command_adapter({shlex.join(words)!r})", "process": process}
    return type("CommandAdapter", (CommandAdapter,), {**methods, **own})


def _hello(process: ClientProcess, seconds: float) -> tuple[list[str], bool]:
    try:
        process.write({"do": "hello", "protocol": PROTOCOL})
        reply = process.read(seconds)
    except ProcessEndedError as error:
        raise AdapterError(f"at hello: {error}") from None
    except EndlessCallError:
        raise AdapterError(f"the client's process did not answer hello within {seconds:g} s") from None
    buttons, email_at_start = reply.get("buttons"), reply.get("email_at_start", False)
    is_fit = reply.get("protocol") == PROTOCOL and isinstance(buttons, list) and isinstance(email_at_start, bool)
    if not is_fit or not isinstance(buttons, list) or set(map(str, buttons)) - BUTTONS.keys():
        process.kill()
        wanted = f'{{"protocol": {PROTOCOL}, "buttons": [some of {", ".join(BUTTONS)}], "email_at_start": true}}'
        raise AdapterError(f"the client's process answered hello with {reply!r:.200}; it must be {wanted}")
    return buttons, email_at_start


def _method(button: str) -> Callable[..., Any]:
    if button == "email":
        return lambda self, session, email: self._press(button, {"session": session, "email": email})
    return lambda self, session: self._press(button, {"session": session})


def _start(self: CommandAdapter, code: str, connector_id: int) -> Any:
    return self._press("start", {"code": code, "connector_id": connector_id})


def _start_with_email(self: CommandAdapter, code: str, connector_id: int, email: str | None) -> Any:
    return self._press("start", {"code": code, "connector_id": connector_id, "email": email})
