"""A real Chromium and a real fake, one of each for all tests of the folder; a world and a page for each test."""

import os
import shutil
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright
from tests.browser.team_pages import PAGE, serve_folder
from tests.servers import PATIENCE, running

from plugproof_contracts.facts.operations import PREFIX

CHROMIUM = os.environ.get("PLUGPROOF_CHROMIUM") or shutil.which("chromium")
# Root has no sandbox; without the others, Chromium looks up its maker's hosts at every start.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
AXE = Path(__file__).parents[2] / ".venv/npm/node_modules/axe-core/axe.min.js"
PATIENCE_MS = PATIENCE * 1000
PHONE = {"width": 390, "height": 800}
_NAMES = count()


# By module: while Playwright is there, its event loop counts as running, and no other test could have one.
@pytest.fixture(scope="module")
def chromium():
    """The browser; Debian's package `chromium` brings it, PLUGPROOF_CHROMIUM names another."""
    if CHROMIUM is None:
        pytest.skip("there is no chromium: Debian's package chromium brings it, PLUGPROOF_CHROMIUM names another")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def fake_server():
    """One fake that wants to be paid, on a clock that stands still until it is told."""
    with running("--speed", "0", "--clock", "2026-01-10T12:00:00Z", "--self-check", auto_pay=False) as server:
        yield server


class World:
    """One world of the fake: its address for pages, and its control plane."""

    def __init__(self, server, name):
        self._server, self.name = server, name
        origin = server.place["base_url"].removesuffix("/api")
        self.url = f"{origin}/worlds/{name}"

    def control(self, method, path, **json):
        """Send a request to the control plane and return what it says."""
        answer = self._server.client.request(
            method, f"{self.url}/_plugproof{path}", json=json or None, headers={"x-plugproof": "test"}
        )
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def advance(self, seconds):
        self.control("POST", "/clock/advance", seconds=seconds)

    def start(self, code="HAPPY"):
        """Start a session as a team's back end would, and return its token and its payment."""
        answer = self._server.client.post(
            f"{self.url}/api{PREFIX}/sessions", json={"code": code, "connector_id": 1}
        )
        found = answer.json()
        return found["session_token"], found["payment"]

    def get(self, token):
        return self._server.client.get(f"{self.url}/api{PREFIX}/sessions/{token}").json()["data"]

    def confirm(self, token):
        return self._server.client.post(f"{self.url}/api{PREFIX}/sessions/{token}/confirm").json()["data"]


@pytest.fixture
def world(fake_server):
    """A world that nobody has used; at the end it has broken no rule of the contract."""
    world = World(fake_server, f"b{next(_NAMES)}")
    yield world
    assert world.control("GET", "/violations") == {"violations": []}


@pytest.fixture(scope="module")
def context(chromium):
    """One window for all tests, as wide as a phone; what a page stores belongs to its tab and its world."""
    context = chromium.new_context(viewport=PHONE)
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


class Tab:
    """One tab for all tests of a module: a new one costs more than most tests do."""

    def __init__(self, context):
        self._context, self._page = context, None

    def open(self):
        """Return the tab as it was when it was new; one that a test has closed is opened again."""
        if self._page is None or self._page.is_closed():
            self._page = self._context.new_page()
        self._page.set_viewport_size(PHONE)
        self._page.emulate_media(color_scheme="light")
        return self._page

    def leave(self):
        """Let the page go, with what it polls and what a test made of its requests."""
        self._context.set_offline(False)
        if not self._page.is_closed():
            self._page.unroute_all(behavior="ignoreErrors")
            self._page.goto("about:blank")


@pytest.fixture(scope="module")
def tab(context):
    """The tab of a module; its clock is set by tests."""
    context.clock.install()
    return Tab(context)


@pytest.fixture
def page(tab):
    """A page on which no script fails and no policy is violated."""
    page, troubles = tab.open(), []
    watches = {
        "pageerror": lambda error: troubles.append(str(error)),
        "console": lambda message: _note(troubles, message.text),
    }
    for event, watch in watches.items():
        page.on(event, watch)
    yield page
    tab.leave()
    for event, watch in watches.items():
        page.remove_listener(event, watch)
    assert not troubles


@pytest.fixture(scope="session")
def team_folder(tmp_path_factory):
    """The files of a team's own site."""
    folder = tmp_path_factory.mktemp("team")
    (folder / "index.html").write_text(PAGE)
    return folder


@pytest.fixture(scope="session")
def team_origin(team_folder):
    """The origin of a team's site, which loads Stripe's script from Stripe's address."""
    with serve_folder(team_folder) as origin:
        yield origin


@pytest.fixture
def stripe_route(page, world):
    """Let the fake answer for Stripe's script, as the recipe in the docs does it; return what was asked for."""
    asked = []

    def answer(route):
        asked.append(route.request.url)
        route.fulfill(response=page.request.get(f"{world.url}/stripe/v3.js"))

    page.route("https://js.stripe.com/**", answer)
    return asked


@pytest.fixture
def team_page(page, stripe_route, team_origin):
    """A team's page with Stripe's script in it."""
    page.goto(team_origin)
    return page


@pytest.fixture
def console(page, world):
    """The console of the test's world, once all of it is there."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{world.url}/_plugproof/")
    for part in ("#code option", "#fault select[name=kind] option"):
        page.locator(part).first.wait_for(state="attached")
    expect(page.locator("#live")).to_have_text("live")
    return page


def _note(troubles, text):
    if "Content Security Policy" in text or "Refused to" in text:
        troubles.append(text)


@pytest.fixture(scope="session")
def serious():
    """What axe-core finds serious or critical on a page, by rule and place.

    Where it is absent the test is skipped, and under `CI=true` it fails.
    """
    if not AXE.is_file():
        absent = f"there is no axe-core at {AXE}: `make peers` installs it"
        return pytest.fail(absent) if os.environ.get("CI") == "true" else pytest.skip(absent)
    source = AXE.read_text("utf-8")

    def judge(page):
        page.evaluate(source)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        grave = [one for one in found if one["impact"] in ("serious", "critical")]
        return [(one["id"], node["target"]) for one in grave for node in one["nodes"]]

    return judge
