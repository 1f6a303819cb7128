"""One request of a check, as it is planned, shown and sent."""

from typing import NamedTuple

from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_contracts.facts.session import Status
from plugproof_contracts.secrets.token import Token
from plugproof_contracts.version import VERSION

USER_AGENT = f"plugproof/{VERSION} (contract check; +https://pypi.org/project/plugproof/)"
"""Tells a reader of the server's log who asks, and where to read on."""

LEARNED = ""
"""The code of a charger that an earlier answer has to tell."""

JSON = ("Accept", "application/json")
ANY = ("Accept", "*/*")
WRONG = ("Authorization", "Bearer plugproof-is-not-a-user")
_JSON_BODY = (("Content-Type", "application/json"),)
_COMMON = (("User-Agent", USER_AGENT), ("Accept-Encoding", "identity"))


class Probe(NamedTuple):
    """One request of the plan.

    `subject` is the session's token, or None for the charger that a session told of. `serves` are the status
    codes with which it shows what it is meant to show; `session` is the number of a live session, from 1, and
    `only_in` the statuses in which that has to be (empty for any). `why` says what it is asked for.
    """

    title: str
    operation: str
    subject: Token | None
    serves: frozenset[int]
    method: str
    headers: tuple[tuple[str, str], ...] = (JSON,)
    session: int | None = None
    is_limit_probe: bool = False
    body: bytes = b""
    only_in: frozenset[Status] = frozenset()
    why: str = ""

    @property
    def counts_as(self) -> str:
        """The operation whose limit it costs; a method that no operation has costs none."""
        return self.operation if self.method == OPERATIONS[self.operation].method else "none"

    def path(self, code: str = LEARNED) -> str:
        """Return the path below the base URL, as it is sent."""
        template = OPERATIONS[self.operation].template
        return template.format(token=self.subject.reveal() if self.subject else "", code=code)

    def shown_path(self) -> str:
        """Return the path with a fingerprint for the token."""
        subject = self.subject.fingerprint if self.subject else ""
        return OPERATIONS[self.operation].template.format(token=subject, code="{code}")

    def sent_headers(self) -> tuple[tuple[str, str], ...]:
        """Return all headers that are sent with it."""
        return _COMMON + self.headers + (_JSON_BODY if self.body else ())


def probe(title: str, operation: str, subject: Token | None, *serves: int, **more: object) -> Probe:
    """Return a request of an operation, by its own method unless told; `serves` are its status codes."""
    method = str(more.pop("method", OPERATIONS[operation].method))
    return Probe(title, operation, subject, frozenset(serves), method, **more)  # type: ignore[arg-type]  # names
