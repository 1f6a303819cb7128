"""The report of a run in which the client broke a law."""

import traceback
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from plugproof_contracts import Token
from plugproof_contracts.secrets.scrubber import Scrubber
from plugproof_harness.client.adapter import Adapter
from plugproof_harness.client.client_call import CallEnding, ClientCall
from plugproof_harness.laws.client_laws import BrokenLawError, Law, LawFailure, fate
from plugproof_harness.runs.steps import Step

_FRAMES = 6
MOST_WORDS = 400
"""How many characters of what a client said are repeated."""
_UNDER = " " * 19


class FailureReport:
    """Collects the steps of a run and what the client did in each."""

    def __init__(self, adapter: type[Adapter], settings: dict[str, Any]) -> None:
        self._adapter, self._settings = adapter, settings
        self._steps: list[str] = []
        self._lines: list[str] = []
        self._began: datetime | None = None

    def begin(self, step: Step, now: datetime) -> None:
        """Note that a step begins."""
        self._steps.append(str(step))
        self._began = self._began or now
        self._lines.append(f"  {now - self._began!s:>15}  {step}")

    def add_call(self, call: ClientCall) -> None:
        """Note what the client asked in a step, and how the call ended."""
        for request in call.requests:
            self._lines.append(f"{_UNDER}{request.method} {request.path} -> {fate(request)}")
        self._lines.append(f"{_UNDER}the client: {_ending(call)}")

    def broken(self, law: Law, complaint: str, call: ClientCall, tokens: Iterable[Token]) -> BrokenLawError:
        """Return the error that says which law was broken, what happened, and how to see it again."""

        def scrub(text: str) -> str:
            # The client's own words may show the token.
            return Scrubber(token.reveal() for token in tokens)(text)

        error = law.error(*_place(call))(lambda: scrub("\n".join(self._text(law, complaint, call))))
        crash, steps = scrub(_crash_in_short(call)), tuple(self._steps)
        said = LawFailure(law.name, law.why, law.source, scrub(complaint), crash, steps, self._replay())
        error.failure = said._replace(complaint=printable(said.complaint), crash=printable(said.crash))
        return error

    def _text(self, law: Law, complaint: str, call: ClientCall) -> list[str]:
        return [
            f"{law.name}: in `{self._steps[-1]}` the client broke a law: {complaint}.",
            f"{law.why} ({law.source})",
            *_crash(call),
            "",
            "What happened:",
            *self._lines,
            "",
            "To see it again:",
            f"  {self._replay()}",
        ]

    def _replay(self) -> str:
        settings = "".join(f", {name}={value!r}" for name, value in self._settings.items())
        return f"replay({self._adapter.expression or self._adapter.__name__}, {self._steps!r}{settings})"


def _ending(call: ClientCall) -> str:
    if call.error is not None:
        return f"{call.end}, {type(call.error).__name__}" if call.end is not CallEnding.NEVER else "never done"
    return "has a handle" if call.operation == "start" else f"shows {call.value['status']}"


def _place(call: ClientCall) -> tuple[str, ...]:
    """Return what tells one crash from another: its exception, and the line that raised it."""
    if call.end is not CallEnding.CRASHED or call.error is None:
        return ()
    if reported := getattr(call.error, "place", None):
        return tuple(reported)
    last = traceback.extract_tb(call.error.__traceback__)[-1]
    return type(call.error).__name__, last.filename, str(last.lineno)


def printable(text: str) -> str:
    """Return a client's words as one line in which nothing moves a terminal's cursor."""
    shown = "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text[:MOST_WORDS])
    return shown if len(text) <= MOST_WORDS else f"{shown}…"


def _crash_in_short(call: ClientCall) -> str:
    if not (place := _place(call)):
        return ""
    name, file, *line = place
    where = f"{Path(file).name}, line {line[0]}" if line else file
    return f"{name}: {call.error}{f' ({where})' if where else ''}"


def _crash(call: ClientCall) -> list[str]:
    if call.end is not CallEnding.CRASHED or call.error is None:
        return []
    lines = traceback.format_exception(call.error, limit=-_FRAMES, chain=False)
    return ["", *"".join(lines).rstrip().splitlines()]
