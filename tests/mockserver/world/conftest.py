"""Calls of worlds with faults."""

import pytest

from plugproof_contracts import Status
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.world import pipeline


@pytest.fixture
def confirm(make_world):
    """Confirms a fresh paid session in a world with faults, and returns the reply and the session's status."""

    def run(*faults, world=None):
        world = world or make_world(rate_limit="off")
        world.faults.extend(faults)
        token = world.seed_session(Status.CREATED).token
        reply = pipeline.answer(world, Request("POST", f"/v3/public-charging/sessions/{token}/confirm"))
        return reply, world.sessions.get(token, world.clock.now()).status

    return run


@pytest.fixture
def status_of():
    """Asks for a session and returns the status of the answer."""

    def run(world, operation, token):
        method, path = ("GET", "") if operation == "get" else ("POST", f"/{operation}")
        return pipeline.answer(world, Request(method, f"/v3/public-charging/sessions/{token}{path}")).status

    return run
