"""Take the pictures of this folder anew: `make pictures`. It needs Debian's chromium and playwright."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
from playwright.sync_api import Browser, Page, sync_playwright

from plugproof_mockserver.browser.app import pages
from plugproof_mockserver.control.app import control_app
from plugproof_mockserver.faces.asgi import App
from plugproof_mockserver.faces.host_allowlist import Hosts
from plugproof_mockserver.faces.uvicorn_server import bind, serving
from plugproof_mockserver.model.settings import Settings
from plugproof_mockserver.model.timestamps import parse
from plugproof_mockserver.world.clock import Clock
from plugproof_mockserver.world.registry import Worlds
from plugproof_mockserver.world.world import World

HERE = Path(__file__).parent
DESK, PHONE = {"width": 1360, "height": 900}, {"width": 390, "height": 780}
HEADERS = {"x-plugproof": "picture"}
SESSIONS = "/api/v3/public-charging/sessions"
LIVES = (("HAPPY", 400), ("UNPLUG", 0), ("CAPFAIL", 1500), ("REVIEW", 0), ("NOSTART", 0), ("HAPPY", 300))


@contextmanager
def fake() -> Iterator[str]:
    """Serve a fake that wants to be paid, on a clock that stands still, and yield its address."""
    clock = parse("2026-01-10T12:00:00Z")
    worlds = Worlds(
        lambda name: World(
            Settings(auto_pay=False), clock=Clock(clock, speed=0), seed=7, name=name, self_check=True
        )
    )
    app = App(worlds, hosts=Hosts(), control=control_app(), pages=pages())
    with bind("127.0.0.1", 0) as listener, serving(app, listener):
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def fill(client: httpx2.Client) -> None:
    """Let several sessions live for a while."""
    for code, seconds in LIVES:
        token = client.post(SESSIONS, json={"code": code, "connector_id": 1}).json()["session_token"]
        control(client, f"/sessions/{token}/events", event="paid")
        client.post(f"{SESSIONS}/{token}/confirm")
        control(client, "/clock/advance", seconds=seconds)
        client.get(f"{SESSIONS}/{token}")
    client.post(f"{SESSIONS}/{'0' * 40}/confirm")
    control(client, "/faults", operation="confirm", kind="reset", first=1)


def control(client: httpx2.Client, path: str, **fields: Any) -> None:
    """Ask the control plane for a change."""
    client.post(f"/_plugproof{path}", json=fields).raise_for_status()


def console(browser: Browser, url: str, name: str, size: Any, scheme: Any) -> None:
    """Take one picture of the console."""
    page = browser.new_page(viewport=size, color_scheme=scheme)
    page.goto(f"{url}/_plugproof/")
    page.locator("#sessions tr").filter(has_text="charging").first.get_by_role("button").click()
    page.locator("#journal li").first.wait_for()
    page.locator(".life li[aria-current]").wait_for()
    page.screenshot(path=HERE / f"{name}.png")
    page.close()


def pay(browser: Browser, url: str) -> None:
    """Take the pictures of the driver's page: the payment, and the charging."""
    page = browser.new_page(viewport=PHONE)
    page.goto(f"{url}/pay/HAPPY")
    page.get_by_role("button", name="Go on to pay").click()
    page.locator("select[name=outcome]").select_option("4242424242424242")
    page.screenshot(path=HERE / "pay-card.png")
    page.get_by_role("button", name="Pay and charge").click()
    page.locator("#status[data-status=authorized]").wait_for()
    _charge(page, url)
    page.close()


def _charge(page: Page, url: str) -> None:
    with httpx2.Client(base_url=url, headers=HEADERS) as client:
        control(client, "/clock/advance", seconds=500)
    page.locator("#status[data-status=charging]").wait_for()
    page.screenshot(path=HERE / "pay-charging.png")


def main() -> None:
    """Take every picture."""
    with fake() as url, sync_playwright() as playwright, httpx2.Client(base_url=url, headers=HEADERS) as client:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        fill(client)
        console(browser, url, "console-light", DESK, "light")
        console(browser, url, "console-dark", DESK, "dark")
        console(browser, url, "console-phone", PHONE, "light")
        pay(browser, url)
        browser.close()


if __name__ == "__main__":
    main()
