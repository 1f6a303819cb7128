"""One call of the client: the button, the requests it made, and how it ended."""

from enum import StrEnum
from typing import Any, NamedTuple

from plugproof_contracts import Token
from plugproof_contracts.facts.session_lifecycle import TERMINAL
from plugproof_harness.client.request_log import ObservedRequest


class CallEnding(StrEnum):
    """How a call of the client ended."""

    ANSWERED = "answered"
    REFUSED = "refused"
    UNSURE = "unsure"
    CRASHED = "crashed"
    NEVER = "never"


class CallOutcome(NamedTuple):
    """How a call ended. `value` is what it returned: a handle for `start`, else the fields that are shown."""

    end: CallEnding
    value: Any = None
    error: BaseException | None = None

    def __repr__(self) -> str:
        # What a start returns mostly is the token, and what an error says may hold it.
        return f"<CallOutcome {self.end}>"


class ClientCall(NamedTuple):
    """One call of the client, and how it ended.

    `known_before` is what the API had last told the client of the session before the call. `truth` is what the
    fake knows of it after the call, None once the token has expired.
    """

    operation: str
    arguments: dict[str, Any]
    token: Token | None
    requests: list[ObservedRequest]
    outcome: CallOutcome
    known_before: dict[str, Any] | None = None
    truth: dict[str, Any] | None = None

    @property
    def end(self) -> CallEnding:
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
    def last_told(self) -> dict[str, Any] | None:
        """What the API has last told the client of the session, in this call or before."""
        return next(
            (found for request in reversed(self.requests) if (found := request.session)), self.known_before
        )

    @property
    def is_over(self) -> bool:
        """Whether the client knows that nothing more will happen to the session by itself."""
        return self.last_told is not None and self.last_told.get("status") in TERMINAL

    @property
    def own_requests(self) -> list[ObservedRequest]:
        """The requests for what the client was asked to do."""
        return [request for request in self.requests if request.operation == self.operation]
