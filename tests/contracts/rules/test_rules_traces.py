"""Where a rule on several answers begins to speak, and where it is another's turn."""

import pytest

from plugproof_contracts import check_trace
from plugproof_contracts.rules.examples import PAYMENT, failure, in_turn, refusal, success

PRICING = {"currency": "EUR", "price_per_kwh": 45, "start_fee": 50}
CHARGER = {"public_code": "HAPPY", "name": "Quay 4", "online": True}
AUTHORIZED = success("get", "authorized")
LIMIT, REMAINING = "x-ratelimit-limit", "x-ratelimit-remaining"


def found(slug, exchanges):
    return [one.position for one in check_trace(exchanges) if one.rule == slug]


def confirms(*lefts, every=1.0, start=0.0, sent=True, dated=True):
    """Confirms that were let in, at equal distances, with so many left after each."""
    made = [success("confirm", after=start + n * every, remaining=left) for n, left in enumerate(lefts)]
    return [known(one, sent=sent, dated=dated) for one in made]


def known(one, *, sent=True, dated=True):
    """The same answer, as who does not know when it was sent or given has it."""
    headers = {name: value for name, value in one.headers if dated or name != "date"}
    return one.replace(headers=headers, at=one.at if sent else None)


def refused(wait, after, operation="confirm"):
    return refusal(wait, operation=operation, after=after)


def starts(*shown):
    """Starts that were let in a second apart, with limit and what is left as each shows them."""
    return [
        success("start", "created", after=n, remaining=left, headers={LIMIT: limit})
        for n, (limit, left) in enumerate(shown)
    ]


LIVES = [
    ("trace.amounts-never-fall", [success(cost_amount=0), success(cost_amount=None)], [1]),
    ("trace.amounts-never-fall", [success(), success("get", "no_charge", cost_amount=0)], []),
    ("trace.amounts-never-fall", [success(), success("get", "failed"), success("get", "failed")], []),
    ("trace.energy-never-falls", [success(energy_kwh="0.000"), success(energy_kwh=None)], [1]),
    ("trace.energy-never-falls", [success(), success("get", "no_charge", energy_kwh=None)], []),
    ("trace.same-session", [success(), success(pricing=PRICING | {"start_fee": 51})], [1]),
    ("trace.same-session", [success(), success(pricing=PRICING | {"price_per_kwh": 46})], [1]),
    ("trace.same-session", [success(), success(charger=CHARGER | {"name": "Quay 5", "online": False})], []),
    ("trace.timestamps-stay", [success(created_at="soon"), success(created_at="later")], [1]),
    ("trace.timestamps-stay", [success(), success(), success(charging_started_at=None), success()], [2]),
    ("trace.energy-never-falls", [success(energy_kwh="x"), success(energy_kwh="1"), success(energy_kwh="y")], []),
    ("trace.energy-never-falls", [*[success(energy_kwh=text) for text in "211"]], [1, 2]),
    ("trace.confirm-again", [success("confirm", "authorized"), success("get", amount_authorized=1)], []),
    ("trace.confirm-again", [failure(409, operation="confirm"), success("confirm", "authorized")], []),
    ("trace.confirm-again", [success("confirm", "authorized"), failure(400, operation="confirm")], [1]),
    ("trace.confirm-again", [success("confirm", "authorized"), failure(422, operation="confirm")], [1]),
    ("trace.confirm-again", [success("confirm", "authorized"), failure(429, operation="confirm")], []),
    ("trace.confirm-again", [success(), success("confirm", "authorized"), failure(409, operation="confirm")], [2]),
    ("trace.energy-never-falls", [success(energy_kwh="0.5"), success(energy_kwh="0.6")], []),
    ("trace.cancel-in-time", [success(), success("get", "settling"), failure(409, operation="cancel")], []),
    ("trace.cancel-while-possible",
     [success("get", "charging"), failure(409, operation="cancel"), success("get", "created")], []),
    ("trace.cancel-while-possible",
     [failure(409, operation="cancel"), success("get", "created"), success("get", "created")], [0]),
    ("trace.cancel-while-possible", [failure(404, operation="cancel"), success("get", "created")], []),
    ("trace.cost-within-hold", [AUTHORIZED, success(amount_authorized=4000, cost_amount=5001)], []),
    ("trace.cost-within-hold", [success("get", "created"), success(amount_authorized=None, cost_amount=9)], []),
    ("trace.cost-within-hold", [AUTHORIZED, success(amount_authorized=None, cost_amount=None)], []),
    ("trace.token-stays-gone", [failure(500), success(), failure(404)], []),
    ("trace.token-stays-gone", [failure(404), success(), success()], [1]),
    ("trace.token-stays-gone", [failure(404), failure(500), success()], [2]),
    ("trace.token-stays-gone", [failure(404), failure(400, operation="stop")], [1]),
    ("trace.token-stays-gone", [failure(404), failure(422, operation="receipt-email")], []),
    ("trace.token-stays-gone", [failure(404), failure(409, operation="stop")], []),
    ("trace.token-stays-gone", [failure(404).replace(method="PUT"), success(), failure(404)], []),
    ("trace.payment-stays-gone", [success("get", "authorized"), success("start", "created")], []),
    ("trace.payment-stays-gone", [success("get", "authorized"), *[success("get", "created")] * 2], [1, 2]),
    ("trace.payment-stays-gone", [success("get", "created"), success("get", "created", payment=PAYMENT)], []),
]  # fmt: skip


