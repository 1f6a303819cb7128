"""A fake whose process really ends and begins anew on its port, under a page that stays open."""

import pytest
from playwright.sync_api import expect
from tests.browser.console_rows import session_row
from tests.servers import free_port, running

CLOCK = ("--speed", "0", "--clock", "2026-01-10T12:00:00Z")


@pytest.fixture
def restarted(page):
    """Open a path of a fake, do something there, and return the page once another fake has its port."""

    def restart(path, act, meanwhile):
        again = (*CLOCK, "--port", str(free_port()))
        with running(*again, auto_pay=False) as first:
            origin = first.place["base_url"].removesuffix("/api")
            page.goto(origin + path)
            act()
        meanwhile()
        return running(*again, auto_pay=False)

    return restart


def poll(page):
    page.clock.run_for(3000)


def test_the_console_goes_on_after_a_restart(page, restarted):
    """It says that the fake is away, then shows the new one, which has no session."""

    def start():
        page.get_by_role("button", name="Start a session").click()
        session_row(page, "created")
        page.locator("[data-event=paid]").wait_for()

    def away():
        poll(page)
        page.locator("#message").filter(has_text="does not answer").wait_for()

    with restarted("/_plugproof/", start, away):
        poll(page)
        page.locator("#empty:not([hidden])").wait_for()
        page.locator("#message[hidden]").wait_for(state="attached")
        page.locator("#detail-none").filter(has_text="This session is gone").wait_for()
        expect(page.locator("#detail-body")).to_be_hidden()
        page.get_by_role("button", name="Choose another").click()
        page.locator("#detail-none").filter(has_text="Choose a session").wait_for()
        start()


def test_the_drivers_page_leads_on_after_a_restart(page, restarted):
    """It says that no answer comes, then that the session is gone, and starts another."""

    def start():
        page.get_by_role("button", name="Go on to pay").click()
        page.locator("select[name=outcome]").select_option("4242424242424242")
        page.get_by_role("button", name="Pay and charge").click()
        page.locator("#status[data-status=authorized]").wait_for()

    def away():
        page.clock.fast_forward(10_000)
        page.locator("#message").filter(has_text="No answer came").wait_for()

    with restarted("/pay/HAPPY", start, away):
        page.clock.fast_forward(10_000)
        page.locator("#message").filter(has_text="no longer known").wait_for()
        page.get_by_role("button", name="Start a new session").click()
        start()
