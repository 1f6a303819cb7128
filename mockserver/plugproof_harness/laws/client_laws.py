"""The laws that a good client keeps, whatever happens to it.

Each is a generator over one call of the client, and yields what is wrong with it.
"""

import json
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from typing import Any, NamedTuple

from plugproof_contracts.errors import PlugproofError
from plugproof_harness.client.client_call import CallEnding, ClientCall
from plugproof_harness.client.request_log import Arrival, ObservedRequest
from plugproof_harness.laws.comparison import differences

Finder = Callable[[ClientCall], Iterator[str]]


class LawFailure(NamedTuple):
    """One broken law in short: no token and no traceback is in it.

    `complaint` says what the client did, `crash` names the exception and its line or is empty, and
    `replay` is the line of Python that repeats the run.
    """

    law: str
    why: str
    source: str
    complaint: str
    crash: str
    steps: tuple[str, ...]
    replay: str


class BrokenLawError(PlugproofError, AssertionError):
    """The client broke a law. The text says which, what happened, and how to see it again."""

    failure: LawFailure
    """The same in short."""
    place: tuple[str, ...] = ()
    """What tells one failure of a law from another."""

    instead: "Callable[[], BrokenLawError | None] | None" = None
    """Finds the same failure in a shorter run, whose report is then shown."""

    def __init__(self, tell: Callable[[], str]) -> None:
        super().__init__()
        self._tell = tell

    @cached_property
    def _text(self) -> str:
        # Made when somebody reads it: while Hypothesis looks for an example, nobody does.
        shorter = self.instead() if self.instead else None
        return (shorter or self)._tell()

    def __str__(self) -> str:
        return self._text


class Law(NamedTuple):
    """`why` says what goes wrong without it; `source` names the facts behind it, each with its level."""

    name: str
    why: str
    source: str
    find: Finder

    def error(self, *place: str) -> type[BrokenLawError]:
        """Return an error type of this law and place: Hypothesis tells failures apart by their types."""
        return _error(self.name, place)


@cache
def _error(law: str, place: tuple[str, ...]) -> type[BrokenLawError]:
    title = "".join(part.title() for part in law.replace("-", ".").split("."))
    return type(f"{title}Error", (BrokenLawError,), {"law": law, "place": place})


LAWS: dict[str, Law] = {}
"""Every law by name, in the order in which they are looked at."""


def law(name: str, why: str, source: str) -> Callable[[Finder], Finder]:
    """Enter a law into the table."""

    def enter(find: Finder) -> Finder:
        LAWS[name] = Law(name, why, source, find)
        return find

    return enter


@law(
    "client.survives",
    "A driver stands at the charger: an answer that the contract allows must not end in a crash.",
    "documented: the fields that may be null (confirm-payment#response); assumed: new fields may come",
)
def _survives(call: ClientCall) -> Iterator[str]:
    if call.end is CallEnding.CRASHED and call.error is not None:
        yield f"it raised {type(call.error).__name__}, which is in neither `refused` nor `unsure`"


@law(
    "client.ends",
    "A call that goes on for ever keeps the driver waiting, and the API busy.",
    "documented: every operation has a rate limit (rate-limiting)",
)
def _ends(call: ClientCall) -> Iterator[str]:
    if call.end is CallEnding.NEVER:
        yield " ".join(f"it had sent {len(call.requests)} requests and was not done {call.error or ''}".split())


@law(
    "request.known",
    "What the API does not have, it can't do.",
    "documented: the paths and methods of the operations",
)
def _known(call: ClientCall) -> Iterator[str]:
    for request in call.requests:
        if request.operation is None:
            yield f"it asked for {request.method} {request.path}, and the API has no such operation"


_MAY_ASK = ("get", "charger")


@law(
    "request.faithful",
    "What the driver asked for is what has to be sent: this session, this connector, this address.",
    "documented: the request bodies (start-session, set-receipt-email); the token is the credential",
)
def _faithful(call: ClientCall) -> Iterator[str]:
    for request in call.requests:
        if request.operation not in (call.operation, None, *_MAY_ASK):
            yield f"it was to {call.operation}, and sent {request.operation}"
        if call.token is not None and request.token not in (call.token, None) and request.operation != "start":
            yield f"it sent {request.operation} for another session"
    for request in call.own_requests:
        yield from _sent(request, call.arguments)


def _sent(request: ObservedRequest, given: dict[str, Any]) -> Iterator[str]:
    sent = _fields(request.body) if given else {}
    for name, value in given.items():
        found = sent.get(name)
        if found != value and not (name == "code" and str(found).upper() == str(value).upper()):
            yield f"it was to send {name} as {value!r}, and sent {found!r}"


