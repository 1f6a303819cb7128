"""All fifteen statuses by all fifteen, for whatever may happen between two looks at a session.

The facts stand here as literals, written from the reference and from nothing of ours: what a
request may do, what happens by itself, what the control plane can let happen. Whatever of the
225 pairs is not listed must not come about in any scenario, with any payment, on any charger.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from plugproof_contracts import check_trace
from plugproof_contracts.rules.examples import in_turn, success
from plugproof_mockserver import FakePlugchoice
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.world.pipeline import answer

STATUSES = (
    *("created", "authorized", "starting", "charging", "stopping", "settling", "captured", "no_charge"),
    *("expired", "failed", "abandoned", "capture_failed", "requires_review", "refunded", "written_off"),
)
SCENARIOS = (
    *("HAPPY", "DECLINED", "UNPAID", "WEBHOOK", "OFFLINE", "REFUSED", "NOSTART", "NOENERGY", "CAPPED", "UNPLUG"),
    *("STOPFAIL", "CAPFAIL", "REVIEW", "REFUND", "WRITEOFF", "EXPIRED", "SLOW", "BUSY", "NULLS"),
)
UNLIKE = ("HAPPY", "UNPAID", "OFFLINE", "STOPFAIL", "SLOW", "BUSY", "NULLS")
"""The scenarios that differ in what a request or an event finds; the others differ in what time brings."""
ENDED = ("captured", "no_charge", "expired", "failed", "abandoned", "refunded", "written_off")
CANCELLABLE = ("created", "authorized", "starting")


def stays(code: int, *statuses: str) -> set[tuple[str, int, str]]:
    return {(status, code, status) for status in statuses}


def others(*statuses: str) -> list[str]:
    return [status for status in STATUSES if status not in statuses]


BY_REQUEST: dict[str, set[tuple[str, int, str]]] = {
    "get": stays(200, *STATUSES),
    "confirm": stays(200, *STATUSES) | {("created", 200, "authorized"), ("created", 200, "failed")},
    "stop": {("charging", 200, "stopping"), ("charging", 504, "stopping")}
    | stays(200, "stopping")
    | stays(400, *others("stopping")),
    "cancel": {(status, 200, "abandoned") for status in CANCELLABLE} | stays(409, *others(*CANCELLABLE)),
    "receipt-email": stays(200, *others(*ENDED)) | stays(422, *ENDED),
    "start": stays(201, *STATUSES),
}
"""Status before, answer, status after. `start` is that of another session on the same charger."""

BY_ITSELF = {
    ("created", "authorized"),
    ("created", "failed"),
    ("created", "expired"),
    ("authorized", "starting"),
    ("authorized", "failed"),
    ("starting", "charging"),
    ("starting", "failed"),
    ("charging", "settling"),
    ("stopping", "settling"),
    ("settling", "captured"),
    ("settling", "no_charge"),
    ("settling", "capture_failed"),
    ("settling", "requires_review"),
    ("capture_failed", "captured"),
    ("capture_failed", "written_off"),
    ("captured", "refunded"),
}
"""What happens with time alone, in one scenario or another."""

BY_EVENT = {
    "paid": {("created", "created")},
    "declined": {("created", "created")},
    "webhook": {("created", "authorized"), ("created", "failed")},
    "window_over": {("created", "expired")},
    "start_sent": {("authorized", "starting")},
    "charger_refused": {("authorized", "failed"), ("stopping", "charging")},
    "charger_started": {("starting", "charging")},
    "start_timed_out": {("starting", "failed")},
    "unplugged": {("charging", "settling"), ("stopping", "settling")},
    "car_full": {("charging", "settling")},
    "hold_used_up": {("charging", "settling")},
    "charger_stopped": {("stopping", "settling")},
    "settled": {("settling", "captured"), ("settling", "no_charge")},
    "captured": {(status, "captured") for status in ("settling", "capture_failed", "requires_review")},
    "nothing_delivered": {(status, "no_charge") for status in ("settling", "requires_review")},
    "capture_failed": {("settling", "capture_failed")},
    "review": {(status, "requires_review") for status in ("settling", "capture_failed")},
    "refunded": {(status, "refunded") for status in ("captured", "requires_review")},
    "written_off": {(status, "written_off") for status in ("capture_failed", "requires_review")},
    "charger_online": {(status, status) for status in STATUSES},
    "charger_offline": {(status, status) for status in others("authorized")} | {("authorized", "failed")},
    "expire_token": {(status, "gone") for status in STATUSES},
}
"""Every event of the control plane, and each pair that it may lead over; in all others it is refused."""

ARROWS = (
    BY_ITSELF
    | {(before, after) for rows in BY_REQUEST.values() for before, _, after in rows}
    | {pair for event, pairs in BY_EVENT.items() if event != "expire_token" for pair in pairs}
)


def closure(arrows: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return every pair that any number of arrows, or none, leads over."""
    found = arrows | {(status, status) for status in STATUSES}
    for middle in STATUSES:
        ins = {before for before, after in found if after == middle}
        found |= {(before, after) for one, after in found if one == middle for before in ins}
    return found


