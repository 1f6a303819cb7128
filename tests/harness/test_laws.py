"""Each law with clients that break it and clients that keep it, in a life of a few steps."""

import httpx
import pytest

from plugproof_harness import LAWS, BrokenLawError, replay

START = "start HAPPY 1"


def again(operation: str, *, looks: bool = False, waits: float = 0):
    """Return a method that sends a request twice, whatever came of the first."""

    def press(self, session):
        for is_last in (False, True):
            try:
                self.ask("POST", f"/sessions/{session}/{operation}")
            except Exception:
                if is_last:
                    raise
            if looks and not is_last:
                self.poll(session)
            if waits and not is_last:
                self.api.sleep(waits)
        return self.poll(session)

    return press


def endless(self, session):
    while True:
        try:
            return self.ask("GET", f"/sessions/{session}/never")
        except Exception:
            continue


def sleepy(self, session):
    while True:
        self.api.sleep(3600)


def shows(**fields):
    return lambda self, session: self.poll(session) | fields


def refuses(operation):
    def press(self, session):
        try:
            return self.ask("POST", f"/sessions/{session}/{operation}")["data"]
        except Exception as error:
            raise self.refused[0] from error

    return press


def blind(self, session):
    """Show what is wished for, without looking."""
    self.http.post(f"/sessions/{session}/confirm")
    return {"status": "authorized"}


def remembers(self, session):
    """Show the last that was heard, whatever becomes of asking."""
    memory = self.__dict__.setdefault("memory", {})
    try:
        memory[session] = self.ask("GET", f"/sessions/{session}")["data"]
    except Exception:
        if session not in memory:
            raise
    return memory[session]


def posts_a_form(self, code, connector_id, email):
    self.http.post("/sessions", data={"code": code, "connector_id": connector_id})
    raise self.unsure[0]


def other_session(self, session):
    self.__dict__.setdefault("first", session)
    return self.ask("GET", f"/sessions/{self.first}")["data"]


def made_up(self, code, connector_id, email):
    try:
        return self.ask("POST", "/sessions", {"code": code, "connector_id": connector_id, "email": email})
    except Exception:
        return "a draft"


def sends(**changes):
    def start(self, code, connector_id, email):
        body = {"code": code, "connector_id": connector_id, "email": email} | changes
        return self.ask("POST", "/sessions", {name: value for name, value in body.items() if value != "none"})[
            "session_token"
        ]

    return start


def shouts(self, session, email):
    return self.ask("POST", f"/sessions/{session}/receipt-email", {"email": email.upper()})["data"]


def refuses_anyway(self, session):
    self.http.post(f"/sessions/{session}/cancel")
    raise self.refused[0]


def declines(self, session):
    self.http.post(f"/sessions/{session}/confirm")
    raise self.refused[0]


def stops_instead(self, session):
    return self.ask("POST", f"/sessions/{session}/stop")["data"]


def crashes(self, session):
    raise ZeroDivisionError


