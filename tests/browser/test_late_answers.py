"""Answers that overtake one another, and what is drawn anew under a hand: neither shows nor does a wrong thing."""

import re
from contextlib import contextmanager

from playwright.sync_api import expect
from tests.browser.console_rows import session_row
from tests.browser.pay_steps import HAPPY_CARD, go_to_payment, pay

SESSIONS = re.compile(r"/sessions\?order=newest&limit=50&offset=0$")


@contextmanager
def held_back(page, url, act):
    """Hold the next answer from an address until the block is over; `act` makes the page ask."""
    held = []

    def hold(route):
        held.append((route, route.fetch()))

    page.route(url, hold, times=1)
    with page.expect_request(url):
        act()
    while not held:
        page.wait_for_timeout(1)
    yield
    route, answer = held[0]
    with page.expect_response(url) as late:
        route.fulfill(response=answer)
    late.value.finished()
    page.evaluate("new Promise((done) => requestAnimationFrame(done))")


def test_a_late_list_of_sessions_is_not_drawn(console, world):
    """What was on its way when a search began does not take the place of what was found."""
    world.start()
    session_row(console)
    with held_back(console, SESSIONS, lambda: console.clock.run_for(3000)):
        console.locator("#find").fill("no such session")
        expect(console.locator("#sessions tr")).to_have_count(0)
    assert console.locator("#sessions tr").count() == 0


def test_a_late_clock_is_not_drawn(console, world):
    """A clock that was asked before it was set does not take the place of the one that was set."""
    with held_back(console, re.compile("/clock$"), lambda: console.clock.run_for(3000)):
        console.get_by_role("button", name="+1 min").click()
        expect(console.locator("#now")).to_contain_text("12:01:00")
    assert "12:01:00" in console.locator("#now").inner_text()


def test_a_pressed_button_stays_while_all_is_drawn(console, world):
    """The row and the pane are drawn anew between the press and its release, and the click counts."""
    world.start()
    for button in (session_row(console).get_by_role("button"), console.locator("[data-event=paid]")):
        button.hover()
        console.mouse.down()
        world.advance(60)
        minutes = world.control("GET", "/clock")["now"][14:16]
        console.clock.run_for(3000)
        expect(session_row(console)).to_contain_text(f"{int(minutes)} min 0 s")
        console.mouse.up()
    expect(console.locator("#detail-body")).to_contain_text("Stripe: paid")


def test_a_message_outlasts_the_poll(console, world):
    """Why a button led to nothing can be read until another is pressed."""
    field = console.get_by_label("world", exact=True)
    field.fill("no/world")
    field.press("Enter")
    message = console.locator("#message")
    expect(message).to_contain_text("no/world")
    with held_back(console, re.compile("/faults$"), lambda: console.clock.run_for(3000)):
        expect(message).to_be_visible()
    expect(message).to_contain_text("no/world")
    console.get_by_role("button", name="+1 min").click()
    expect(message).to_be_hidden()


def test_a_late_poll_of_the_driver_shows_nothing(page, world):
    """What a poll had asked before the driver stopped is not drawn over what the stop answered."""
    go_to_payment(page, world)
    pay(page, HAPPY_CARD)
    page.locator("#status[data-status=authorized]").wait_for()
    world.advance(400)
    page.clock.fast_forward(10_000)
    page.locator("#status[data-status=charging]").wait_for()
    with held_back(page, re.compile("/sessions/[^/]+$"), lambda: page.clock.fast_forward(10_000)):
        page.get_by_role("button", name="Stop charging").click()
        page.locator("#status[data-status=stopping]").wait_for()
    assert page.locator("#status").get_attribute("data-status") == "stopping"
