"""Take the pictures of docs/images anew: `make pictures`. It needs Debian's chromium and playwright."""

import shutil
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
from msgspec.structs import replace
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from plugproof_contracts.adapters.ndjson import to_ndjson
from plugproof_contracts.conformance.history import trends
from plugproof_contracts.conformance.history.check_history import History
from plugproof_contracts.conformance.history.drift import Shape
from plugproof_contracts.conformance.recordings import inspect
from plugproof_contracts.facts.operations import BASE_URL
from plugproof_contracts.reports.builder import ReportPolicy
from plugproof_contracts.reports.formats import render
from plugproof_contracts.reports.report_model import Report, RuleState, State, Verdict
from plugproof_contracts.rules.examples import success
from plugproof_mockserver.browser.pages_app import pages
from plugproof_mockserver.control.control_app import control_app
from plugproof_mockserver.faces.asgi import App
from plugproof_mockserver.faces.host_allowlist import HostAllowlist
from plugproof_mockserver.faces.uvicorn_server import bind, serving
from plugproof_mockserver.model.settings import Settings
from plugproof_mockserver.model.timestamps import SECOND, parse
from plugproof_mockserver.world.nouns.clock import Clock
from plugproof_mockserver.world.registries.registry import WorldRegistry
from plugproof_mockserver.world.world import World
from plugproof_pytest.reporting.behaviour_coverage import BehaviourCoverage
from plugproof_pytest.reporting.coverage_reports import as_html

IMAGES = Path(__file__).parents[1].absolute() / "docs" / "images"
DESK: ViewportSize = {"width": 1360, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 780}
HEADERS = {"x-plugproof": "picture"}
SESSIONS = "/api/v3/public-charging/sessions"
LIVES = (("HAPPY", 400), ("UNPLUG", 0), ("CAPFAIL", 1500), ("REVIEW", 0), ("NOSTART", 0), ("HAPPY", 300))


@contextmanager
def fake() -> Iterator[str]:
    """Serve a fake that wants to be paid, on a clock that stands still, and yield its address."""
    clock = parse("2026-01-10T12:00:00Z")
    worlds = WorldRegistry(
        lambda name: World(
            Settings(auto_pay=False), clock=Clock(clock, speed=0), seed=7, name=name, self_check=True
        )
    )
    app = App(worlds, hosts=HostAllowlist(), control=control_app(), pages=pages())
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


def console(browser: Browser, url: str, name: str, size: ViewportSize, scheme: Any) -> None:
    """Take one picture of the console."""
    page = browser.new_page(viewport=size, color_scheme=scheme)
    page.goto(f"{url}/_plugproof/")
    page.locator("#sessions tr").filter(has_text="charging").first.get_by_role("button").click()
    page.locator("#journal li").first.wait_for()
    page.locator(".life li[aria-current]").wait_for()
    page.screenshot(path=IMAGES / f"{name}.png")
    page.close()


def pay(browser: Browser, url: str, scheme: Any, ending: str = "") -> None:
    """Take the pictures of the driver's page: the payment, and the charging."""
    page = browser.new_page(viewport=PHONE, color_scheme=scheme)
    page.goto(f"{url}/pay/HAPPY")
    page.get_by_role("button", name="Go on to pay").click()
    page.locator("select[name=outcome]").select_option("4242424242424242")
    page.screenshot(path=IMAGES / f"pay-card{ending}.png")
    page.get_by_role("button", name="Pay and charge").click()
    page.locator("#status[data-status=authorized]").wait_for()
    _charge(page, url, ending)
    page.close()


def _charge(page: Page, url: str, ending: str) -> None:
    with httpx2.Client(base_url=url, headers=HEADERS) as client:
        control(client, "/clock/advance", seconds=500)
    page.locator("#status[data-status=charging]").wait_for()
    page.screenshot(path=IMAGES / f"pay-charging{ending}.png")


def reports(browser: Browser) -> None:
    """Take the pictures of a report on a desk and on a phone, and of a history by day, by night and on a phone."""
    with TemporaryDirectory() as folder, chdir(folder):
        recording = Path("traffic.ndjson")
        answers = (
            success(),
            success(after=10, energy_kwh=7.5),
            success("get", "captured", after=20, amount_captured=-1),
        )
        recording.write_bytes(b"".join(map(to_ndjson, answers)))
        found = inspect([recording], ReportPolicy(date(2026, 1, 10)))
        report, history = Path(folder) / "report.html", Path(folder) / "history.html"
        report.write_bytes(render("html", found))
        history.write_bytes(_history(f"sqlite:///{folder}/history.db", found))
        _shoot(browser, report, "report-light", DESK, "light")
        _shoot(browser, report, "report-phone", PHONE, "dark")
        _shoot(browser, history, "history-light", DESK, "light")
        _shoot(browser, history, "history-dark", DESK, "dark")
        _shoot(browser, history, "history-phone", PHONE, "light")


def coverage(browser: Browser) -> None:
    """Take the pictures of what a suite met of the API's behaviours, and how it reaches the rest."""
    met = BehaviourCoverage()
    for exchange in (success(), success("get", "starting", after=10), success("get", "captured", after=20)):
        met.see(exchange)
    met.strike(["reset"])
    with TemporaryDirectory() as folder:
        page = Path(folder) / "coverage.html"
        page.write_text(as_html(met, date(2026, 1, 10)))
        _shoot(browser, page, "coverage-light", DESK, "light")
        _shoot(browser, page, "coverage-phone", PHONE, "dark")


def _history(url: str, report: Report) -> bytes:
    history, noon = History(url), parse("2026-01-10T12:00:00Z") / SECOND
    counts = {"requests planned": 6, "requests sent": 6}
    for day in range(30):
        is_broken = day in (11, 12)
        kept = report if is_broken else replace(report, verdict=Verdict.CONFORMS, rules=_passed(report))
        seconds = {"confirm": 0.21 + day % 5 / 100, "get": 0.12 + day % 3 / 100, "charger": 0.15 + day % 7 / 200}
        history.record(BASE_URL, noon + day * 86_400, replace(kept, counts=counts), Shape(frozenset(), seconds))
    page = trends.page(history)
    history.close()
    return page


def _passed(report: Report) -> tuple[RuleState, ...]:
    return tuple(
        replace(rule, state=State.PASSED) if rule.state is State.BROKEN else rule for rule in report.rules
    )


def _shoot(browser: Browser, file: Path, name: str, size: ViewportSize, scheme: Any) -> None:
    page = browser.new_page(viewport=size, color_scheme=scheme)
    page.goto(file.as_uri())
    page.screenshot(path=IMAGES / f"{name}.png")
    page.close()


def main() -> None:
    """Take every picture."""
    with fake() as url, sync_playwright() as playwright, httpx2.Client(base_url=url, headers=HEADERS) as client:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        fill(client)
        console(browser, url, "console-light", DESK, "light")
        console(browser, url, "console-dark", DESK, "dark")
        console(browser, url, "console-phone", PHONE, "light")
        pay(browser, url, "light")
        pay(browser, url, "dark", "-dark")
        reports(browser)
        coverage(browser)
        browser.close()


if __name__ == "__main__":
    main()
