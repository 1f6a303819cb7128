"""The console in a real browser: what it shows, what its buttons do, and that text stays text."""

from urllib.parse import quote

import httpx2
import pytest
from playwright.sync_api import expect
from tests.browser.console_rows import session_row

from plugproof_contracts.facts.operations import PREFIX

PAYLOAD = "<img src=x onerror=alert(1)>"


def test_the_root_leads_to_the_console(page, world):
    """Whoever opens the fake in a browser lands where they see it live."""
    page.goto(f"{world.url}/")
    assert page.url == f"{world.url}/_plugproof/"


def test_an_empty_world_teaches(console, world):
    """Without a session the page says how to get one."""
    console.locator("#empty:not([hidden])").wait_for()
    expect(console.locator("#curl")).to_contain_text(f"{world.url}/api/v3/public-charging/sessions")


def test_a_session_is_started_and_moved_by_buttons(console, world):
    """Start, which chooses it, pay, confirm by webhook: the path taken is marked."""
    console.get_by_role("button", name="Start a session").click()
    session_row(console, "created")
    console.locator("[data-event=webhook]").click()
    console.locator(".life li[aria-current]").filter(has_text="authorized").wait_for()
    expect(console.locator(".life li[data-taken]")).to_have_text(["created", "authorized"])
    assert world.control("GET", "/sessions")["sessions"][0]["data"]["status"] == "authorized"


def test_a_request_shows_at_once(console, world):
    """The journal is live, and offers each request as curl with the token left out."""
    token, _ = world.start()
    world.confirm(token)
    rows = console.locator("#journal li")
    expect(rows).to_have_count(2)
    rows.first.locator("summary").click()
    expect(rows.first).to_contain_text("curl -X POST", use_inner_text=True)
    assert token not in console.content()


def test_the_clock_is_moved_and_run(console, world):
    """Next event, minutes ahead, minutes back, run and freeze."""
    before = world.control("GET", "/clock")["now"]
    console.get_by_role("button", name="+1 min").click()
    console.locator("#now").filter(has_text="12:01:00").wait_for()
    console.get_by_role("button", name="−10 min").click()
    console.locator("#now").filter(has_text="11:51:00").wait_for()
    console.get_by_role("button", name="Run").click()
    console.get_by_role("button", name="Freeze").click()
    console.get_by_role("button", name="Run").wait_for()
    assert world.control("GET", "/clock")["now"] != before


def test_a_limit_drains_before_the_eye(console, world):
    """Each confirm takes one from the window that is shown."""
    token, _ = world.start()
    for _ in range(4):
        world.confirm(token)
    console.locator("#limits li").filter(has_text="6 of 10 left").wait_for()


def test_a_lost_answer_in_few_clicks(console, world):
    """A newcomer loses the answer of a confirm with two clicks, and takes the fault away with one."""
    console.locator("#fault select[name=kind]").select_option("reset")
    console.get_by_role("button", name="Add").click()
    console.locator("#faults li").filter(has_text="confirm: reset").wait_for()
    console.get_by_role("button", name="Remove all").click()
    console.locator("#faults:empty").wait_for(state="attached")
    assert world.control("GET", "/faults") == {"faults": []}


COUNT_CLICKS = "window.clicks = 0; addEventListener('click', ({isTrusted}) => { clicks += isTrusted; }, true)"


def test_a_newcomer_needs_few_clicks(console, world):
    """At most twelve: lose the answer of a confirm, watch the limit drain and refill, and rewind."""
    console.evaluate(COUNT_CLICKS)
    token, _ = world.start()
    session_row(console, "created").get_by_role("button").click()
    console.locator("[data-event=paid]").click()
    console.locator("#fault select[name=kind]").select_option("reset")
    console.get_by_role("button", name="Add").click()
    console.locator("#faults li").filter(has_text="confirm: reset").wait_for()
    with pytest.raises(httpx2.TransportError):
        world.confirm(token)
    console.locator("#journal li").filter(has_text="reset").wait_for()
    console.locator(".life li[aria-current]").filter(has_text="authorized").wait_for()
    console.locator("#limits li").filter(has_text="9 of 10 left").wait_for()
    console.get_by_role("button", name="+1 min").click()
    console.locator("#limits li").filter(has_text="confirm").wait_for(state="detached")
    console.get_by_role("button", name="−10 min").click()
    console.locator("#now").filter(has_text="11:51:00").wait_for()
    choices = 2  # a choice from a list is two clicks by hand, and none by Playwright
    assert console.evaluate("clicks") + choices <= 12


RESTARTED = "The fake does not answer. If it was restarted, this page goes on by itself."


