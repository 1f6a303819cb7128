"""Each law by itself, held against one call that is made by hand."""

import pytest

from plugproof_contracts import Token
from plugproof_harness import LAWS
from plugproof_harness.client.client_call import CallEnding, CallOutcome, ClientCall
from plugproof_harness.client.request_log import Arrival, ObservedRequest
from plugproof_harness.laws.client_laws import fate

MINE, OTHER = Token("a-session-of-mine"), Token("another-session")
SECOND = 1_000_000


def asked(operation="confirm", status=200, **fields):
    known = {"at": 0, "method": "POST", "path": "/x", "operation": operation, "token": MINE, "body": b""}
    known |= {
        "status": status,
        "arrival": Arrival.WHOLE,
        "session": None,
        "retry_after": None,
        "had_effect": False,
    }
    return ObservedRequest(**known | fields)


def call(
    *requests, operation="confirm", end=CallEnding.ANSWERED, value=None, error=None, arguments=None, **fields
):
    return ClientCall(operation, arguments or {}, MINE, list(requests), CallOutcome(end, value, error), **fields)


def told(status):
    return {"status": status}


LOST = {"arrival": Arrival.LOST}
GET = asked("get", session=told("charging"))
SENT = b'{"code": "HAPPY", "connector_id": 1}'
OVER, GOING = told("captured"), told("charging")

CALLS = [
    ("client.survives", call(end=CallEnding.CRASHED, error=ValueError()), 1),
    ("client.survives", call(end=CallEnding.REFUSED, error=ValueError()), 0),
    ("client.ends", call(end=CallEnding.NEVER), 1),
    ("request.known", call(asked(None), asked("get"), asked(None)), 2),
    ("request.faithful", call(asked("stop")), 1),
    ("request.faithful", call(asked("get"), asked("charger"), asked(None)), 0),
    ("request.faithful", call(asked(token=OTHER)), 1),
    ("request.faithful", call(asked(token=None)), 0),
    ("request.faithful", call(asked("start", token=OTHER), operation="start"), 0),
    ("request.faithful", call(asked("start", token=OTHER, body=b"{}")), 1),
    ("request.faithful", call(asked("start", body=SENT), operation="start", arguments={"code": "happy"}), 0),
    ("request.faithful", call(asked("start", body=SENT), operation="start", arguments={"code": "OTHER"}), 1),
    ("request.faithful", call(asked("start", body=SENT), operation="start", arguments={"connector_id": 2}), 1),
    ("request.faithful", call(asked("start", body=b"[]"), operation="start", arguments={"connector_id": 1}), 1),
    ("request.faithful", call(asked("start", body=b"x=1"), operation="start", arguments={"connector_id": 1}), 1),
    ("request.faithful", call(asked("start", body=b"x=1"), operation="start"), 0),
    ("limit.waits", call(asked(status=429, retry_after=2), asked(at=2 * SECOND - 1)), 1),
    ("limit.waits", call(asked(status=429, retry_after=2), asked(at=2 * SECOND)), 0),
    ("limit.waits", call(asked(status=429, retry_after=2), asked("get", at=1)), 0),
    ("limit.waits", call(asked(status=429), asked(at=1)), 0),
    ("limit.waits", call(asked(status=429, retry_after=2, **LOST), asked(at=1)), 0),
    ("limit.waits", call(asked(status=503, retry_after=2), asked(at=1)), 0),
    ("confirm.not-repeated-blindly", call(asked(**LOST), asked()), 1),
    ("confirm.not-repeated-blindly", call(asked(status=500), asked()), 1),
    ("confirm.not-repeated-blindly", call(asked(status=499), asked()), 0),
    ("confirm.not-repeated-blindly", call(asked(**LOST), GET, asked()), 0),
    ("confirm.not-repeated-blindly", call(asked(**LOST), asked("charger"), asked()), 1),
    ("confirm.not-repeated-blindly", call(asked(**LOST), asked("get", **LOST), asked()), 1),
    ("confirm.not-repeated-blindly", call(asked(**LOST), asked(), asked()), 1),
    ("start.true", call(asked("start"), operation="start"), 1),
    ("start.true", call(asked("start"), operation="start", end=CallEnding.REFUSED), 0),
    ("start.true", call(asked("start"), asked("start", session=GOING), operation="start"), 0),
    ("start.true", call(GET, operation="start"), 1),
    ("view.true", call(GET, value=GOING, truth=GOING), 0),
    ("view.true", call(GET, value=OVER, truth=GOING), 1),
    ("view.true", call(GET, value=OVER, truth=OVER), 0),
    ("view.true", call(GET, value=GOING, truth=OVER), 0),
    ("view.true", call(GET, value=OVER, truth=GOING, end=CallEnding.UNSURE), 0),
    ("view.true", call(GET, value=OVER, truth=GOING, operation="start"), 0),
    ("view.true", call(value=GOING, known_before=GOING, truth=OVER), 1),
    ("view.true", call(value=GOING, known_before=GOING, truth=dict(GOING)), 0),
    ("view.true", call(value=GOING, known_before=GOING), 1),
    ("view.true", call(value=OVER, known_before=OVER), 0),
    ("view.true", call(value=GOING), 1),
    ("view.true", call(asked("get", 404), value=GOING, known_before=GOING, truth=GOING), 1),
    ("view.true", call(asked("get", 404), value=OVER, known_before=OVER), 0),
    ("view.true", call(asked("get", 404), asked("get", **LOST), value=GOING, truth=GOING), 1),
    ("view.true", call(asked("get", 404), GET, value=GOING, truth=GOING), 0),
    ("view.true", call(asked("get", 404, **LOST), value=GOING, truth=GOING), 0),
    ("view.given", call(asked(session=GOING), end=CallEnding.REFUSED), 1),
    ("view.given", call(asked(session=GOING), end=CallEnding.UNSURE), 1),
    ("view.given", call(asked(session=GOING)), 0),
    ("view.given", call(end=CallEnding.REFUSED), 0),
    ("view.given", call(GET, end=CallEnding.REFUSED), 0),
    ("view.given", call(asked(session=GOING), asked(), end=CallEnding.REFUSED), 0),
    *[
        ("view.given", call(asked(session=told(status)), end=CallEnding.REFUSED), 0)
        for status in ("failed", "expired", "abandoned")
    ],
    (
        "view.given",
        call(asked("cancel", session=told("abandoned")), operation="cancel", end=CallEnding.REFUSED),
        1,
    ),
    ("refusal.true", call(asked(had_effect=True, **LOST), end=CallEnding.REFUSED), 1),
    ("refusal.true", call(asked(had_effect=True, status=500), end=CallEnding.REFUSED), 1),
    ("refusal.true", call(asked(had_effect=True, **LOST), end=CallEnding.UNSURE), 0),
    ("refusal.true", call(asked(had_effect=False, **LOST), end=CallEnding.REFUSED), 0),
    ("refusal.true", call(asked(had_effect=True, **LOST), GET, end=CallEnding.REFUSED), 0),
    ("refusal.true", call(asked(had_effect=True), asked(**LOST), end=CallEnding.REFUSED), 0),
    ("refusal.true", call(end=CallEnding.REFUSED), 0),
]


