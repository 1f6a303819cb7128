import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugproof_mockserver.http.rate_limit import RateLimitDecision, too_many
from plugproof_mockserver.model.settings import LimiterStore
from plugproof_mockserver.model.timestamps import SECOND
from plugproof_mockserver.world.nouns.rate_limiter import AT_ONCE, LimiterWindow, RateLimiter
from plugproof_mockserver.world.nouns.rate_windows import RateWindows

MINUTE, HOUR = 60 * SECOND, 3600 * SECOND


@pytest.fixture
def limiter():
    return RateLimiter()


@pytest.mark.parametrize("limit", [1, 3, 10])
def test_exactly_so_many_hits_are_admitted_in_a_window(limiter, noon, limit):
    found = [limiter.hit("a", limit, MINUTE, noon) for _ in range(limit + 2)]
    assert [one.allowed for one in found] == [True] * limit + [False] * 2
    assert [one.remaining for one in found] == [*reversed(range(limit)), 0, 0]


def test_a_limit_of_none_admits_nothing(limiter, noon):
    assert not limiter.hit("a", 0, MINUTE, noon).allowed
    assert len(limiter) == 0


def test_a_refused_hit_does_not_prolong_its_window(limiter, noon):
    """A window opens with the first hit, and a refused hit does not prolong it."""
    limiter.hit("a", 2, MINUTE, noon)
    limiter.hit("a", 2, MINUTE, noon + 59 * SECOND)
    refused = limiter.hit("a", 2, MINUTE, noon + MINUTE - 1)
    assert refused == RateLimitDecision(False, 2, 0, noon // SECOND + 60)
    assert limiter.hit("a", 2, MINUTE, noon + MINUTE) == RateLimitDecision(True, 2, 1, noon // SECOND + 120)


def test_a_window_is_over_exactly_at_its_end(limiter, noon):
    limiter.hit("a", 1, MINUTE, noon)
    assert not limiter.look("a", 1, MINUTE, noon + MINUTE - 1).allowed
    assert limiter.look("a", 1, MINUTE, noon + MINUTE).allowed


def test_looking_costs_nothing(limiter, noon):
    looked = [limiter.look("a", 2, MINUTE, noon) for _ in range(5)]
    assert set(looked) == {RateLimitDecision(True, 2, 2, noon // SECOND + 60)}
    limiter.hit("a", 2, MINUTE, noon)
    assert limiter.look("a", 2, MINUTE, noon).remaining == 1


HALF = SECOND // 2
WAITS = [(0, 60), (HALF - 1, 60), (HALF, 59), (59 * SECOND, 1), (MINUTE - HALF - 1, 1), (MINUTE - HALF, 0)]


@pytest.mark.parametrize(("passed", "wait"), [*WAITS, (MINUTE - 1, 0)])
def test_the_wait_is_told_between_whole_seconds(limiter, noon, passed, wait):
    """What is told counts in whole seconds, so that it is 0 in the last half second of this window."""
    first = noon + HALF
    limiter.hit("a", 1, MINUTE, first)
    refused = limiter.hit("a", 1, MINUTE, first + passed)
    assert (refused.allowed, refused.retry_after(first + passed)) == (False, wait)
    assert refused.resets == noon // SECOND + 60


def test_files_end_a_window_when_it_is_told_to_end(noon):
    limiter = RateLimiter(LimiterStore.FILE)
    first = noon + SECOND - 1
    limiter.hit("a", 1, MINUTE, first)
    assert not limiter.hit("a", 1, MINUTE, noon + MINUTE - 1).allowed
    assert limiter.hit("a", 1, MINUTE, noon + MINUTE).allowed


def test_who_waits_a_second_longer_than_told_is_admitted(limiter, noon):
    for part in (0, 1, HALF, SECOND - 1):
        limiter.hit(f"{part}", 1, MINUTE, noon + part)
        for now in (noon + part, noon + 30 * SECOND, noon + MINUTE - 1):
            wait = limiter.look(f"{part}", 1, MINUTE, now).retry_after(now)
            assert limiter.look(f"{part}", 1, MINUTE, now + (wait + 1) * SECOND).allowed


def test_a_limiter_with_a_race_admits_one_more_of_two_at_once(noon):
    """Of many at once one more is admitted than the limit says; of hits that come apart, none."""
    limiter = RateLimiter(has_race=True)
    found = [limiter.hit("a", 10, MINUTE, noon) for _ in range(15)]
    assert [one.allowed for one in found].count(True) == 11
    assert [one.remaining for one in found] == [*range(9, -1, -1), *[0] * 5]
    assert [limiter.hit("one", 1, MINUTE, noon).allowed for _ in range(3)] == [True, True, False]
    apart = [limiter.hit("b", 10, MINUTE, noon + number * (AT_ONCE + 1)).allowed for number in range(15)]
    assert apart.count(True) == 10
    assert not limiter.hit("c", 0, MINUTE, noon).allowed


def test_a_refusal_carries_all_four_headers(noon):
    headers = dict(too_many(RateLimitDecision(False, 10, 0, noon // SECOND + 7), noon).headers)
    assert headers == {
        b"x-ratelimit-limit": b"10",
        b"x-ratelimit-remaining": b"0",
        b"retry-after": b"7",
        b"x-ratelimit-reset": b"%d" % (noon // SECOND + 7),
    }


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 40)), max_size=60), st.integers(0, 4))
def test_it_decides_as_a_list_of_all_hits_would(hits, limit):
    """The model keeps every admitted hit for ever, and finds the window by going through them."""
    limiter, now = RateLimiter(), 0
    admitted: dict[str, list[int]] = {"a": [], "b": []}
    for key, pause in hits:
        now += pause
        window: list[int] = []
        for at in admitted[key]:
            window = [at] if not window or at >= window[0] + 60 else [*window, at]
        if not window or now >= window[0] + 60:
            window = []
        expected = len(window) < limit
        resets = ((window[0] if window else now) + 60 + SECOND - 1) // SECOND
        left = limit - len(window) - expected
        assert limiter.hit(key, limit, 60, now) == RateLimitDecision(expected, limit, left, resets)
        admitted[key] += [now] * expected


def test_only_addresses_of_two_windows_are_in_memory(limiter, noon):
    """Memory holds the addresses of the last two windows; those before go two at a time."""
    for minute in range(0, 10, 2):
        for number in range(1000):
            limiter.hit(f"{minute} {number}", 10, MINUTE, noon + minute * MINUTE)
            assert len(limiter) <= 3000 - number
        assert len(limiter) <= 2000
    assert len(limiter) == 2000


def test_a_long_window_does_not_keep_the_short_ones_behind_it(limiter, noon):
    limiter.hit("starts", 20, HOUR, noon)
    for minute in range(6, 0, -2):
        for number in range(100):
            limiter.hit(f"{minute} {number}", 10, MINUTE, noon + (8 - minute) * MINUTE)
    assert len(limiter) == 201
    assert limiter.look("starts", 20, HOUR, noon + 6 * MINUTE).remaining == 19


def test_a_live_window_is_never_let_go(limiter, noon):
    for number in range(100):
        limiter.hit(f"{number}", 1, MINUTE, noon + number * SECOND)
    at = noon + 100 * SECOND
    refused = [number for number in range(100) if not limiter.look(f"{number}", 1, MINUTE, at).allowed]
    assert refused == list(range(41, 100))


def test_a_window_that_opens_again_is_kept_once(limiter, noon):
    for minute in range(0, 20, 2):
        limiter.hit("a", 1, MINUTE, noon + minute * MINUTE)
        assert len(limiter) == 1


def test_a_window_that_opens_anew_is_the_youngest(limiter, noon):
    limiter.hit("a", 1, MINUTE, noon)
    limiter.hit("b", 1, MINUTE, noon + 30 * SECOND)
    limiter.hit("a", 1, MINUTE, noon + MINUTE)
    limiter.hit("c", 1, MINUTE, noon + 90 * SECOND)
    assert not limiter.look("a", 1, MINUTE, noon + 119 * SECOND).allowed


def test_open_windows_are_told_with_hits_and_end(limiter, noon):
    """Every window that is open is told, and none that is over."""
    limiter.hit("b", 3, HOUR, noon + SECOND)
    for _ in range(2):
        limiter.hit("a", 3, MINUTE, noon)
    longer = ("b", 1, noon + SECOND + HOUR)
    assert list(limiter.open_windows(noon + SECOND)) == [("a", 2, noon + MINUTE), longer]
    assert list(limiter.open_windows(noon + MINUTE)) == [longer]


@pytest.mark.parametrize("has_race", [False, True])
def test_a_window_goes_to_another_limiter_as_it_is(noon, has_race):
    """What is read of a limiter and put into another decides there as it did here."""
    one, other = (RateLimiter(has_race=has_race) for _ in range(2))
    for moment in (noon, noon + 5):
        one.hit("a", 3, MINUTE, moment)
    read = list(one.read_windows(noon + 5))
    assert read == [LimiterWindow(MINUTE, "a", noon, 2, noon + 5 if has_race else None)]
    for window in read:
        other.put_window(window, noon + 5)
    assert list(other.read_windows(noon + 5)) == read
    assert list(one.read_windows(noon + MINUTE)) == []
    assert [other.hit("a", 3, MINUTE, noon + 6).allowed for _ in range(3)] == [True, has_race, False]


def test_windows_that_are_over_go_two_at_a_time():
    """Each new window lets two go of those before the last but one, so that no hit pays for a sweep."""
    windows = RateWindows(MINUTE)
    for number in range(5):
        windows.open(f"first {number}", 0)
    counts = []
    for age, keys in enumerate((1, 5), start=1):
        for number in range(keys):
            windows.open(f"later {age} {number}", age * 2 * MINUTE)
            counts.append(len(windows))
    assert counts == [6, 5, 4, 4, 5, 6]


def test_a_generation_is_as_long_as_its_longest_window():
    """A window of the file store lasts up to a second longer, and for so long none of its generation is let go."""
    windows, age = RateWindows(MINUTE), MINUTE + SECOND
    counts = []
    for number, moment in enumerate(
        (MINUTE * 5, MINUTE * 5 + age, MINUTE * 5 + age + 1, MINUTE * 5 + 2 * age + 2)
    ):
        windows.open(f"{number}", moment)
        counts.append(len(windows))
    assert counts == [1, 2, 3, 2]