def test_a_fake_that_goes_and_comes_back_is_told(console, world):
    """While the fake is away the console says so, and goes on by itself when it is back."""
    console.route("**/_plugproof/**", lambda route: route.abort())
    console.clock.run_for(3000)
    console.locator("#message").filter(has_text=RESTARTED).wait_for()
    console.unroute("**/_plugproof/**")
    world.control("POST", "/sessions", status="charging")
    console.clock.run_for(3000)
    session_row(console, "charging")
    console.locator("#message[hidden]").wait_for(state="attached")


def test_a_session_that_expires_leaves_the_pane(console, world):
    """A sentence stands in its place, and a button leads on; a session on another page of the list stays."""
    token, _ = world.start()
    session_row(console).get_by_role("button").click()
    console.locator("#find").fill("no such session")
    console.locator("#sessions:empty").wait_for(state="attached")
    expect(console.locator("[data-event=paid]")).to_be_visible()
    world.control("POST", f"/sessions/{token}/events", event="expire_token")
    console.clock.run_for(3000)
    console.locator("#detail-none").filter(has_text="This session is gone").wait_for()
    console.get_by_role("button", name="Choose another").click()
    console.locator("#detail-none").filter(has_text="Choose a session").wait_for()


def test_the_keyboard_stays_in_the_list(console, world):
    """The list is drawn anew every two seconds, and the button that has the focus keeps it."""
    world.start()
    session_row(console).get_by_role("button").focus()
    console.clock.run_for(5000)
    world.start()
    console.locator("#sessions tr").nth(1).wait_for()
    assert console.evaluate("document.activeElement.closest('#sessions') !== null")


def test_text_from_outside_stays_text_in_the_console(console, world):
    """No field of a session, a charger or a request becomes markup."""
    fields = dict.fromkeys(("failure_reason", "energy_kwh", "driver_email", "created_at"), PAYLOAD)
    world.control("POST", "/sessions", status="failed", **fields)
    session_row(console, "failed").get_by_role("button").click()
    console.locator("#detail-body").filter(has_text=PAYLOAD).wait_for()
    assert console.locator("img").count() == 0


def test_chargers_requests_and_faults_stay_text(console, world):
    """The name of a charger, in list and form, a request's path and body, and a code."""
    connector = {"connector_id": 1, "standard": PAYLOAD, "format": PAYLOAD, "power_type": PAYLOAD}
    world.control("PUT", "/chargers/EVIL", name=PAYLOAD, connectors=[connector])
    body = {"code": PAYLOAD, "connector_id": PAYLOAD, "driver_email": PAYLOAD}
    httpx2.post(f"{world.url}/api{PREFIX}/sessions", json=body)
    httpx2.get(f"{world.url}/api{PREFIX}/chargers/{quote(PAYLOAD, safe='')}")
    console.reload()
    console.locator("#codes dd").filter(has_text=PAYLOAD).wait_for()
    console.get_by_role("button", name="Edit EVIL").click()
    form = console.get_by_role("form", name="Charger")
    for label in ("name", "standard", "format", "power"):
        expect(form.get_by_label(label)).to_have_value(PAYLOAD)
    expect(console.locator("#journal li")).to_have_count(2)
    for row in console.locator("#journal summary").all():
        row.click()
    expect(console.locator("#journal")).to_contain_text(PAYLOAD, use_inner_text=True)
    assert console.locator("img").count() == 0


def test_a_fault_that_the_fake_never_had_stays_text(console, world):
    """Whatever answers in place of the control plane, its fields are text."""
    names = ("operation", "kind", "when", "rate", "first", "milliseconds", "applied_count")
    console.route(
        "**/_plugproof/faults", lambda route: route.fulfill(json={"faults": [dict.fromkeys(names, PAYLOAD)]})
    )
    console.clock.run_for(3000)
    console.locator("#faults li").filter(has_text=PAYLOAD).wait_for()
    assert console.locator("img").count() == 0


def test_nothing_is_cut_off(console, world):
    """The page is as wide as the window, and the list as its pane, whatever has a long name."""
    world.control("PUT", "/chargers/LONG", name="W" * 255)
    world.control("POST", "/sessions", status="requires_review", code="LONG", failure_reason="W" * 255)
    console.reload()
    session_row(console).get_by_role("button").click()
    console.get_by_role("button", name="Edit LONG").click()
    for width in (320, 390, 414, 1280):
        console.set_viewport_size({"width": width, "height": 900})
        assert console.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert console.locator("#list .scroll").evaluate("pane => pane.scrollWidth <= pane.clientWidth")