def _fields(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


@law(
    "limit.waits",
    "Who asks again too early is refused again, and everybody behind the same address with it.",
    "documented: Retry-After, in seconds (rate-limiting#headers)",
)
def _waits(call: ClientCall) -> Iterator[str]:
    open_at: dict[str | None, tuple[ObservedRequest, int]] = {}
    for request in call.requests:
        refused, until = open_at.get(request.operation, (request, 0))
        if request.at < until:
            waited = (request.at - refused.at) / 1_000_000
            yield f"it was to wait {refused.retry_after} s, and sent {request.operation} again after {waited:g} s"
        if request.status == 429 and request.is_clear and request.retry_after is not None:
            open_at[request.operation] = request, request.at + request.retry_after * 1_000_000


@law(
    "confirm.not-repeated-blindly",
    "A confirm whose answer was lost may have been carried out: ask what became of it before sending another.",
    "documented: after a 500 or 504 the action may still take effect (errors); inferred: so may one that got lost",
)
def _not_blindly(call: ClientCall) -> Iterator[str]:
    in_doubt: ObservedRequest | None = None
    for request in call.requests:
        if request.operation == "confirm" and in_doubt is not None:
            yield (
                "it sent a confirm again although it did not know what had become of the last,"
                f" whose answer was {fate(in_doubt)}"
            )
        if request.operation == "confirm":
            in_doubt = None if request.is_clear else request
        elif request.operation == "get" and request.is_clear:
            in_doubt = None


def fate(request: ObservedRequest) -> str:
    """Say what came of a request, as its client sees it."""
    if request.arrival is not Arrival.WHOLE:
        return request.arrival.value
    status = f" {found.get('status')}" if (found := request.session) else ""
    wait = f", retry after {request.retry_after} s" if request.retry_after is not None else ""
    return f"{request.status}{status}{wait}"


@law(
    "start.true",
    "A handle on a session that was never started leads a driver to a charger that does nothing.",
    "documented: 201 with the session's token (start-session#response)",
)
def _started(call: ClientCall) -> Iterator[str]:
    if (
        call.operation == "start"
        and call.end is CallEnding.ANSWERED
        and not any(one.session for one in call.own_requests)
    ):
        yield "it returned a handle, and no answer had told it of a session"


@law(
    "view.true",
    "The driver sees what the client shows, and pays what is so.",
    "documented: the fields of a session (confirm-payment#response)",
)
def _true(call: ClientCall) -> Iterator[str]:
    if call.operation == "start" or call.end is not CallEnding.ANSWERED:
        return
    if _is_gone(call):
        yield f"it shows a session in {call.value['status']}, and the API knows the session no more"
        return
    candidates = [found for found in (call.last_told, call.truth) if found is not None and _is_fresh(call, found)]
    found = [list(differences(call.value, one)) for one in candidates]
    if not found:
        yield "it shows a session, and no answer had told it of one"
    elif all(found):
        yield from found[0]


def _is_gone(call: ClientCall) -> bool:
    """Return whether the last clear answer was 404. A session that has ended may be remembered."""
    last = next((request for request in reversed(call.requests) if request.is_clear), None)
    return last is not None and last.status == 404 and not call.is_over


def _is_fresh(call: ClientCall, found: dict[str, Any]) -> bool:
    """Return whether this view is current: told in this call, still true, or final."""
    return found is call.truth or found is not call.known_before or (call.is_over and call.truth is None)


@law(
    "view.given",
    "What the API has said plainly must not be reported as a failure.",
    "documented: the successes of the operations",
)
def _given(call: ClientCall) -> Iterator[str]:
    if call.end not in (CallEnding.REFUSED, CallEnding.UNSURE) or not call.requests:
        return
    last = call.requests[-1]
    is_plain = last.operation == call.operation and last.is_clear
    if is_plain and last.session and not _is_bad_news(call, last.session):
        yield f"it raised {type(call.error).__name__}, and had been told: {fate(last)}"


def _is_bad_news(call: ClientCall, session: dict[str, Any]) -> bool:
    """Return whether an exception may report this session, such as "declined" for one that failed."""
    return session["status"] in ("failed", "expired", "abandoned") and call.operation != "cancel"


@law(
    "refusal.true",
    "To say that nothing happened, when it did, makes a driver pay twice or walk away from a running session.",
    "documented: after a 504 the action may still take effect (errors); inferred: so may one whose answer is lost",
)
def _refused(call: ClientCall) -> Iterator[str]:
    if call.end is not CallEnding.REFUSED or not call.requests or call.requests[-1].is_clear:
        return
    for request in call.own_requests:
        if request.had_effect and not request.is_clear:
            yield (
                f"it raised {type(call.error).__name__}, as if nothing had happened; but the {call.operation}"
                f" was carried out, and its answer was {fate(request)}"
            )