@pytest.mark.parametrize(("law", "one", "complaints"), CALLS)
def test_a_law_finds_what_it_is_for_and_nothing_else(law, one, complaints):
    """One call each, with as many complaints as there should be."""
    assert len(list(LAWS[law].find(one))) == complaints


def test_a_wait_that_was_too_short_is_told_in_seconds():
    """Both what was asked for and what was waited."""
    (told,) = LAWS["limit.waits"].find(
        call(asked(status=429, retry_after=9, at=SECOND), asked(at=5 * SECOND // 2))
    )
    assert told == "it was to wait 9 s, and sent confirm again after 1.5 s"


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (asked(), "200"),
        (GET, "200 charging"),
        (asked(status=429, retry_after=9), "429, retry after 9 s"),
        (asked(**LOST), "lost"),
        (asked(arrival=Arrival.GARBLED), "garbled"),
    ],
)
def test_the_fate_of_a_request_in_words(one, words):
    """As its client sees it."""
    assert fate(one) == words


def test_failures_of_one_law_are_told_apart_by_their_place():
    """Two crashes at two lines are two failures."""
    law = LAWS["view.true"]
    assert law.error("a") is law.error("a")
    assert law.error("a") is not law.error("b")
    assert law.error("a").__name__ == "ViewTrueError"
    assert LAWS["confirm.not-repeated-blindly"].error().__name__ == "ConfirmNotRepeatedBlindlyError"
