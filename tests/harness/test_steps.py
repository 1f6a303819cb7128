"""Steps are written and read."""

import pytest

from plugproof_harness import BrokenLawError, client_machine
from plugproof_harness.runs.steps import FORMS, Step, parse_step
from plugproof_harness.search.shrinking import without


@pytest.mark.parametrize(
    "step",
    [
        Step("start", ("HAPPY", "1")),
        Step("start", ("HAPPY", "1", 'o\'hara "x"@example.org')),
        Step("email", ("2", "a b@example.org")),
        Step("event", ("1", "paid")),
        Step("meanwhile", ("1", "charging")),
        Step("wait", ("60",)),
        Step("next"),
        Step("fault", ("confirm", "unknown-field")),
        Step("late", ("confirm", "6")),
        Step("during", ("1", "confirm", "webhook")),
        Step("race", ("1", "confirm", "cancel")),
        Step("limit", ("get",)),
    ],
)
def test_a_step_that_is_written_can_be_read(step):
    """Whatever its arguments hold."""
    assert parse_step(str(step)) == step


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "'' is not a step; it begins with one of start, poll"),
        ("dance 1", "'dance 1' is not a step; it begins with one of start, poll"),
        ("start 'HAPPY", "is not a step"),
        ("start HAPPY", "has 1 arguments; the form is `start CODE CONNECTOR [EMAIL]`"),
        ("next 1", "has 1 arguments; the form is `next`"),
        ("start HAPPY one", "'one' in 'start HAPPY one' can't be the CONNECTOR; it must be a whole number"),
        ("poll first", "can't be the SESSION; it must be the number of a session, 1 for the first"),
        ("poll -1", "can't be the SESSION"),
        ("wait soon", "can't be the SECONDS; it must be a whole number of seconds"),
        ("event 1 sunrise", "can't be the EVENT; it must be one of paid, "),
        ("meanwhile 1 done", "can't be the STATUS; it must be one of created, authorized"),
        ("fault confirm latency", "can't be the KIND; it must be one of 500, 503"),
        ("limit all", "can't be the OPERATION; it must be one of confirm, start"),
        ("email 1 ''", "can't be the ADDRESS; it must be not empty"),
    ],
)
def test_what_is_no_step_is_told_with_what_is_allowed(text, complaint):
    """The message names the text, the word and what it may be."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - its text is looked at below
        parse_step(text)
    assert complaint in str(caught.value)


def test_every_verb_is_tried_above():
    """No verb is without a test."""
    assert set(FORMS) == {
        *("start", "poll", "confirm", "stop", "cancel", "email"),
        *("event", "meanwhile", "wait", "next", "fault", "late", "during", "race", "limit"),
    }


LIFE = ["start HAPPY 1", "start BUSY 1", "poll 1", "fault get 500", "start HAPPY 2", "event 3 paid", "poll 3"]


@pytest.mark.parametrize(
    ("left_out", "rest"),
    [
        ((), LIFE),
        ({3, 6}, ["start HAPPY 1", "start BUSY 1", "poll 1", "start HAPPY 2", "event 3 paid"]),
        ({1}, ["start HAPPY 1", "poll 1", "fault get 500", "start HAPPY 2", "event 2 paid", "poll 2"]),
        ({0, 1}, ["fault get 500", "start HAPPY 2", "event 1 paid", "poll 1"]),
        ({4}, ["start HAPPY 1", "start BUSY 1", "poll 1", "fault get 500"]),
    ],
)
def test_with_a_start_goes_all_that_is_about_its_session(left_out, rest):
    """And the sessions after it get new numbers."""
    assert [str(step) for step in without([parse_step(text) for text in LIFE], left_out)] == rest


def test_a_shorter_life_that_lacks_its_session_breaks_nothing(bent):
    """Without the wait the second start is refused as the first, and there is no session to ask for."""

    def crashes(self, session):
        raise ZeroDivisionError

    machine = client_machine(bent(poll=crashes))()
    for step in (("limit", "start"), ("start", "HAPPY", 1), ("wait", 60), ("start", "HAPPY", 1)):
        machine._do(*step)
    with pytest.raises(BrokenLawError) as caught:
        machine._do("poll", 2)
    assert "replay(Bent, ['start HAPPY 1', 'poll 1'])" in str(caught.value)
