"""The conformance script of the client protocol: `python -m plugproof_harness.protocol COMMAND`.

It asks a command what plugproof asks an adapter, and holds every line of the answer against the schema.
"""

import json
import shlex
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from plugproof_contracts.extras import name_missing_extra
from plugproof_harness.client.adapter import AdapterError
from plugproof_harness.client.client_api import Api
from plugproof_harness.client.request_log import EndlessCallError
from plugproof_harness.protocol.client_process import ClientProcess, ProcessEndedError
from plugproof_mockserver import FakePlugchoice


class ProtocolCheck(NamedTuple):
    """One thing that the protocol asks for: what it is, and what is wrong with it; nothing when it is kept."""

    name: str
    complaint: str = ""


class _BrokenProtocolError(Exception):
    """The command did not answer as the protocol has it."""


@cache
def protocol_schema() -> dict[str, Any]:
    """Return the JSON Schema of the messages."""
    text = files("plugproof_harness.protocol").joinpath("client_protocol.schema.json").read_text("utf-8")
    return dict(json.loads(text))


@cache
def _validator(name: str) -> Any:
    with name_missing_extra():
        import jsonschema_rs

    return jsonschema_rs.validator_for({**protocol_schema(), "$ref": f"#/$defs/{name}"})


class Conversation:
    """A command, asked one thing after the other on a fake of its own."""

    def __init__(self, command: Sequence[str], seconds: float) -> None:
        self.process = ClientProcess(command)
        self._seconds = seconds
        self.fake = FakePlugchoice(seed=0)
        self.slept: list[float] = []
        self.api = Api(self.fake, self._wait)
        self.buttons: list[str] = []
        self.email: dict[str, None] = {}
        self.session: Any = None

    def _wait(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.fake.clock.advance(seconds=seconds)

    def ask(self, wanted: str, **message: Any) -> dict[str, Any]:
        """Ask, let the command sleep, and return its answer, which has to be one of `wanted` (split by `|`)."""
        try:
            self.process.write(message)
            while "sleep" in (reply := self.process.read(self._seconds)):
                _require(reply, "sleep")
                self.api.sleep(reply["sleep"])
                self.process.write({"do": "wake", "now": self.api.now()})
        except (AdapterError, ProcessEndedError) as error:
            raise _BrokenProtocolError(str(error)) from None
        except EndlessCallError:
            raise _BrokenProtocolError(f"no answer to {message['do']} within {self._seconds:g} s") from None
        _require(reply, *wanted.split("|"))
        return reply

    def press(self, button: str) -> dict[str, Any]:
        """Press a button of the session, if the client has it."""
        email = {"email": "driver@example.org"} if button == "email" else {}
        return self.ask("view|error", do=button, session=self.session, **email)

    def close(self) -> None:
        """End the process and the fake."""
        self.process.kill()
        self.api.close()


def _require(reply: dict[str, Any], *kinds: str) -> None:
    if not any(_validator(kind).is_valid(reply) for kind in kinds):
        shown = json.dumps(reply)
        shown = shown if len(shown) <= 160 else f"{shown[:160]}…"
        raise _BrokenProtocolError(f"it answered {shown}, which is not what the schema calls {' or '.join(kinds)}")


def _hello(one: Conversation) -> None:
    reply = one.ask("hello", do="hello", protocol=1)
    one.buttons = reply["buttons"]
    one.email = {"email": None} if reply.get("email_at_start") else {}


def _open(one: Conversation) -> None:
    one.ask("done", do="open", url=one.api.serve(), now=one.api.now())


def _start(one: Conversation) -> None:
    one.session = one.ask("session", do="start", code="HAPPY", connector_id=1, **one.email)["session"]
    if not one.fake.sessions:
        raise _BrokenProtocolError("it returned a session, and started none at the URL that it was given")


def _poll(one: Conversation) -> None:
    status = one.ask("view", do="poll", session=one.session)["view"]["status"]
    if status != "created":
        raise _BrokenProtocolError(f"the view has the status {status!r} of a session that is 'created'")


def _press(button: str) -> Callable[[Conversation], None]:
    def check(one: Conversation) -> None:
        if button in one.buttons:
            one.press(button)

    return check


def _refused(one: Conversation) -> None:
    kind = one.ask("error", do="start", code="NOBODY", connector_id=1, **one.email)["error"]
    if kind != "refused":
        raise _BrokenProtocolError(f"a charger that nobody knows is an error of the kind 'refused', not {kind!r}")


def _lost(one: Conversation) -> None:
    one.fake.faults.add("get", "reset", first=10)
    reply = one.press("poll")
    one.fake.faults.clear()
    if reply.get("error") == "crash":
        raise _BrokenProtocolError("a lost answer is an error of the kind 'unsure', not 'crash'")


def _sleep(one: Conversation) -> None:
    one.fake.world.clock.advance(61_000_000)
    for _ in range(40):
        reply = one.press("poll")
        if one.slept or "error" in reply:
            break
    if not one.slept and reply.get("error") not in ("refused", "unsure"):
        raise _BrokenProtocolError("after a 429 it neither waited by a sleep message nor gave up")


def _close(one: Conversation) -> None:
    one.ask("done", do="close")


def _again(one: Conversation) -> None:
    try:
        _open(one)
    except _BrokenProtocolError:
        # A process may end with its run.
        _open(one)
    _start(one)
    _close(one)


def _end(one: Conversation) -> None:
    if one.process.is_running and one.process.end() is None:
        raise _BrokenProtocolError("it goes on after its input has ended")


CHECKS: dict[str, Callable[[Conversation], None]] = {
    "hello names the buttons": _hello,
    "open begins a run": _open,
    "start returns a session": _start,
    "poll returns a view": _poll,
    **{
        f"{button} returns a view or an error": _press(button) for button in ("email", "confirm", "stop", "cancel")
    },
    "a refusal is an error": _refused,
    "a lost answer is no crash": _lost,
    "waiting is a sleep message": _sleep,
    "close ends a run": _close,
    "another run can follow": _again,
    "the process ends with its input": _end,
}
"""Every check by its name; each stands on those before it."""


def check_protocol(command: str | Sequence[str], seconds: float = 10.0) -> Iterator[ProtocolCheck]:
    """Yield the outcome of each check of a command; after one that fails, nothing that stands on it is tried.

    `seconds` is the real time that one answer may take.
    """
    one = Conversation(shlex.split(command) if isinstance(command, str) else command, seconds)
    try:
        for name, check in CHECKS.items():
            try:
                check(one)
            except (_BrokenProtocolError, AdapterError) as error:
                yield ProtocolCheck(name, str(error))
                return
            yield ProtocolCheck(name)
    finally:
        one.close()
