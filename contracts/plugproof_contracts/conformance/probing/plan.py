"""What a check asks, decided before anything is sent.

At most four requests with no token or one, and two more for each further token. Who asks for them gets one more
for each token (cancel of a captured session), and up to ten for the rate-limit probe. Some of them are the same
every night; the others are chosen by what they would add to the ledger.
"""

from collections.abc import Mapping
from secrets import token_hex

from plugproof_contracts.conformance.probing.probe import Probe, probe
from plugproof_contracts.conformance.probing.probe_choice import choose
from plugproof_contracts.facts.operations import INVENTED
from plugproof_contracts.facts.session import Status
from plugproof_contracts.secrets.token import Token

MOST_PROBING = 10
"""Requests of the rate-limit probe; with the confirm before it they are one more than the limit."""
CHOSEN = 1
"""Requests that are chosen each night beside those to live sessions."""
CHOSEN_WITHOUT_TOKENS = 3

_LIVE = "what every client does to a session"
_CANCELLED = frozenset({Status.CAPTURED})


def plan(
    tokens: tuple[Token, ...],
    *,
    probes_limit: bool = False,
    probes_cancel: bool = False,
    nights: Mapping[str, int] | None = None,
    night: int = 0,
) -> tuple[Probe, ...]:
    """Return the requests of one check, in order; the rate-limit probe comes last, with unknown tokens only.

    `nights` says on how many nights each fact was seen; `night` is a number that breaks ties, another every night.
    """
    unknown = Token(f"{INVENTED}{token_hex(8)}")
    fixed = _with_tokens(tokens, probes_cancel=probes_cancel) if tokens else _without_tokens(unknown)
    most = CHOSEN if tokens else CHOSEN_WITHOUT_TOKENS
    chosen = choose(fixed, tokens, unknown, most=most, nights=nights or {}, night=night)
    return (*fixed, *chosen, *(_limit_probe(unknown) if probes_limit else ()))


def _without_tokens(unknown: Token) -> tuple[Probe, ...]:
    return (probe("unknown session", "get", unknown, 404, why="shows whether the API is there"),)


def _with_tokens(tokens: tuple[Token, ...], *, probes_cancel: bool) -> tuple[Probe, ...]:
    numbered = list(enumerate(tokens, 1))
    sessions = [one for number, token in numbered for one in _session(number, token)]
    charger = probe("the session's charger", "charger", None, 200, 404, why="what every client does first")
    return (*sessions, charger, *(_cancel(number, token) for number, token in numbered if probes_cancel))


def _session(number: int, token: Token) -> tuple[Probe, Probe]:
    return (
        probe(f"read session {number}", "get", token, 200, session=number, why=_LIVE),
        probe(f"confirm session {number}", "confirm", token, 200, session=number, why=_LIVE),
    )


def _cancel(number: int, token: Token) -> Probe:
    title, why = f"cancel session {number}, if it is captured", "--probe-cancel; it has to be refused"
    return probe(title, "cancel", token, 409, session=number, only_in=_CANCELLED, why=why)


def _limit_probe(unknown: Token) -> tuple[Probe, ...]:
    return tuple(
        probe(f"rate limit, {number}", "confirm", unknown, 404, 429, is_limit_probe=True, why="--probe-rate-limit")
        for number in range(1, MOST_PROBING + 1)
    )


def reading_again(one: Probe) -> Probe:
    """Return what is asked instead of a POST that may have arrived: what became of its session."""
    return probe(f"read session {one.session} instead", "get", one.subject, 200, session=one.session)


def lines(probes: tuple[Probe, ...], *, explains: bool = False) -> list[str]:
    """Return the plan as text, a line for each request, and why it is asked if wanted."""
    return [
        f"{number:>2}. {one.method:<4} {one.shown_path()}  ({one.title})" + (f": {one.why}" if explains else "")
        for number, one in enumerate(probes, 1)
    ]