@pytest.mark.parametrize(("slug", "exchanges", "positions"), LIVES)
def test_a_rule_on_a_life_tells_each_breach_once_and_where(slug, exchanges, positions):
    assert found(slug, in_turn(*exchanges)) == positions


COUNTS_DOWN, DUE, NOT_DUE = (
    "ratelimit.counts-down",
    "ratelimit.refuses-when-due",
    "ratelimit.refuses-only-when-due",
)
IS_TRUE, MATCHES = "ratelimit.retry-after-is-true", "ratelimit.retry-matches-window"

WINDOWS = [
    ("ratelimit.refuses-when-due", starts(("3", 2), ("20", 0), ("3", 0)), []),
    ("ratelimit.refuses-when-due", starts(("3", 2), ("20", 0), ("3", 0), ("3", 0)), [3]),
    ("ratelimit.counts-down", starts(("2", 1), ("3", 1)), []),
    ("ratelimit.counts-down", starts(("20", 2), ("3", 2)), [1]),
    # A window is known from its first answer on, and for a minute less what a request may take.
    (COUNTS_DOWN, confirms(9, 9, every=53), [1]),
    (COUNTS_DOWN, confirms(9, 9, every=54), []),
    (COUNTS_DOWN, confirms(9, 9, every=28, sent=False), [1]),
    (COUNTS_DOWN, confirms(9, 9, every=29, sent=False), []),
    (COUNTS_DOWN, confirms(9, 9, every=54, dated=False), [1]),
    (COUNTS_DOWN, confirms(9, 9, every=55, dated=False), []),
    (COUNTS_DOWN, confirms(9, 9, dated=False, sent=False), []),
    (COUNTS_DOWN, confirms(8, 8), []),
    (COUNTS_DOWN, confirms(9, 8, 8), [2]),
    (COUNTS_DOWN, confirms(9, 0, 0), []),
    (COUNTS_DOWN, confirms(9, 5, 6), [2]),
    (COUNTS_DOWN, confirms(9, 5, 6, every=0.9), []),
    (COUNTS_DOWN, confirms(9, 5, 6, sent=False), []),
    (COUNTS_DOWN, confirms(9, 5, 6, 4), [2]),
    (COUNTS_DOWN, [*confirms(9), refused(59, 1), *confirms(9, start=2)], [2]),
    (COUNTS_DOWN, [refusal(30, operation="confirm", x_ratelimit_remaining="9"), *confirms(8, 8, start=1)], []),
    (COUNTS_DOWN, [*confirms(9), refused(59, 1), *confirms(8, start=2)], []),
    (COUNTS_DOWN, [*confirms(9), success("confirm", after=1, without=REMAINING), *confirms(9, start=2)], [2]),
    (COUNTS_DOWN, [*confirms(9), *confirms(5, start=1, sent=False), *confirms(6, start=9)], []),
    (COUNTS_DOWN, [*confirms(9, sent=False), *confirms(9, start=1)], [1]),
    # Two requests may have been handled in another order than they were noted, by a second and no more.
    (COUNTS_DOWN, [*confirms(9, start=1, dated=False), *confirms(9, dated=False)], [1]),
    (COUNTS_DOWN, [*confirms(9, start=1.1, dated=False), *confirms(9, dated=False)], []),
    (COUNTS_DOWN, [*confirms(9, start=2), *confirms(9)], []),
    # Whoever comes within a second of an opener may have been counted in the window before, if there was one.
    (MATCHES, [*confirms(3), *confirms(9, start=60.1), refused(1, 61)], []),
    (MATCHES, [*confirms(3), *confirms(9, start=60.1), refused(1, 61.1)], [2]),
    (MATCHES, [*confirms(9), refused(1, 0.1)], [1]),
    (MATCHES, [known(one, sent=False) for one in (*confirms(3), *confirms(9, start=61), refused(1, 62))], []),
    (MATCHES, [known(one, sent=False) for one in (*confirms(3), *confirms(9, start=61), refused(1, 63))], [2]),
    # None is let in once none is left; two windows hold twice the limit.
    (DUE, confirms(9, 0, 0, 0), [2, 3]),
    (DUE, confirms(8, 0, 0, 0), []),
    (DUE, confirms(*[None] * 20, every=2), []),
    (DUE, [one.replace(headers=dict(one.headers) | {LIMIT: "2"}) for one in confirms(1, 0, 0)], [2]),
    (DUE, [one.replace(headers=dict(one.headers) | {LIMIT: "1"}) for one in confirms(0, 0)], []),
    (DUE, [one.replace(headers={LIMIT: "10"}) for one in confirms(*range(21), every=2)], [20]),
    (DUE, [one.replace(headers={}) for one in confirms(*range(22), every=2)], [20]),
    (DUE, [one.replace(headers={LIMIT: "20"}) for one in confirms(*range(40), every=1)], []),
    (DUE, [one.replace(headers={}) for one in confirms(*range(21), every=2.75)], []),
    # Nobody is let in before the wait is over, unless something was left.
    (DUE, [refused(30, 0), *confirms(0, start=23)], [1]),
    (DUE, [refused(30, 0), *confirms(0, start=24)], []),
    (DUE, [known(one, dated=False) for one in (refused(30, 0), *confirms(0, start=24))], [1]),
    (DUE, [known(one, dated=False) for one in (refused(30, 0), *confirms(0, start=25))], []),
    (DUE, [refused(30, 0), *confirms(0, start=0.9)], []),
    (DUE, [refused(30, 0), *confirms(0, start=1)], [1]),
    (DUE, [refused(30, 0), *confirms(0, start=9, sent=False)], []),
    (DUE, [refused(30, 0), *confirms(0, 0, start=9)], [1]),
    (DUE, [refused(30, 0, "start"), success("start", "created", after=9, remaining=0)], []),
    (NOT_DUE, [refused(30, 0), *confirms(4, start=23)], [0]),
    (NOT_DUE, [refused(30, 0), *confirms(4, start=24)], []),
    (NOT_DUE, [refused(30, 0), *confirms(0, start=23)], []),
    (NOT_DUE, [refusal(operation="confirm", without="retry-after"), *confirms(4, start=9)], []),
    (NOT_DUE, [known(one, sent=False, dated=False) for one in (refused(30, 0), *confirms(4, start=9))], []),
    (NOT_DUE, [refused(60, 0), refused(50, 10), *confirms(4, 3, start=12)], [1]),
    # Who waited is refused only for another window, which ends a minute after it began.
    (IS_TRUE, [refused(10, 0), refused(50, 14)], [1]),
    (IS_TRUE, [refused(10, 0), refused(57, 12)], []),
    (IS_TRUE, [refused(10, 0), refused(50, 13)], []),
    (IS_TRUE, [refused(10, 0), refused(50, 16)], [1]),
    (IS_TRUE, [refused(10, 0), refused(51, 16)], []),
    (IS_TRUE, [refused(10, 0, "start"), refused(10, 0), refused(10, 20, "start")], []),
    (IS_TRUE, [refusal(operation="confirm", without="retry-after"), refused(10, 20)], []),
    (IS_TRUE, [refused(10, 0), refusal(operation="confirm", without="retry-after", after=20)], []),
    (IS_TRUE, [known(one, sent=False, dated=False) for one in (refused(10, 0), refused(10, 20))], []),
    (IS_TRUE, [refused(10, 0), *confirms(9, start=11), refused(10, 20)], [2]),
    # A refusal within a window that is known ends it a minute after it began.
    (MATCHES, [*confirms(9), refused(57, 10)], [1]),
    (MATCHES, [*confirms(9), refused(56, 10)], []),
    (MATCHES, [*confirms(9), refused(44, 10)], []),
    (MATCHES, [*confirms(9), refused(43, 10)], [1]),
    (MATCHES, [known(one, sent=False) for one in (*confirms(9), refused(57, 10))], [1]),
    (MATCHES, [known(one, sent=False) for one in (*confirms(9), refused(56, 10))], []),
    (MATCHES, [known(one, sent=False) for one in (*confirms(9), refused(19, 10))], []),
    (MATCHES, [known(one, sent=False) for one in (*confirms(9), refused(18, 10))], [1]),
    (MATCHES, [success("start", "created"), refused(50, 10), refused(3600, 10, "start")], []),
    (MATCHES, [*confirms(9), refusal(operation="confirm", without="retry-after", after=10)], []),
    (MATCHES, [*confirms(9), success("confirm", after=1, headers={"retry-after": "3600"}), refused(50, 10)], []),
]


