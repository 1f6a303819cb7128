"""Encoded answers that are kept while they stay true.

A client that polls, or confirms twice, is answered the same bytes again and again. What an answer shows depends
on the session's state, its charger and the meter's reading. So a body is good while these three are the very
same.
"""

from typing import NamedTuple

from plugproof_mockserver.engine.representation import data_body
from plugproof_mockserver.engine.transitions import estimate_at
from plugproof_mockserver.model.state import ChargerState, SessionState

MOST = 4096
"""Bodies kept at a time; it is the sessions that are being polled that matter, not all there are."""


class _Body(NamedTuple):
    state: SessionState
    charger: ChargerState
    reading: int | None
    content: bytes


class ResponseCache:
    """Encodes sessions as `data_body` does, and remembers."""

    def __init__(self) -> None:
        self._kept: dict[str, _Body] = {}

    def encode(self, state: SessionState, charger: ChargerState, now: int) -> bytes:
        """Return the encoded `{"data": Session}`."""
        kept = self._kept.get(state.token)
        reading = estimate_at(state, now)
        if kept and kept.state is state and kept.charger is charger and kept.reading == reading:
            return kept.content
        content = data_body(state, charger, now)
        if len(self._kept) >= MOST:
            del self._kept[next(iter(self._kept))]
        self._kept[state.token] = _Body(state, charger, reading, content)
        return content
