"""The limiter of a world against the model of it, within a second: both stores, with a race and without."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from tests.mockserver.reference import SECOND, ModelLimiter

from plugproof_mockserver.http.rate_limit import too_many
from plugproof_mockserver.model.settings import Limit, LimiterStore, Settings
from plugproof_mockserver.world.nouns.clock import Clock
from plugproof_mockserver.world.world import World

BEGIN = 10**15
HITS, LENGTH = 3, 60
GAPS = tuple(map(Fraction, ("0", "0.005", "0.01", "0.011", "0.3", "0.6", "1", "58.9", "59.3", "59.7", "60")))


@given(
    store=st.sampled_from(LimiterStore),
    race=st.booleans(),
    hits=st.lists(st.tuples(st.sampled_from(GAPS), st.sampled_from("ab")), min_size=4, max_size=30),
)
def test_a_limiter_decides_as_its_model_does(store, race, hits):
    """Who is admitted, what is left, and how long the others are to wait, 0 seconds among it."""
    rules = Settings(limiter_store=store, limiter_race=race, limits={"get": Limit(HITS, LENGTH)})
    world, model, now = World(rules, clock=Clock(BEGIN, speed=0)), ModelLimiter(store, race), Fraction(0)
    for gap, client in hits:
        now += gap
        moment = BEGIN + int(now * SECOND)
        is_admitted = model.admit(client, HITS, LENGTH, now)
        found = world.hit("get", client, moment)
        assert (found.allowed, found.remaining) == (
            is_admitted,
            max(0, HITS - model.open_hits(client, LENGTH, now)),
        )
        if not is_admitted:
            told = dict(too_many(found, moment).headers)[b"retry-after"]
            assert told == b"%d" % model.retry_after(client, LENGTH, now)