@pytest.mark.parametrize(("slug", "exchanges", "positions"), WINDOWS)
def test_a_rule_on_windows_speaks_up_to_its_edge_and_not_beyond(slug, exchanges, positions):
    assert found(slug, exchanges) == positions


ALIKE = "errors.not-found-alike"


@pytest.mark.parametrize(
    ("exchanges", "positions"),
    [
        ([failure(404), failure(404, without=REMAINING)], [1]),
        ([failure(404), failure(404, headers={LIMIT: "31"})], [1]),
        ([failure(404), failure(404, headers={REMAINING: "7"})], []),
        ([failure(404), failure(404, headers={"server": "other"})], []),
        ([failure(404), failure(404).replace(body=None), failure(404)], []),
        ([failure(404), failure(404, "No.", accept="*/*"), failure(404, "No.")], [2]),
        ([failure(404, operation="charger"), failure(404, "No.", operation="charger")], []),
        ([failure(404), failure(404, "No.").replace(method="PUT")], []),
        ([failure(404).replace(method="PUT"), failure(404, "No.").replace(method="PUT"), failure(404)], []),
        ([failure(404), failure(409, operation="cancel"), failure(404, "No.", operation="cancel")], []),
    ],
)
def test_two_404s_of_one_operation_are_alike(exchanges, positions):
    """A difference between two 404s of one operation that could tell of a token is a breach."""
    assert found(ALIKE, in_turn(*exchanges)) == positions
