"""One limiter, written three times: in memory, for a transaction of a file, and as a script in Redis.

Whatever hits come, at whatever moments, all three admit the same ones and tell the same numbers.
"""

from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugproof_mockserver.model.settings import LimiterStore
from plugproof_mockserver.model.timestamps import SECOND
from plugproof_mockserver.stores.address import StateAddress
from plugproof_mockserver.stores.store import CountedHit, read_window, write_window
from plugproof_mockserver.world.nouns.rate_limiter import AT_ONCE, RateLimiter
from plugproof_mockserver.world.shared.shared_nouns import SharedLimiter

STEPS = (0, 1, AT_ONCE, AT_ONCE + 1, SECOND // 3, SECOND, 9 * SECOND, 10 * SECOND - 1, 10 * SECOND, 61 * SECOND)
"""Between two hits: at once and not quite, within the second, and to either side of the end of a window."""
STARTS = st.integers(1_800_000_000 * SECOND, 1_800_000_001 * SECOND - 1)
HITS = st.lists(
    st.tuples(
        st.sampled_from(STEPS) | st.integers(0, 20 * SECOND),
        st.sampled_from("ab"),
        st.integers(0, 4),
        st.sampled_from((10 * SECOND, 60 * SECOND)),
        st.booleans(),
    ),
    max_size=14,
)
"""The time since the last one, its key, limit and window, and whether it only looks."""
_RUNS = count()


class InMemory:
    """A transaction that keeps rows of windows in a dict, as a file keeps them in a table."""

    expected = None

    def __init__(self):
        self.rows, self.transaction = {}, self

    def transact(self, decide, *arguments):
        return decide(*arguments)

    def get(self, table, key):
        return self.rows.get(key)

    def hit(self, hit, expected):
        found = self.rows.get(hit.key)
        is_admitted, window = hit.admit(None if found is None else read_window(found))
        if is_admitted:
            self.rows[hit.key] = write_window(window)
        return CountedHit(is_admitted, window)


class InRedis:
    """Transactions of a store, each with one hit or one look."""

    expected = None

    def __init__(self, store, world):
        self.store, self.world, self.transaction = store, world, None

    def transact(self, decide, *arguments):
        def within(transaction):
            self.transaction = transaction
            return decide(*arguments)

        return self.store.transact(self.world, within)


def decisions(limiter, start, hits):
    """Return what a limiter says to each hit in turn."""
    now, said = start, []
    for step, key, limit, length, only_looks in hits:
        now += step
        said.append((limiter.look if only_looks else limiter.hit)(key, limit, length, now))
    return said


@pytest.fixture(scope="module")
def store(redis_url):
    found = StateAddress(redis_url).open()
    yield found
    found.close()


@given(
    hits=HITS,
    start=STARTS,
    store=st.sampled_from(LimiterStore),
    race=st.booleans(),
)
def test_a_hit_of_a_transaction_is_one_of_memory(hits, start, store, race):
    """What a window in a row decides is what one in memory decides."""
    expected = decisions(RateLimiter(store, has_race=race), start, hits)
    assert decisions(SharedLimiter(InMemory(), store, has_race=race), start, hits) == expected


@settings(max_examples=40)
@given(hits=HITS, start=STARTS, kind=st.sampled_from(LimiterStore), race=st.booleans())
def test_a_hit_in_redis_is_one_of_memory(store, hits, start, kind, race):
    """What the script decides is what memory decides."""
    expected = decisions(RateLimiter(kind, has_race=race), start, hits)
    keeper = InRedis(store, f"law-{next(_RUNS)}")
    assert decisions(SharedLimiter(keeper, kind, has_race=race), start, hits) == expected
