"""The sessions of a world, in memory: found by token, played when looked at, let go when expired."""

import secrets
from collections import OrderedDict
from collections.abc import Iterator
from hashlib import blake2b

from plugproof_contracts.errors import PlugproofError
from plugproof_contracts.secrets.token import fingerprint
from plugproof_mockserver.engine import transitions
from plugproof_mockserver.model.settings import Settings
from plugproof_mockserver.model.state import SessionState

MOST_QUIET = 4096
"""Sessions whose next moment is remembered; it is those that are being polled that matter, not all there are."""
MOST_SHOWN = 256
"""Fingerprints whose token is remembered."""


class UnknownSessionError(PlugproofError, LookupError):
    """A token that no live session has."""


class SessionStore:
    """Keeps one state per token. `seed` makes the tokens repeatable; None makes them random."""

    def __init__(self, settings: Settings, seed: str | None) -> None:
        self._settings, self._seed = settings, seed
        # Not a plain dict: one whose first entries go again and again walks over all the holes that they leave.
        self._kept: OrderedDict[str, SessionState] = OrderedDict()
        self._quiet: dict[str, tuple[SessionState, int]] = {}
        self._shown: dict[str, str] = {}
        self._made = 0

    def __len__(self) -> int:
        return len(self._kept)

    def copy_from(self, other: "SessionStore") -> None:
        """Keep what another store keeps; the states are frozen, so they are shared."""
        self._kept, self._made = other._kept.copy(), other._made

    @property
    def tokens_made(self) -> int:
        """How many tokens came from the seed so far."""
        return self._made

    @tokens_made.setter
    def tokens_made(self, made: int) -> None:
        """Go on after so many."""
        self._made = made

    def fresh_token(self) -> str:
        """Return a token that no session has."""
        if self._seed is None:
            return secrets.token_hex(20)
        self._made += 1
        return blake2b(f"{self._seed}/{self._made}".encode(), digest_size=20).hexdigest()

    def find(self, token: str, now: int) -> SessionState | None:
        """Return a session as it stands at `now`, or None when its token is unknown or expired."""
        kept = self._kept.get(token)
        if kept is None:
            return None
        quiet = self._quiet.get(token)
        if quiet is not None and quiet[0] is kept and now < quiet[1]:
            return kept
        if kept.expires <= now:
            del self._kept[token]
            return None
        state = self._play(kept, now)[0]
        self._note_quiet(state)
        return state

    def _note_quiet(self, state: SessionState) -> None:
        """Remember until when nothing happens to a session by itself: it may be polled again and again."""
        due = transitions.next_due(state)
        if len(self._quiet) >= MOST_QUIET:
            del self._quiet[next(iter(self._quiet))]
        self._quiet[state.token] = state, min(due[0], state.expires) if due else state.expires

    def get(self, token: str, now: int) -> SessionState:
        """Return a session as it stands at `now`; raise `UnknownSessionError` when there is none."""
        state = self.find(token, now)
        if state is None:
            raise UnknownSessionError("no session has this token, or it has expired")
        return state

    def token_of(self, shown: str) -> str:
        """Return the token with a fingerprint; raise `UnknownSessionError` when none has it, or several have.

        One that was found is remembered: a console asks for the same one every other second.
        """
        known = self._shown.get(shown)
        if known is not None and known in self._kept:
            return known
        found = [token for token in self._kept if fingerprint(token) == shown]
        if len(found) != 1:
            raise UnknownSessionError(f"{len(found)} sessions have this fingerprint")
        if len(self._shown) >= MOST_SHOWN:
            del self._shown[next(iter(self._shown))]
        self._shown[shown] = found[0]
        return found[0]

    def all(self, now: int) -> Iterator[SessionState]:
        """Yield every live session as it stands at `now`, in the order in which they were made."""
        return (state for token in list(self._kept) if (state := self.find(token, now)))

    def page(
        self, now: int, offset: int, limit: int, *, is_newest_first: bool = False, search: str = ""
    ) -> tuple[list[SessionState], int]:
        """Return up to `limit` live sessions after the first `offset`, and how many there are.

        `search` keeps those whose status, code or fingerprint contains it; without it only the page is played.
        """
        if search:
            live = [state.token for state in self.all(now) if _contains(state, search)]
        else:
            live = [token for token, kept in self._kept.items() if kept.expires > now]
        if is_newest_first:
            live.reverse()
        return [state for token in live[offset : offset + limit] if (state := self.find(token, now))], len(live)

    def tokens(self) -> list[str]:
        """Return the tokens of all sessions that are kept, expired or not."""
        return list(self._kept)

    def store(self, state: SessionState) -> None:
        """Keep a session as it now is."""
        self._kept[state.token] = state

    def add(self, state: SessionState, now: int) -> None:
        """Keep a new session, and let go of expired ones."""
        # Sessions stand in the order in which they were made and mostly expire in it: two are
        # looked at for each new one, so none has to wait for a sweep.
        for _ in range(2):
            oldest = next(iter(self._kept), None)
            if oldest is None or self._kept[oldest].expires > now:
                break
            del self._kept[oldest]
        self._kept[state.token] = state

    def let_go(self, now: int) -> None:
        """Let go of the expired ones at the front of the line, in which most stand."""
        while self._kept and (oldest := next(iter(self._kept.values()))).expires <= now:
            del self._kept[oldest.token]

    def play(self, now: int) -> list[transitions.StatusChange]:
        """Let everything happen that was due up to `now`; return the moves of all sessions in order of time."""
        moves = [move for kept in list(self._kept.values()) for move in self._play(kept, now)[1]]
        return sorted(moves, key=lambda move: move.at)

    def _play(self, kept: SessionState, now: int) -> tuple[SessionState, list[transitions.StatusChange]]:
        state, moves = transitions.play(kept, now, self._settings)
        if moves:
            self._kept[state.token] = state
        return state, moves


def _contains(state: SessionState, search: str) -> bool:
    texts = (state.status, state.scenario, state.charger, fingerprint(state.token))
    return any(search.lower() in text.lower() for text in texts)
