"""The nouns of a world that lives in a store: each reads from the world's transaction, and writes to it.

Outside a transaction every call is one by itself.
"""

from collections.abc import Callable, Iterator, MutableMapping
from random import Random
from typing import Any, Protocol, TypeVar

import msgspec

from plugproof_mockserver.engine.transitions import StatusChange
from plugproof_mockserver.http.rate_limit import RateLimitDecision
from plugproof_mockserver.model.settings import LimiterStore, Settings
from plugproof_mockserver.model.state import SessionState
from plugproof_mockserver.model.timestamps import SECOND
from plugproof_mockserver.stores.store import (
    CountedHit,
    LimitedHit,
    Row,
    Table,
    Transaction,
    Window,
    read_window,
    write_window,
)
from plugproof_mockserver.world.nouns.clock import Clock, Pace
from plugproof_mockserver.world.nouns.rate_limiter import AT_ONCE, LimiterWindow, RateLimiter
from plugproof_mockserver.world.nouns.session_store import SessionStore

_Found = TypeVar("_Found")
_MOST_DECODED = 4096


class Record(Protocol):
    """What the nouns here use of a world's record."""

    pace: Pace
    is_clock_set: bool
    tokens_made: int
    chances_taken: int


class Keeper(Protocol):
    """The world, as its nouns see it: a transaction and a record, of which there is one at a time."""

    expected: str | None

    def transact(self, decide: Callable[..., _Found], *args: Any) -> _Found:
        """Run something within a transaction."""

    @property
    def transaction(self) -> Transaction:
        """The transaction that runs."""

    @property
    def record(self) -> Any:
        """The record of the transaction that runs."""

    def now(self) -> int:
        """Return the moment that it is in this world."""


class SharedClock(Clock):
    """A clock whose pace is in the record."""

    def __init__(self, keeper: Keeper, first: Clock) -> None:
        self._keeper, self._wall, self._first = keeper, first.wall, first.pace

    @property
    def _pace(self) -> Pace:
        pace: Pace = self._keeper.transact(lambda: self._keeper.record.pace)
        return pace

    @_pace.setter
    def _pace(self, pace: Pace) -> None:
        self._keeper.record.pace, self._keeper.record.is_clock_set = pace, True

    def set(self, moment: int) -> None:
        """Put the clock to a moment."""
        self._keeper.transact(super().set, moment)

    def run(self, speed: float) -> None:
        """Go on at another speed."""
        self._keeper.transact(super().run, speed)

    def advance(self, microseconds: int) -> None:
        """Jump ahead."""
        self._keeper.transact(super().advance, microseconds)


