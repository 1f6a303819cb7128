"""What a check asks, decided before anything is sent.

At most four requests with no token or one, two more for each further token, and up to ten for the
rate-limit probe. Only reading requests and confirm are sent to a live session: confirm is what
every client does, and changes nothing that Stripe has not changed already.
"""

from secrets import token_hex
from typing import NamedTuple

from plugproof_contracts.facts.operations import INVENTED, OPERATIONS
from plugproof_contracts.secrets.token import Token
from plugproof_contracts.version import VERSION

USER_AGENT = f"plugproof/{VERSION} (contract check; +https://pypi.org/project/plugproof/)"
"""Tells a reader of the server's log who asks, and where to read on."""

MOST_PROBING = 10
"""Requests of the rate-limit probe; with the confirm before it they are one more than the limit."""

LEARNED = ""
"""The code of a charger that an earlier answer has to tell."""

_JSON = ("Accept", "application/json")
_ANY = ("Accept", "*/*")
_WRONG = ("Authorization", "Bearer plugproof-is-not-a-user")
_COMMON = (("User-Agent", USER_AGENT), ("Accept-Encoding", "identity"))


class Probe(NamedTuple):
    """One request of the plan.

    `subject` is the session's token, or None for the charger that a session told of. `serves` are the status
    codes with which it shows what it is meant to show; `session` is the number of a live session, from 1.
    """

    title: str
    operation: str
    subject: Token | None
    serves: frozenset[int]
    method: str
    headers: tuple[tuple[str, str], ...] = (_JSON,)
    session: int | None = None
    is_limit_probe: bool = False

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
        return _COMMON + self.headers


def _probe(title: str, operation: str, subject: Token | None, *serves: int, **more: object) -> Probe:
    method = str(more.pop("method", OPERATIONS[operation].method))
    return Probe(title, operation, subject, frozenset(serves), method, **more)  # type: ignore[arg-type]  # names


def plan(tokens: tuple[Token, ...], *, probes_limit: bool = False) -> tuple[Probe, ...]:
    """Return the requests of one check, in order; the rate-limit probe comes last, with unknown tokens only."""
    unknown = Token(f"{INVENTED}{token_hex(8)}")
    asked = _with_tokens(tokens, unknown) if tokens else _without_tokens(unknown)
    return (*asked, *(_limit_probe(unknown) if probes_limit else ()))


def _without_tokens(unknown: Token) -> tuple[Probe, ...]:
    malformed = Token(f"{INVENTED}%20malformed%20{token_hex(4)}")
    return (
        _probe("unknown session", "get", unknown, 404),
        _probe("malformed token, wrong Authorization", "get", malformed, 404, headers=(_JSON, _WRONG)),
        _probe("confirm an unknown session, any answer accepted", "confirm", unknown, 404, 302, headers=(_ANY,)),
        _probe("wrong method", "confirm", unknown, 405, 404, method="PUT"),
    )


def _with_tokens(tokens: tuple[Token, ...], unknown: Token) -> tuple[Probe, ...]:
    sessions = [probe for number, token in enumerate(tokens, 1) for probe in _session(number, token)]
    return (
        *sessions,
        _probe("the session's charger", "charger", None, 200, 404),
        _probe("unknown session, wrong Authorization", "get", unknown, 404, headers=(_JSON, _WRONG)),
    )


def _session(number: int, token: Token) -> tuple[Probe, Probe]:
    return (
        _probe(f"read session {number}", "get", token, 200, session=number),
        _probe(f"confirm session {number}", "confirm", token, 200, session=number),
    )


def _limit_probe(unknown: Token) -> tuple[Probe, ...]:
    return tuple(
        _probe(f"rate limit, {number}", "confirm", unknown, 404, 429, is_limit_probe=True)
        for number in range(1, MOST_PROBING + 1)
    )


def reading_again(probe: Probe) -> Probe:
    """Return what is asked instead of a confirm that may have arrived: what became of its session."""
    return _probe(f"read session {probe.session} instead", "get", probe.subject, 200, session=probe.session)


def lines(probes: tuple[Probe, ...]) -> list[str]:
    """Return the plan as text, a line for each request."""
    return [
        f"{number:>2}. {probe.method:<4} {probe.shown_path()}  ({probe.title})"
        for number, probe in enumerate(probes, 1)
    ]
