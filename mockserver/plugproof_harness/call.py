"""A call: one button pressed on the client, with all that came of it."""

from enum import StrEnum
from typing import Any, NamedTuple

from plugproof_contracts import Token
from plugproof_contracts.facts.lifecycle import TERMINAL
from plugproof_harness.hearing import Asked


class End(StrEnum):
    """How a call of the client ended."""

    ANSWERED = "answered"
    REFUSED = "refused"
    UNSURE = "unsure"
    CRASHED = "crashed"
    NEVER = "never"


class Outcome(NamedTuple):
    """How a call ended. `value` is what it returned: a handle for `start`, else the fields that are shown."""

    end: End
    value: Any = None
    error: BaseException | None = None

    def __repr__(self) -> str:
        # What a start returns mostly is the token, and what an error says may hold it.
        return f"<Outcome {self.end}>"


class Call(NamedTuple):
    """One call of the client, and how it ended.

    `known` is what the API had last told the client of the session before the call, `truth` what
    the fake knows of it after the call, null once the token has expired.
    """

    operation: str
    given: dict[str, Any]
    token: Token | None
    asked: list[Asked]
    outcome: Outcome
    known: dict[str, Any] | None = None
    truth: dict[str, Any] | None = None

    @property
    def end(self) -> End:
        """How it ended."""
        return self.outcome.end

    @property
    def value(self) -> Any:
        """What the client returned."""
        return self.outcome.value

    @property
    def error(self) -> BaseException | None:
        """What the client raised."""
        return self.outcome.error

    @property
    def told(self) -> dict[str, Any] | None:
        """What the API has last told the client of the session, in this call or before."""
        return next((found for asked in reversed(self.asked) if (found := asked.session)), self.known)

    @property
    def is_over(self) -> bool:
        """Whether the client knows that nothing more will happen to the session by itself."""
        return self.told is not None and self.told["status"] in TERMINAL

    @property
    def own(self) -> list[Asked]:
        """The requests for what the client was asked to do."""
        return [asked for asked in self.asked if asked.operation == self.operation]
