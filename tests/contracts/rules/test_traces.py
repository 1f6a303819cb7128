"""Rules on traces find what is wrong, and are silent about what can be right."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugproof_contracts import Status, check_trace
from plugproof_contracts.facts.operations import OPERATIONS, WINDOW_SECONDS
from plugproof_contracts.facts.session_lifecycle import LIFECYCLE, moves_from, reachable
from plugproof_contracts.rules.examples import NOON, PAYMENT, TOKEN, failure, in_turn, refusal, success

OPERATIONS_TO_POLL = ["confirm", "get", "charger", "receipt-email"]
AUTHORIZED_AT, STARTED_AT = "2026-01-10T11:01:00.000000Z", "2026-01-10T11:02:00.000000Z"


def rules_of(trace):
    return {violation.rule for violation in check_trace(trace)}


def limited(hits, *, shared):
    """Play a fixed window from the first hit; yield what each of our requests is told."""
    windows, counts = {}, Counter()
    for at, ours, operation in hits:
        key, limit = "all" if shared else operation, OPERATIONS[operation].limit
        if at >= windows.get(key, -1.0):
            windows[key], counts[key] = at + WINDOW_SECONDS, 0
        admitted = counts[key] < limit
        counts[key] += admitted
        if ours:
            wait = max(1, -int(-(windows[key] - at) // 1))
            yield at, operation, max(limit - counts[key], 0) if admitted else None, min(wait, WINDOW_SECONDS)


def told(at, operation, left, wait, *, sent, dated, delay):
    """A handler may be slow; a refusal comes at once."""
    if left is None:
        one = refusal(wait, operation=operation, after=at)
    elif operation == "charger":
        one = success("charger", remaining=left, after=at)
    else:
        one = success(operation, remaining=left, after=at)
    late = 0 if left is None else delay
    answered = (NOON + timedelta(seconds=at + late)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    headers = {name: value for name, value in one.headers if name != "date"} | (
        {"date": answered} if dated else {}
    )
    return one.replace(headers=headers, at=NOON + timedelta(seconds=at) if sent else None)


gaps = st.sampled_from([0.0, 0.01, 0.3, 1.0, 2.5, 7.0, 20.0, 58.0, 59.5, 60.0, 61.0]) | st.floats(0, 70)


@st.composite
def traffic(draw):
    """Requests of ours, and of others behind the same address, to a limiter that keeps its promise."""
    steps = draw(st.lists(st.tuples(gaps, st.sampled_from([True, True, False]), st.integers(1, 12)), max_size=14))
    operations = draw(st.lists(st.sampled_from(OPERATIONS_TO_POLL), min_size=1, max_size=2))
    hits, now = [], 0.0
    for gap, ours, burst in steps:
        now += gap
        operation = draw(st.sampled_from(operations))
        hits += [(now + 0.001 * index, ours, operation) for index in range(burst)]
    sent, dated = draw(st.booleans()), draw(st.booleans())
    delays = st.sampled_from([0.0, 0.2, 20.0]) if draw(st.booleans()) else st.just(0.0)
    answers = [
        told(*hit, sent=sent, dated=dated, delay=draw(delays)) for hit in limited(hits, shared=draw(st.booleans()))
    ]
    return jumbled(answers) if sent and draw(st.booleans()) else answers


def jumbled(answers):
    """Two requests in flight at once may be counted in either order, if not the very first ones."""
    seen = set()
    for index in range(0, len(answers) - 1, 2):
        first, second = answers[index : index + 2]
        known = {first.operation.name, second.operation.name} <= seen
        seen |= {first.operation.name, second.operation.name}
        if known and second.at - first.at < timedelta(seconds=0.5):
            answers[index], answers[index + 1] = second.replace(at=first.at), first.replace(at=second.at)
    return answers


def test_a_race_at_the_turn_of_a_window_proves_nothing():
    """Two requests that race at the turn of a window prove nothing."""
    earlier = success("confirm", remaining=3)
    opener, late = success("confirm", after=60.1, remaining=9), refusal(1, operation="confirm", after=60.2)
    assert rules_of([earlier, opener, late]) == set()


@settings(max_examples=300, deadline=None)
@given(traffic())
def test_a_limiter_that_keeps_its_promise_is_never_blamed(answers):
    blamed = [violation for violation in check_trace(answers) if violation.rule.startswith("ratelimit.")]
    assert [str(violation) for violation in blamed] == []


@pytest.mark.parametrize("operation", OPERATIONS_TO_POLL)
@pytest.mark.parametrize("shared", [True, False])
def test_a_limiter_that_lets_one_more_in_is_found(operation, shared):
    limit = OPERATIONS[operation].limit
    honest = [(number * 0.5, True, operation) for number in range(limit + 1)]
    answers = [told(*hit, sent=True, dated=True, delay=0) for hit in limited(honest, shared=shared)]
    assert "ratelimit.refuses-when-due" not in rules_of(answers)
    one_more = success(operation, remaining=0, after=honest[-1][0])
    assert "ratelimit.refuses-when-due" in rules_of([*answers[:-1], one_more])


def test_without_a_clock_nothing_is_said_about_windows():
    bare = [success(remaining=29, without="date").replace(at=None)] * 2
    assert rules_of(bare) == set()


def test_a_fake_clock_that_jumps_is_believed_over_the_wall():
    """The fake's `Date` moves by an hour while the client's clock stands still."""
    first, second = success(remaining=29), success(remaining=29, after=3600).replace(at=NOON)
    assert rules_of([first, second]) == set()


def walk(draw):
    status = Status.CREATED
    path = [status]
    for _ in range(draw(st.integers(0, 12))):
        status = draw(st.sampled_from([*(move.target for move in moves_from(status)), status]))
        path.append(status)
    return path


def life(path, draw):
    """Answers as a poller would get them, each about a minute after the one before."""
    hold, started, energy, answers = None, None, 0, []
    for status in path:
        if status in (Status.AUTHORIZED, Status.STARTING, Status.CHARGING):
            hold = 5000
        started = STARTED_AT if status is Status.CHARGING else started
        energy += draw(st.integers(0, 3))
        answers.append(
            success(
                draw(st.sampled_from(["get", "confirm"])),
                status,
                amount_authorized=hold,
                authorized_at=AUTHORIZED_AT if hold else None,
                charging_started_at=started,
                energy_kwh=f"{energy}.{draw(st.sampled_from(['0', '00']))}" if started else None,
                cost_amount=239 if started else None,
            )
        )
    return in_turn(*answers)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_legal_life_breaks_no_rule(data):
    assert [str(violation) for violation in check_trace(life(walk(data.draw), data.draw))] == []


@pytest.mark.parametrize("later", Status)
@pytest.mark.parametrize("earlier", Status)
def test_only_a_status_that_cannot_follow_is_found(earlier, later):
    """A status that cannot follow is found, and one that can is not."""
    found = rules_of(in_turn(success("get", earlier), success("get", later)))
    assert ("trace.lifecycle" in found) is not reachable(earlier, later)


@pytest.mark.parametrize("move", LIFECYCLE, ids=lambda move: f"{move.source}-{move.target}")
def test_every_move_may_be_missed_by_a_poller(move):
    found = rules_of(in_turn(success("get", "created"), success("get", move.target)))
    assert "trace.lifecycle" not in found


def test_a_payment_that_comes_back_is_found():
    trace = in_turn(
        success("get", "created"), success("get", "authorized"), success("get", "starting", payment=PAYMENT)
    )
    assert rules_of(trace) == {"status.no-payment-later", "trace.payment-stays-gone"}


def test_equal_moments_may_be_written_differently():
    assert rules_of(in_turn(success(), success(charging_started_at="2026-01-10T12:02:00+01:00"))) == set()


@pytest.mark.parametrize(
    "last",
    [
        failure(404, "The session has expired."),
        failure(404).replace(body=b'{"message": "Not Found"}'),
        failure(404, operation="confirm").replace(body=b""),
    ],
)
def test_another_404_is_found_for_another_token_too(last):
    elsewhere = last.replace(url=last.url.replace(TOKEN, "other"))
    first = failure(404, operation=last.operation.name)
    assert "errors.not-found-alike" in rules_of(in_turn(first, elsewhere))
    assert "errors.not-found-alike" not in rules_of(in_turn(first, elsewhere.replace(body=first.body)))