class _SessionRows(MutableMapping[str, SessionState]):
    """Sessions by token, as the rows of a transaction; the same bytes are the same session."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._decoded: dict[str, tuple[bytes, SessionState]] = {}

    def _state(self, token: str, data: bytes) -> SessionState:
        kept = self._decoded.get(token)
        if kept is not None and kept[0] == data:
            return kept[1]
        return self._remember(token, data, msgspec.msgpack.decode(data, type=SessionState))

    def _remember(self, token: str, data: bytes, state: SessionState) -> SessionState:
        if len(self._decoded) >= _MOST_DECODED:
            self._decoded.clear()
        self._decoded[token] = (data, state)
        return state

    def __getitem__(self, token: str) -> SessionState:
        data = self._keeper.transaction.get(Table.SESSIONS, token)
        if data is None:
            raise KeyError("no session has this token")
        return self._state(token, data)

    def __setitem__(self, token: str, state: SessionState) -> None:
        data = msgspec.msgpack.encode(state)
        self._remember(token, data, state)
        self._keeper.transaction.put(Table.SESSIONS, token, Row(data, state.expires), self._keeper.now())

    def __delitem__(self, token: str) -> None:
        self._keeper.transaction.put(Table.SESSIONS, token, None, self._keeper.now())

    def __iter__(self) -> Iterator[str]:
        return iter(self._keeper.transaction.all(Table.SESSIONS))

    def __len__(self) -> int:
        return self._keeper.transaction.count(Table.SESSIONS)


class SharedSessions(SessionStore):
    """The sessions of a world in a store."""

    def __init__(self, settings: Settings, seed: str | None, keeper: Keeper) -> None:
        self._keeper = keeper
        super().__init__(settings, seed)
        self._swept = -SECOND
        self._kept = _SessionRows(keeper)  # type: ignore[assignment]  # a mapping like the one in memory

    @property
    def _made(self) -> int:
        return int(self._keeper.record.tokens_made)

    @_made.setter
    def _made(self, made: int) -> None:
        # The constructor of the one in memory begins with none, which a store must not.
        if made:
            self._keeper.record.tokens_made = made

    def __len__(self) -> int:
        return self._keeper.transact(super().__len__)

    def fresh_token(self) -> str:
        """Return a token that no session has."""
        return self._keeper.transact(super().fresh_token)

    def find(self, token: str, now: int) -> SessionState | None:
        """Return a session as it stands at `now`, or None."""
        return self._keeper.transact(super().find, token, now)

    def token_of(self, shown: str) -> str:
        """Return the token with a fingerprint."""
        return self._keeper.transact(super().token_of, shown)

    def all(self, now: int) -> Iterator[SessionState]:
        """Yield every live session as it stands at `now`."""
        return iter(self._keeper.transact(lambda: list(SessionStore.all(self, now))))

    def page(
        self, now: int, offset: int, limit: int, *, is_newest_first: bool = False, search: str = ""
    ) -> tuple[list[SessionState], int]:
        """Return a page of the live sessions, and how many there are."""
        whole = super().page
        return self._keeper.transact(
            lambda: whole(now, offset, limit, is_newest_first=is_newest_first, search=search)
        )

    def tokens(self) -> list[str]:
        """Return the tokens of all sessions that are kept."""
        return self._keeper.transact(super().tokens)

    def store(self, state: SessionState) -> None:
        """Keep a session as it now is."""
        self._keeper.transact(super().store, state)

    def add(self, state: SessionState, now: int) -> None:
        """Keep a new session; the store lets go of expired ones."""
        self._keeper.transact(super().store, state)

    def let_go(self, now: int) -> None:
        """Let go of the expired ones, at most once a second of the world: all rows are read for it."""
        if not 0 <= now - self._swept < SECOND:
            self._swept = now
            self._keeper.transact(lambda: list(SessionStore.all(self, now)))

    def play(self, now: int) -> list[StatusChange]:
        """Let everything happen that was due up to `now`."""
        return self._keeper.transact(super().play, now)


class SharedLimiter(RateLimiter):
    """The windows of a world in a store, which decides every hit."""

    def __init__(self, keeper: Keeper, store: LimiterStore, *, has_race: bool) -> None:
        super().__init__(store, has_race=has_race)
        self._keeper = keeper
        self._told: tuple[int, int, CountedHit] | None = None

    def __len__(self) -> int:
        return self._keeper.transact(lambda: self._keeper.transaction.count(Table.WINDOWS))

    def _of(self, key: str, limit: int, length: int, now: int) -> LimitedHit:
        fresh = Window(0, self._end(now, length), now // SECOND - -length // SECOND, now)
        return LimitedHit(f"{length} {key}", limit, now, fresh, AT_ONCE if self._has_race else None)

    def clear(self) -> None:
        """Forget every hit."""
        self._keeper.transact(lambda: self._keeper.transaction.clear(Table.WINDOWS))

    def hit(self, key: str, limit: int, length: int, now: int) -> RateLimitDecision:
        """Count a hit if `limit` per `length` microseconds still admits it."""
        return self._keeper.transact(self._hit, self._of(key, limit, length, now))

    def _hit(self, hit: LimitedHit) -> RateLimitDecision:
        counted = self._keeper.transaction.hit(hit, self._keeper.expected)
        remaining = max(0, hit.limit - counted.window.hits)
        self._told = (hit.limit, remaining, counted)
        return RateLimitDecision(counted.is_admitted, hit.limit, remaining, counted.window.resets)

    def take_told(self) -> tuple[int, int]:
        """Return how many hits the latest one was told to leave, and how many it left; the same where none was."""
        limit, told, counted = self._told or (0, 0, None)
        self._told = None
        return told, told if counted is None else max(0, limit - counted.window.hits)

    def hit_within(self, key: str, limit: int, length: int, now: int) -> RateLimitDecision:
        """Count a hit together with the rest of the transaction, so that it is not counted if that fails."""
        hit = self._of(key, limit, length, now)
        is_admitted, window = hit.admit(self._window(hit.key))
        if is_admitted:
            row = Row(write_window(window), window.ends)
            self._keeper.transaction.put(Table.WINDOWS, hit.key, row, now)
        return RateLimitDecision(is_admitted, limit, max(0, limit - window.hits), window.resets)

    def look(self, key: str, limit: int, length: int, now: int) -> RateLimitDecision:
        """Return what a hit would find, without counting it."""
        hit = self._of(key, limit, length, now)
        is_admitted, after = hit.admit(self._keeper.transact(self._window, hit.key))
        return RateLimitDecision(is_admitted, limit, max(0, limit - after.hits + is_admitted), after.resets)

    def read_windows(self, now: int) -> Iterator[LimiterWindow]:
        """Yield every window that is open at `now`."""
        for name, data in self._keeper.transact(lambda: self._keeper.transaction.all(Table.WINDOWS)).items():
            window, (length, _, key) = read_window(data), name.partition(" ")
            # What is told of a window is the whole second of its first hit, and where it ends in one, that is all.
            first = min(window.ends, window.resets * SECOND) - int(length)
            if window.ends > now:
                yield LimiterWindow(int(length), key, first, window.hits, window.latest)

    def put_window(self, window: LimiterWindow, now: int) -> None:
        """Have a window as `read_windows` yields it."""
        fresh = self._of(window.key, window.hits, window.length, window.first).fresh
        kept = fresh._replace(hits=window.hits, latest=window.first if window.latest is None else window.latest)
        row, name = Row(write_window(kept), kept.ends), f"{window.length} {window.key}"
        self._keeper.transact(lambda: self._keeper.transaction.put(Table.WINDOWS, name, row, now))

    def _window(self, key: str) -> Window | None:
        data = self._keeper.transaction.get(Table.WINDOWS, key)
        return None if data is None else read_window(data)

    def open_windows(self, now: int) -> Iterator[tuple[str, int, int]]:
        """Yield key, hits and end of every window that is open at `now`, longest windows last."""
        rows = self._keeper.transact(lambda: self._keeper.transaction.all(Table.WINDOWS))
        for name in sorted(rows, key=lambda name: int(name.partition(" ")[0])):
            window = read_window(rows[name])
            if window.ends > now:
                yield name.partition(" ")[2], window.hits, window.ends


class SharedChance(Random):
    """A world's chance: all processes draw from one row of numbers."""

    def __init__(self, seed: int | None, keeper: Keeper) -> None:
        super().__init__(seed)
        self._first_seed, self._keeper, self._drawn = seed, keeper, 0

    def random(self) -> float:
        """Return the next number of the row."""
        record = self._keeper.record
        if record.chances_taken < self._drawn:
            self.seed(self._first_seed)
            self._drawn = 0
        while self._drawn < record.chances_taken:
            super().random()
            self._drawn += 1
        record.chances_taken += 1
        self._drawn += 1
        return super().random()
