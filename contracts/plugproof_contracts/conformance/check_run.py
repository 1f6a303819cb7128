"""Sending the plan, one careful request after the other, and judging what comes back.

A GET whose answer is in doubt or breaks the contract is asked again, once: the second answer
stands. A POST is sent once; where its answer is in doubt the session is read instead.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from plugproof_contracts.checking.checker import examine
from plugproof_contracts.conformance.history.check_history import LONGEST_PAUSE, Allowance, BudgetDecision
from plugproof_contracts.conformance.probing import inconclusive, plan, transport
from plugproof_contracts.conformance.probing.inconclusive import is_of_the_api
from plugproof_contracts.conformance.probing.probe import Probe
from plugproof_contracts.conformance.probing.retry_after import retry_after
from plugproof_contracts.conformance.probing.transport import OutgoingRequest, RequestOutcome
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.facts.level import Level
from plugproof_contracts.parsing.parsed_response import ParsedResponse
from plugproof_contracts.parsing.strict_json import MISSING

UNKNOWN_CODE = "PLUGPROOF0"
"""Asked for where no session told of its charger."""
PAUSE = 1.0
"""Seconds before a request is sent again that failed."""


class RequestBudget(Protocol):
    """Where requests are entered before they are sent: the history."""

    def book(
        self, base: str, operation: str, now: float, allowance: Allowance, *, over_limit: bool = False
    ) -> BudgetDecision:
        """Enter a request, or say how long to wait and why."""

    def pause(self, base: str, until: float) -> None:
        """Remember until when the API is to be left alone."""


class Ports(NamedTuple):
    """How a check reaches the world: sending within some seconds, the time (Unix seconds), and waiting."""

    send: Callable[[OutgoingRequest, float], RequestOutcome]
    now: Callable[[], float]
    sleep: Callable[[float], None]


class CheckPolicy(NamedTuple):
    """How a check behaves: seconds for one request, seconds to wait in all, requests an hour, what counts."""

    timeout: float = 10.0
    patience: float = 90.0
    budget: int = 32
    strict: bool = False

    @property
    def allowance(self) -> Allowance:
        """How much may be asked; a request may arrive as late as its deadline."""
        return Allowance(self.budget, Allowance(0).window - 10.0 + self.timeout)


class ProbeResult(NamedTuple):
    """One request that was sent: its number from 1, what came, why that is in doubt, and which rules it broke."""

    number: int
    probe: Probe
    outcome: RequestOutcome
    doubt: str | None
    broken: frozenset[str] = frozenset()

    @property
    def is_inconclusive_or_broken(self) -> bool:
        """Whether the answer is in doubt or breaks what counts."""
        return self.doubt is not None or bool(self.broken)

    @property
    def summary(self) -> str:
        """The request and what came of it, in a few words."""
        exchange, took = self.outcome.exchange, f"{self.outcome.seconds:.2f} s"
        came = str(exchange.status) if exchange else "no answer"
        told = self.doubt or (f"breaks {', '.join(sorted(self.broken))}" if self.broken else "")
        what = f"{self.probe.method} {self.probe.shown_path()} ({self.probe.title}): {came}, {took}"
        return f"{what}, {told}" if told else what


class StopCheckError(Exception):
    """No further request may or need be sent."""


@dataclass
class CheckRun:
    """One check as far as it has come: what was sent, which answers stand, and why others do not."""

    base: str
    probes: tuple[Probe, ...]
    ports: Ports
    request_budget: RequestBudget
    policy: CheckPolicy = field(default_factory=CheckPolicy)
    progress: Callable[[ProbeResult], None] = lambda result: None
    sent: list[ProbeResult] = field(default_factory=list)
    accepted: list[ProbeResult] = field(default_factory=list)
    problems: list[tuple[int | None, str]] = field(default_factory=list)
    recovered: list[str] = field(default_factory=list)
    unlike: list[ProbeResult] = field(default_factory=list)
    waited: float = 0.0
    booked: int = 0

    @property
    def planned(self) -> int:
        """How many requests may be sent."""
        return len(self.probes)

    def run(self) -> None:
        """Send the plan; ends early where going on is pointless, forbidden or interrupted, and says so."""
        try:
            self._run()
        except StopCheckError as stop:
            self.problems.append((None, str(stop)))
        except KeyboardInterrupt:
            self.problems.append((None, f"interrupted after {self.booked} of {self.planned} requests"))
        self._reconsider()

    def _run(self) -> None:
        for number, probe in enumerate(self.probes):
            if not self._has_room():
                left_out = ", ".join(one.title for one in self.probes[number:])
                self.recovered.append(f"not sent, for others were asked again: {left_out}")
                break
            if not self._is_wanted(probe):
                continue
            self._probe(probe)
            if probe.is_limit_probe and self._was_refused():
                break

    def _is_wanted(self, probe: Probe) -> bool:
        """Return whether a request's session is where it has to be, and note it where it is not."""
        if not probe.only_in or self._status(probe.session) in probe.only_in:
            return True
        wanted = " or ".join(sorted(probe.only_in))
        self.recovered.append(f"not sent, for session {probe.session} was not seen {wanted}: {probe.title}")
        return False

    def _status(self, session: int | None) -> str | None:
        """Return the status in which a session was seen last."""
        of_it = [one.outcome.exchange for one in self.accepted if one.probe.session == session]
        seen = [ParsedResponse(exchange).status for exchange in of_it if exchange]
        return next((status for status in reversed(seen) if status), None)

    def _has_room(self) -> bool:
        """Return whether the promise holds if one more is sent: as many requests as the plan has, and no more."""
        return self.booked < len(self.probes)

    def _reconsider(self) -> None:
        """Judge refusals that bear no mark of the API where other answers of this check show that it was there."""
        is_there = any(one.outcome.exchange and is_of_the_api(one.outcome.exchange) for one in self.accepted)
        for result in self.unlike:
            broken = _broken(result.outcome.exchange, self.policy.strict)
            if is_there and broken:
                self.problems = [one for one in self.problems if one[0] != result.number]
                self.accepted.append(result._replace(doubt=None, broken=broken))
        self.accepted.sort(key=lambda one: one.number)

    def _was_refused(self) -> bool:
        exchange = self.sent[-1].outcome.exchange
        return exchange is None or exchange.status == 429

    def _probe(self, probe: Probe) -> None:
        first = self._ask(probe)
        if not first.is_inconclusive_or_broken:
            self._accept(first)
        elif probe.method == "GET" and self._may_ask_again(first):
            self._settle(first, self._ask(probe))
        else:
            self._accept(first)
            is_open = probe.session and probe.method == "POST" and _may_have_happened(first)
            if is_open and self._has_room() and not _has_failed(first):
                self._accept(self._ask(plan.reading_again(probe)))

    def _may_ask_again(self, first: ProbeResult) -> bool:
        """Wait as the answer asks, if that is not too long; a server that fails is not asked twice unbidden."""
        exchange = first.outcome.exchange
        wait = retry_after(exchange.headers, self.ports.now()) if exchange and first.doubt else None
        if wait is not None:
            self.request_budget.pause(self.base, self.ports.now() + min(wait, LONGEST_PAUSE))
        if (_has_failed(first) and wait is None) or not self._has_room():
            return False
        return self._wait(PAUSE if wait is None else wait)

    def _settle(self, first: ProbeResult, second: ProbeResult) -> None:
        """Let the second answer stand; where it breaks nothing that the first one broke, neither is trusted."""
        self._accept(second)
        if first.doubt and not second.is_inconclusive_or_broken:
            self.recovered.append(f"{first.doubt}; well when asked again")
        elif first.broken and not first.broken & second.broken:
            rules = ", ".join(sorted(first.broken))
            self.problems.append((first.number, f"broke {rules} once, and did not when asked again"))

    def _accept(self, result: ProbeResult) -> None:
        exchange, probe = result.outcome.exchange, result.probe
        if result.doubt is not None or exchange is None:
            self.problems.append((result.number, f"{probe.title}: {result.doubt}"))
            self.unlike += [result] if exchange and inconclusive.is_unlike_the_api(exchange) else []
            if _is_hopeless(result):
                raise StopCheckError("nothing more was sent, for it would fare no better")
            return
        self.accepted.append(result)
        if not result.broken:
            self.problems += [(result.number, f"{probe.title}: {words}") for words in _unserved(probe, exchange)]

    def _ask(self, probe: Probe) -> ProbeResult:
        """Send one request, when the budget allows it."""
        self._book(probe)
        self.booked += 1
        url = self.base + probe.path(self._code())
        request = OutgoingRequest(probe.method, url, probe.sent_headers(), probe.body)
        outcome = self.ports.send(request, self.policy.timeout)
        reason = inconclusive.inconclusive_reason(outcome) or _refused(probe, outcome.exchange)
        broken = _broken(outcome.exchange, self.policy.strict) if reason is None else frozenset()
        result = ProbeResult(self.booked, probe, outcome, reason, broken)
        self.sent.append(result)
        self.progress(result)
        return result

    def _book(self, probe: Probe) -> None:
        while True:
            gate = self.request_budget.book(
                self.base,
                probe.counts_as,
                self.ports.now(),
                self.policy.allowance,
                over_limit=probe.is_limit_probe,
            )
            if not gate.wait:
                return
            # To wait within the probe would be to count in another window.
            if probe.is_limit_probe or not self._wait(gate.wait):
                raise StopCheckError(f"{probe.title} and what follows were not sent: {gate.reason}")

    def _wait(self, seconds: float) -> bool:
        """Wait, unless that is more than the patience that is left."""
        if self.waited + seconds > self.policy.patience:
            return False
        self.waited += seconds
        self.ports.sleep(seconds)
        return True

    def _code(self) -> str:
        """Return the code of a charger that a session told of."""
        for result in self.accepted:
            exchange = result.outcome.exchange
            code = (
                ParsedResponse(exchange).field("charger.public_code")
                if exchange and result.probe.session
                else None
            )
            if code and code.isascii() and code.isalnum() and len(code) <= 10:
                return str(code)
        return UNKNOWN_CODE


