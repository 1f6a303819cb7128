"""What is wrong with an adapter is told to who wrote it, and never blamed on the client."""

import httpx
import pytest

from plugproof_harness import Adapter, AdapterError, client_machine, replay

START = "start HAPPY 1"


@pytest.mark.parametrize(
    ("methods", "steps", "complaint"),
    [
        (
            {"start": lambda *args, **given: "handle"},
            [START],
            "start sent no request to the fake: give the client",
        ),
        (
            {"start": lambda self, *given: self.ask("POST", "/sessions", body(*given)) and None},
            [START],
            "returned None",
        ),
        ({"poll": lambda self, session: None}, [START, "poll 1"], "poll returned a NoneType without `status`"),
        ({"poll": lambda self, session: {}}, [START, "poll 1"], "poll returned a dict without `status`"),
        (
            {"poll": lambda self, session: {"state": 1}},
            [START, "poll 1"],
            "the field 'state', which a session does not",
        ),
        ({"confirm": lambda self, session: 7}, [START, "confirm 1"], "confirm returned a int without `status`"),
    ],
)
def test_a_mistake_of_an_adapter_is_told_with_what_is_allowed(bent, methods, steps, complaint):
    """It is an `AdapterError`, and never a broken law of the client."""
    with pytest.raises(AdapterError) as caught:
        replay(bent(**methods), steps)
    assert complaint in str(caught.value)


def body(code, connector_id):
    return {"code": code, "connector_id": connector_id}


class Nothing(Adapter):
    pass


class Catches(Adapter):
    unsure = "TimeoutError"

    def start(self, code, connector_id):
        pass

    def poll(self, session):
        pass


@pytest.mark.parametrize(
    ("adapter", "complaint"),
    [
        (Nothing, "Nothing has no method start and no method poll"),
        (object, "is no adapter: give a subclass of plugproof.Adapter"),
        (7, "7 is no adapter"),
        (Catches, "Catches.unsure is 'TimeoutError'; it must be a tuple of exception types"),
    ],
)
def test_what_is_no_adapter_is_refused_at_once(adapter, complaint):
    """Before any run, with what is missing."""
    with pytest.raises(AdapterError, match=complaint):
        client_machine(adapter)


def test_a_button_that_the_client_does_not_have_is_not_pressed(plain):
    """A step that presses it changes nothing."""

    class NoStop(Adapter):
        refused, unsure = plain.refused, plain.unsure
        __init__, ask, start, poll = plain.__init__, plain.ask, plain.start, plain.poll

    replay(NoStop, [START, "stop 1", "confirm 1", "email 1 a@example.org", "poll 1"])


def test_an_address_that_the_client_can_not_give_is_not_given(bent):
    """A `start` without `email` is called without it."""

    def start(self, code, connector_id):
        return self.ask("POST", "/sessions", {"code": code, "connector_id": connector_id})["session_token"]

    replay(bent(start=start), ["start HAPPY 1 a@example.org", "poll 1"])


def test_a_client_may_show_a_field_that_nobody_knows(bent):
    """The API may add a field on any day, and a client may hand it on."""
    replay(bent(), [START, "fault get unknown-field", "poll 1"])


@pytest.mark.parametrize("steps", [["poll 1"], [START, "confirm 2"], [START, "event 0 paid"]])
def test_a_session_that_was_never_started_is_told(plain, steps):
    """A step about it names the sessions that there are."""
    with pytest.raises(ValueError, match=r"there is no session \d; of \d starts these made one: (none|1)"):
        replay(plain, steps)


def test_the_world_can_be_any_that_the_fake_knows(bent):
    """The settings of `FakePlugchoice` hold, and an unknown one is refused."""
    limit = {"limits": {"start": (1, 60)}}
    seen = []
    start = bent().start

    def count(self, code, connector_id, email):
        seen.append(self.api.now())
        return start(self, code, connector_id, email)

    replay(bent(start=count), [START, "start HAPPY 1", "wait 60", START], clock="2026-03-01T00:00:00Z", **limit)
    assert [moment - seen[0] for moment in seen] == [0, 0, 60]
    with pytest.raises(TypeError, match="no setting 'colour'"):
        client_machine(bent(), colour="blue")


def test_a_client_that_breaks_a_law_is_closed_too(bent):
    """Every run ends with `close`."""
    closed = []
    adapter = bent(close=lambda self: closed.append(self), poll=lambda self, session: {"status": "captured"})
    with pytest.raises(AssertionError):
        replay(adapter, [START, "poll 1"])
    assert len(closed) == 1


class Bare(Adapter):
    """What is least: the API is there without a word about it."""

    def start(self, code, connector_id):
        return self.ask("POST", "", {"code": code, "connector_id": connector_id})["session_token"]

    def poll(self, session):
        return self.ask("GET", f"/{session}")["data"]

    def ask(self, method, path, content=None):
        url = f"{self.api.base_url}/v3/public-charging/sessions{path}"
        with httpx.Client(transport=self.api.transport()) as http:
            return http.request(method, url, json=content).json()


def test_an_adapter_without_an_init_has_the_api():
    """It finds the API in `self.api`."""
    replay(Bare, [START, "poll 1"])
