"""The console of a world with ten thousand sessions: one page of them is in the document, and search finds one."""

import pytest
from playwright.sync_api import expect

from plugproof_contracts import Status
from plugproof_mockserver.browser.pages_app import pages
from plugproof_mockserver.control.control_app import control_app
from plugproof_mockserver.faces.asgi import App
from plugproof_mockserver.faces.host_allowlist import HostAllowlist
from plugproof_mockserver.faces.uvicorn_server import bind, serving
from plugproof_mockserver.model.timestamps import parse
from plugproof_mockserver.world.nouns.clock import Clock
from plugproof_mockserver.world.registries.registry import WorldRegistry
from plugproof_mockserver.world.world import World

MANY = 10_000
NOON = parse("2026-01-10T12:00:00Z")
PAGE = 50


@pytest.fixture(scope="module")
def full_fake():
    """The address of a fake in which so many sessions charge, and one of the oldest was captured."""
    worlds = WorldRegistry(lambda name: World(clock=Clock(NOON, speed=0), name=name))
    app = App(worlds, hosts=HostAllowlist(), control=control_app(), pages=pages())
    for place in range(MANY):
        worlds.default.seed_session(Status.CAPTURED if place == 7 else Status.CHARGING)
    with bind("127.0.0.1", 0) as listener, serving(app, listener):
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def assert_rows(page, first, last, total=MANY):
    """Wait until the page tells that it shows these, and has a row for each."""
    expect(page.locator("#page")).to_have_text(f"{first} to {last} of {total}")
    expect(page.locator("#sessions tr")).to_have_count(last - first + 1)


def test_ten_thousand_sessions_are_paged_and_searched(page, full_fake):
    """List, next page, back and search: never more than one page of rows."""
    page.goto(f"{full_fake}/_plugproof/")
    assert_rows(page, 1, PAGE)
    page.get_by_role("button", name="Older").click()
    assert_rows(page, PAGE + 1, 2 * PAGE)
    page.get_by_role("button", name="Newer").click()
    assert_rows(page, 1, PAGE)
    page.locator("#find").fill("captured")
    expect(page.locator("#count")).to_have_text("· 1")
    expect(page.locator("#sessions tr")).to_have_count(1)
    page.locator("#find").fill("")
    assert_rows(page, 1, PAGE)
