"""What `plugproof fuzz` keeps of a run: the exchanges, and in plain words what went wrong."""

import os
import signal
from threading import Thread

import pytest
import requests
from schemathesis.engine import events
from schemathesis.engine.run import PhaseName

from plugproof_contracts.rules.examples import failure, success
from plugproof_schemathesis.collector import Collector
from plugproof_schemathesis.fuzz_config import FuzzConfig
from plugproof_schemathesis.fuzz_run import run

TOKEN_IN_WORDS = "Max retries exceeded with url: /sessions/c4n4ryS3cr3t/stop"


def fine(request):
    return success(request.operation.name) if request.operation else failure(405, headers={"allow": "POST"})


def asked(base, *phases, paced=False):
    return FuzzConfig(base, 1, 1, paced, phases=phases or ("examples",))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (requests.ConnectionError(TOKEN_IN_WORDS), "no connection"),
        (requests.exceptions.SSLError(TOKEN_IN_WORDS), "no trust: its certificate was refused"),
        (requests.ReadTimeout(TOKEN_IN_WORDS), "no answer in time"),
        (ValueError(TOKEN_IN_WORDS), "Schemathesis gave up on an operation: ValueError"),
    ],
)
def test_a_trouble_is_told_without_its_own_words(error, words):
    harvest = Collector()
    harvest.take(events.NonFatalError(error=error, phase=PhaseName.FUZZING, label="x", related_to_operation=True))
    assert dict(harvest.problems) == {words: 1}


def test_a_mistake_of_the_engine_is_not_swallowed():
    with pytest.raises(ZeroDivisionError):
        Collector().take(events.FatalError(exception=ZeroDivisionError()))


def test_a_signal_ends_a_run_with_what_came_until_then(lying):
    before = signal.getsignal(signal.SIGINT)
    with lying(fine) as base:
        harvest = run(asked(base, "examples", "fuzzing"), lambda phase, so_far: signal.raise_signal(signal.SIGINT))
    assert harvest.problems == {"interrupted": 1}
    assert harvest.cases["examples"] > 5
    assert not harvest.cases["fuzzing"]
    assert signal.getsignal(signal.SIGINT) is before


def test_a_run_needs_no_main_thread_and_no_foreign_hooks(lying, monkeypatch):
    """A run needs no main thread and none of the hooks of others."""
    monkeypatch.setenv("SCHEMATHESIS_HOOKS", "no_such_module")
    found = []
    with lying(fine) as base:
        thread = Thread(target=lambda: found.append(run(asked(base, paced=True), lambda phase, so_far: None)))
        thread.start()
        thread.join(60)
    assert found[0].cases["examples"] > 5
    assert not found[0].problems
    assert os.environ["SCHEMATHESIS_HOOKS"] == "no_such_module"


def test_no_redirect_is_followed(lying):
    came = []

    def moved(request):
        came.append(request.url)
        return failure(302, headers={"location": "/api/v3/public-charging/chargers/HAPPY"})

    with lying(moved) as base:
        harvest = run(asked(base), lambda phase, so_far: None)
    assert {exchange.status for exchange in harvest.exchanges} == {302}
    assert len(came) == len(harvest.exchanges)


def test_a_thread_that_dies_shows_no_traceback(lying, capsys):
    def dies(phase, so_far):
        thread = Thread(target=lambda: 1 / 0)
        thread.start()
        thread.join()

    with lying(fine) as base:
        harvest = run(asked(base), dies)
    assert harvest.problems == {"Schemathesis gave up: ZeroDivisionError": 1}
    assert not capsys.readouterr().err