LATER = closure(ARROWS)


# The fake.


def sessions(status: str, scenarios: tuple[str, ...] = UNLIKE) -> Iterator[tuple[FakePlugchoice, Any]]:
    """Yield a session in a status, in each of some scenarios and with every way to pay or none."""
    for code in scenarios:
        for payment in ("as it is", "paid", "declined") if status == "created" else ("as it is",):
            fake = FakePlugchoice(seed=7, rate_limit="off")
            session = fake.seed_session(status, code=code)
            yield fake, session if payment == "as it is" else session.event(payment)


def ask(fake: FakePlugchoice, session: Any, operation: str) -> int:
    """Send a request of an operation and return the status code."""
    token = session.token
    path, body = f"/v3/public-charging/sessions/{token}/{operation}", b""
    if operation == "receipt-email":
        body = b"email=driver@example.org"
    elif operation == "start":
        path, body = "/v3/public-charging/sessions", b"code=HAPPY&connector_id=1"
    elif operation == "get":
        path = path.removesuffix("/get")
    media = ((b"content-type", b"application/x-www-form-urlencoded"),)
    return answer(fake.world, Request("GET" if operation == "get" else "POST", path, media, body)).status


@pytest.mark.parametrize("operation", BY_REQUEST)
def test_a_request_leads_over_the_listed_pairs_and_over_no_other(operation):
    found = {
        (status, ask(fake, session, operation), session.status.value)
        for status in STATUSES
        for fake, session in sessions(status)
    }
    assert found == BY_REQUEST[operation]


def test_time_leads_over_the_listed_pairs_and_over_no_other():
    found = {
        (move.source, move.target)
        for status in STATUSES
        for fake, _ in sessions(status, SCENARIOS)
        for move in fake.clock.advance_to_next()
    }
    assert found == BY_ITSELF


@pytest.mark.parametrize("operation", BY_REQUEST)
def test_a_request_meets_the_session_as_what_lay_due_has_left_it(operation):
    """Two worlds alike: in one time is played and nobody asks, in the other the first to look is the request."""
    for status in {before for before, _ in BY_ITSELF}:
        twins = zip(sessions(status, SCENARIOS), sessions(status, SCENARIOS), strict=True)
        for (played, left), (fake, session) in twins:
            if played.clock.advance_to_next():
                fake.world.clock.set(played.world.clock.now())
                before = left.status.value
                assert (before, ask(fake, session, operation), session.status.value) in BY_REQUEST[operation]


@pytest.mark.parametrize("event", BY_EVENT)
def test_an_event_leads_over_its_pairs_or_is_refused(event):
    """An event leads over the listed pairs and is refused elsewhere."""
    found, refused = set(), set()
    for status in STATUSES:
        for fake, session in sessions(status, ("HAPPY", "NOENERGY")):
            try:
                session.event(event)
            except ValueError as refusal:
                refused.add((status, str(refusal).partition(";")[0]))
                assert session.status == status
            else:
                found.add((status, session.status.value if fake.sessions else "gone"))
    assert found == BY_EVENT[event]
    taken = {before for before, _ in found}
    assert refused == {(one, f"{event} can't happen to a session that is {one}") for one in others(*taken)}


def test_a_second_session_on_the_charger_is_one_of_its_own():
    for status in STATUSES:
        for fake, session in sessions(status):
            assert ask(fake, session, "start") == 201
            assert [one.status for one in fake.sessions] == [status, "created"]


# The checker.


@pytest.mark.parametrize("operation", BY_REQUEST)
def test_the_checker_takes_a_pair_exactly_if_a_way_leads_over_it(operation):
    """Of two answers, the checker takes a pair of statuses exactly if any way leads over it."""
    first = {status: success("get", status) for status in STATUSES}
    second = {status: success(operation, status) for status in STATUSES}
    taken = {
        (before, after)
        for before in STATUSES
        for after in STATUSES
        if "trace.lifecycle" not in {found.rule for found in check_trace(in_turn(first[before], second[after]))}
    }
    assert taken == LATER


def test_no_pair_is_forgotten():
    assert len(set(STATUSES)) == 15
    assert len(LATER) == 84  # counted by hand
