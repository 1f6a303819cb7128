"""Simulated runs have two sessions and races, and are the same for the same seed."""

import pytest
from tests.harness.async_client import CarefulAsync

from plugproof_harness import BrokenLawError, replay, simulate
from plugproof_harness.simulation.scripts import script

RUNS = 60


@pytest.fixture(scope="module")
def careful(examples):
    return examples.adapter.ScanToPayAdapter


def test_the_same_seed_brings_the_same_steps():
    """A run is drawn from its seed and its number, and from nothing else."""
    first = [script(7, number, 20) for number in range(20)]
    assert first == [script(7, number, 20) for number in range(20)]
    assert first != [script(8, number, 20) for number in range(20)]
    verbs = {step.verb for steps in first for step in steps}
    assert verbs >= {"start", "race", "during", "late", "fault", "limit", "meanwhile", "wait"}


def test_a_good_client_is_simulated_without_a_false_alarm(careful):
    """Races, late answers and events in between break no law of a client that takes care."""
    for adapter in (careful, CarefulAsync):
        assert simulate(adapter, RUNS, seed=3) == (3, RUNS, None, None)


def test_a_bug_is_found_in_the_same_run_with_the_same_steps(examples, careful):
    """What a simulation finds is told in the shortest run, twice the same, and can be repeated."""
    bent = type("ScanToPayAdapter", (careful,), {"client": examples.careless.ExpectsABill})
    first, second = (simulate(bent, RUNS, seed=1) for _ in range(2))
    assert first == second
    with pytest.raises(BrokenLawError, match=f"^{first.failure.law}"):
        replay(bent, first.failure.steps)


def test_a_client_that_mixes_up_two_presses_is_found_by_a_race(bent):
    """It keeps what it was last told in one place, which another press has taken meanwhile."""

    def confirm(self, session):
        self.last = self.ask("POST", f"/sessions/{session}/confirm")["data"]
        return self.last

    def cancel(self, session):
        self.wanted = "cancelled"
        return self.ask("POST", f"/sessions/{session}/cancel")["data"]

    def poll(self, session):
        self.wanted = None
        found = self.ask("GET", f"/sessions/{session}")["data"]
        return found | {"status": "abandoned"} if self.wanted else found

    client = bent(confirm=confirm, cancel=cancel, poll=poll)
    replay(client, ["start HAPPY 1", "poll 1", "cancel 1", "poll 1"])
    replay(client, ["start HAPPY 1", "race 1 poll confirm"])
    with pytest.raises(BrokenLawError, match=r"^view\.true: in `race 1 poll cancel`"):
        replay(client, ["start HAPPY 1", "meanwhile 1 charging", "race 1 poll cancel"])


def test_what_the_other_press_of_a_race_breaks_is_told(bent):
    """It is raised when both are done, and never inside the client, which might catch it."""
    client = bent(cancel=lambda self, session: 1 / 0)
    with pytest.raises(BrokenLawError, match=r"^client\.survives"):
        replay(client, ["start HAPPY 1", "race 1 poll cancel"])


def test_a_late_answer_has_not_reached_a_client_that_gave_up(bent):
    """What it was told meanwhile is not held against it, and time has passed."""
    seen = []

    def poll(self, session):
        seen.append(self.api.now())
        return self.ask("GET", f"/sessions/{session}")["data"]

    replay(bent(poll=poll), ["start HAPPY 1", "late get 40", "poll 1", "late get 2", "poll 1", "poll 1"])
    assert [moment - seen[0] for moment in seen] == [0, 5, 7]


def test_an_event_during_an_answer_happens_after_its_request(bent):
    """The client shows what it was told, although the webhook has moved the session since."""
    steps = ["start UNPAID 1", "during 1 get webhook", "poll 1", "poll 1"]
    shown = []

    def poll(self, session):
        shown.append(self.ask("GET", f"/sessions/{session}")["data"])
        return shown[-1]

    replay(bent(poll=poll), steps)
    assert [one["status"] for one in shown] == ["created", "authorized"]
