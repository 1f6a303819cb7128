"""What passes through a proxy shows of the facts: told once, and added to a ledger in portions."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from plugproof_contracts.checking.checker import Result, judge_trace
from plugproof_contracts.conformance.ledger.ledger_feed import feed_ledger
from plugproof_contracts.conformance.ledger.lessons import Lesson, assumption_notes, lessons_of
from plugproof_contracts.evidence.ledger_entry import SourceKind
from plugproof_contracts.exchanges.exchange import Exchange

MOST_KEPT = 1000
"""Exchanges that wait for a ledger which takes none, the newest."""
LARGEST_PORTION = 512
"""Exchanges that are looked at together; the first portions are smaller, so that little traffic is told of too."""

Judged = tuple[Exchange, Result]
"""An exchange with what was found of it."""


class ProxyEvidence:
    """Collects exchanges; `tell` is given a line for each contradicted assumption, once.

    `ledger` is the URL of a ledger, None for none. It is written beside the proxy, which waits for nothing;
    what it did not take is offered again with the next portion. Notes come of two portions at a time, for a
    session may have its end in the next one.
    """

    def __init__(self, ledger: str | None, tell: Callable[[str], object]) -> None:
        self._ledger, self._tell, self._told = ledger, tell, set[str]()
        self._before: list[Judged] = []
        self._waiting = deque[Judged](maxlen=MOST_KEPT)
        self._arrived: list[Judged] = []
        self._portion = 1
        self._worker = ThreadPoolExecutor(1, "plugproof-evidence")

    def see(self, exchange: Exchange, result: Result) -> None:
        """Take one exchange and what was found of it, in the order in which they were answered."""
        self._arrived.append((exchange, result))
        if len(self._arrived) >= self._portion:
            self._portion = min(2 * self._portion, LARGEST_PORTION)
            self._hand_over()

    def finish(self) -> None:
        """Look at what is left, and wait until that is done."""
        self._hand_over()
        self._worker.shutdown(wait=True)

    def _hand_over(self) -> None:
        portion, self._arrived = self._arrived, []
        self._worker.submit(self._look, portion)

    def _look(self, portion: list[Judged]) -> None:
        now = time.time()
        for note in assumption_notes(_lessons([*self._before, *portion], now)):
            self._tell_once(note.fact, f"  note: {note}")
        self._before = (self._before + portion)[-LARGEST_PORTION:]
        self._waiting.extend(portion)
        if self._ledger is not None and self._waiting:
            self._feed(self._ledger, now)

    def _feed(self, ledger: str, now: float) -> None:
        from plugproof_contracts.evidence.ledger import LedgerError

        try:
            feed_ledger(ledger, SourceKind.PROXY, _lessons(self._waiting, now), now)
        except LedgerError as error:
            self._tell_once("ledger", f"  ledger: nothing was added: {error}")
        else:
            self._waiting.clear()

    def _tell_once(self, subject: str, line: str) -> None:
        if subject not in self._told:
            self._told.add(subject)
            self._tell(line)


def _lessons(judged: Iterable[Judged], now: float) -> list[Lesson]:
    known = list(judged)
    return lessons_of(judge_trace((one for one, _ in known), (result for _, result in known)), now)