LOST = "fault confirm reset"
BROKEN = [
    ("client.survives", {"poll": crashes}, [START, "poll 1"]),
    ("client.survives", {"unsure": ()}, [START, "fault get reset", "poll 1"]),
    ("client.ends", {"poll": endless}, [START, "poll 1"]),
    ("client.ends", {"poll": sleepy}, [START, "poll 1"]),
    ("request.known", {"poll": lambda self, session: self.ask("GET", "/session")}, [START, "poll 1"]),
    ("request.known", {"poll": lambda self, session: self.ask("PUT", "/sessions")}, [START, "poll 1"]),
    ("request.faithful", {"cancel": stops_instead}, [START, "cancel 1"]),
    ("request.faithful", {"poll": other_session}, [START, "poll 1", START, "poll 2"]),
    ("request.faithful", {"start": sends(connector_id=2)}, [START]),
    ("request.faithful", {"start": sends(code="NULLS")}, [START]),
    ("request.faithful", {"start": sends(email="none")}, ["start HAPPY 1 a@example.org"]),
    ("request.faithful", {"set_email": shouts}, [START, "email 1 a@example.org"]),
    ("request.faithful", {"start": posts_a_form}, [START]),
    ("limit.waits", {"confirm": again("confirm")}, [START, "limit confirm", "confirm 1"]),
    ("limit.waits", {"confirm": again("confirm", waits=59.9)}, [START, "limit confirm", "confirm 1"]),
    *(
        (
            "confirm.not-repeated-blindly",
            {"confirm": again("confirm")},
            [START, f"fault confirm {kind}", "confirm 1"],
        )
        for kind in ("reset", "empty", "truncate", "malformed", "html", "500", "503", "504")
    ),
    ("start.true", {"start": made_up}, ["start BUSY 1"]),
    ("start.true", {"start": made_up}, ["fault start reset", START]),
    ("view.true", {"confirm": blind}, ["start DECLINED 1", "confirm 1"]),
    ("view.true", {"confirm": blind}, [START, "fault confirm 500", "confirm 1"]),
    ("view.true", {"confirm": shows(cost_amount=0)}, [START, "confirm 1"]),
    ("view.true", {"poll": remembers}, [START, "poll 1", "meanwhile 1 charging", "fault get reset", "poll 1"]),
    ("view.true", {"confirm": shows(driver_email=1.5)}, ["start HAPPY 1 a@example.org", "confirm 1"]),
    ("view.true", {"poll": remembers}, [START, "poll 1", "event 1 expire_token", "poll 1"]),
    ("view.true", {"poll": remembers}, [START, "poll 1", "event 1 expire_token", "fault get reset", "poll 1"]),
    ("view.given", {"cancel": refuses_anyway}, [START, "cancel 1"]),
    ("view.given", {"confirm": declines}, [START, "confirm 1"]),
    ("refusal.true", {"cancel": refuses("cancel")}, [START, "fault cancel truncate", "cancel 1"]),
    ("refusal.true", {"stop": refuses("stop")}, ["start SLOW 1", "meanwhile 1 charging", "stop 1"]),
]
KEPT = [
    ({}, [START, "fault get reset", "poll 1"]),
    ({}, [START, "confirm 1", "meanwhile 1 charging", "wait 600", "stop 1", "next", "next", "poll 1", "poll 1"]),
    ({}, ["start NULLS 1 a@example.org", "confirm 1", "next", "next", "poll 1", "cancel 1", "stop 1"]),
    ({}, ["start happy 1", "email 1 a@example.org", "event 1 expire_token", "poll 1", "confirm 1"]),
    ({"start": sends(code="happy")}, [START]),
    ({"confirm": again("confirm")}, [START, "confirm 1"]),
    ({"confirm": again("confirm", waits=60)}, [START, "limit confirm", "confirm 1"]),
    ({"confirm": again("confirm", looks=True)}, [START, LOST, "confirm 1"]),
    ({"confirm": declines}, ["start DECLINED 1", "confirm 1"]),
    ({"cancel": again("cancel")}, [START, "fault cancel reset", "cancel 1"]),
    ({"poll": remembers}, [START, "poll 1", "fault get reset", "poll 1"]),
    ({"poll": remembers}, [START, "cancel 1", "poll 1", "event 1 expire_token", "poll 1"]),
    ({"cancel": refuses("cancel")}, [START, "fault cancel 500", "cancel 1"]),
    ({"stop": refuses("stop")}, [START, "meanwhile 1 charging", "fault stop 503", "stop 1"]),
]


@pytest.mark.parametrize(("law", "methods", "steps"), BROKEN)
def test_a_broken_law_is_reported(bent, law, methods, steps):
    """With its name, the step and a line that repeats the run."""
    with pytest.raises(BrokenLawError) as caught:
        replay(bent(**methods), steps)
    assert str(caught.value).startswith(f"{law}: in `{steps[-1]}` the client broke a law: ")
    assert f"replay(Bent, {steps})" in str(caught.value)


@pytest.mark.parametrize(("methods", "steps"), KEPT)
def test_a_client_that_keeps_the_laws_is_left_alone(bent, methods, steps):
    """What a good client may do breaks nothing."""
    replay(bent(**methods), steps)


def test_every_law_has_a_client_that_breaks_it():
    """No law is without a test."""
    assert {law for law, _, _ in BROKEN} == set(LAWS)


def test_a_report_has_no_token_in_it(bent):
    """Not even when the exception of the client has."""

    def crash(self, session):
        raise httpx.InvalidURL(f"can't ask for /sessions/{session}/confirm") from ValueError(session)

    said = []

    def listen(self, session):
        said.append(session)
        return crash(self, session)

    with pytest.raises(BrokenLawError) as caught:
        replay(bent(poll=listen), [START, "event 1 expire_token", "poll 1"])
    assert "can't ask for /sessions/" in str(caught.value)
    chain = [caught.value, caught.value.__cause__, caught.value.__context__]
    shown = [
        repr(caught.value),
        *(repr(entry.frame.f_locals) for entry in caught.traceback if "plugproof_harness" in str(entry.path)),
    ]
    assert said[0] not in "".join(map(str, [*chain, *shown]))
