"""What passes through a proxy shows of the facts: told once, and added to a ledger in portions."""

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from plugproof_contracts.conformance.ledger_feed import assumption_notes, feed_ledger
from plugproof_contracts.evidence.ledger_entry import SourceKind
from plugproof_contracts.exchanges.exchange import Exchange

MOST_KEPT = 1000
"""Exchanges that assumptions are held against, the newest; and that wait for a ledger which takes none."""
LARGEST_PORTION = 128
"""Exchanges that are looked at together; the first portions are smaller, so that little traffic is told of too."""


class ProxyEvidence:
    """Collects exchanges; `tell` is given a line for each contradicted assumption, once.

    `ledger` is the URL of a ledger, None for none. It is written beside the proxy, which waits for nothing;
    what it did not take is offered again with the next portion.
    """

    def __init__(self, ledger: str | None, tell: Callable[[str], object]) -> None:
        self._ledger, self._tell, self._told = ledger, tell, set[str]()
        self._kept = deque[Exchange](maxlen=MOST_KEPT)
        self._waiting = deque[Exchange](maxlen=MOST_KEPT)
        self._arrived: list[Exchange] = []
        self._portion = 1
        self._worker = ThreadPoolExecutor(1, "plugproof-evidence")

    def see(self, exchange: Exchange) -> None:
        """Take one exchange, in the order in which they were answered."""
        self._arrived.append(exchange)
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

    def _look(self, portion: list[Exchange]) -> None:
        self._kept.extend(portion)
        self._waiting.extend(portion)
        for note in assumption_notes([list(self._kept)]):
            self._tell_once(note.fact, f"  note: {note}")
        if self._ledger is not None and self._waiting:
            self._feed(self._ledger)

    def _feed(self, ledger: str) -> None:
        from plugproof_contracts.evidence.ledger import LedgerError

        try:
            feed_ledger(ledger, SourceKind.PROXY, [list(self._waiting)], time.time())
        except LedgerError as error:
            self._tell_once("ledger", f"  ledger: nothing was added: {error}")
        else:
            self._waiting.clear()

    def _tell_once(self, subject: str, line: str) -> None:
        if subject not in self._told:
            self._told.add(subject)
            self._tell(line)