def _refused(probe: Probe, exchange: Exchange | None) -> str | None:
    """A refusal for too many requests is an answer to the rate-limit probe alone."""
    if exchange is None or exchange.status != 429 or probe.is_limit_probe:
        return None
    return "refused by the rate limit: others share this address, or it counts more than one operation"


def _broken(exchange: Exchange | None, strict: bool) -> frozenset[str]:
    if exchange is None:
        return frozenset()
    counting = {Level.DOCUMENTED, Level.INFERRED} if strict else {Level.DOCUMENTED}
    return frozenset(one.rule for one in examine(exchange).violations if one.level in counting)


def _may_have_happened(result: ProbeResult) -> bool:
    """Return whether a POST may have been handled, though its answer does not tell."""
    failure, exchange = result.outcome.failure, result.outcome.exchange
    if exchange is None:
        return failure is not None and failure.arrived
    return result.doubt is not None and exchange.status != 429


def _has_failed(result: ProbeResult) -> bool:
    exchange = result.outcome.exchange
    return exchange is not None and exchange.status >= 500


def _is_hopeless(result: ProbeResult) -> bool:
    failure, exchange = result.outcome.failure, result.outcome.exchange
    is_unreached = failure is not None and failure.layer in transport.UNREACHED
    return is_unreached or (exchange is not None and "cf-mitigated" in exchange.headers)


def _unserved(probe: Probe, exchange: Exchange) -> Iterator[str]:
    """Yield why an answer does not show what it is meant to show, though it breaks nothing."""
    if exchange.status not in probe.serves:
        is_gone = probe.session is not None and exchange.status == 404
        hint = "; the session is unknown or expired here, so give a live one" if is_gone else ""
        expected = " or ".join(map(str, sorted(probe.serves)))
        yield f"{exchange.status} instead of {expected}{hint}"
    answer = ParsedResponse(exchange)
    if answer.asked_json and answer.document is MISSING:
        yield "its JSON cannot be read"
