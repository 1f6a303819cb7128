"""The driver's page in a real browser: every card, several codes, and what goes wrong."""

import pytest
from playwright.sync_api import expect
from tests.browser.pay_steps import HAPPY_CARD, go_to_payment, pay

from plugproof_mockserver.model.cards import CARDS, CardOutcome

PAID = [card for card in CARDS if card.outcome in (CardOutcome.PAID, CardOutcome.LOST_AFTER)]
DECLINED = [card for card in CARDS if card.outcome is CardOutcome.DECLINED]
CHALLENGED = [card for card in CARDS if card.outcome is CardOutcome.CHALLENGE]


def status(page):
    page.locator("#status").wait_for()
    return page.locator("#status").get_attribute("data-status")


def look_again(page):
    """Let the page's next poll be due at once: its clock is ours."""
    page.clock.fast_forward(10_000)


def message(page):
    page.locator("#message:not([hidden])").wait_for()
    return page.locator("#message p").first.inner_text()


@pytest.mark.parametrize("card", PAID, ids=lambda card: card.number)
def test_a_card_that_pays_authorises_the_session(page, world, card):
    """Whatever answer the script gets, the API knows that it was paid."""
    go_to_payment(page, world)
    pay(page, card.number)
    assert status(page) == "authorized"


def test_a_declined_card_is_told_and_another_one_pays(page, world, subtests):
    """Each decline shows Stripe's sentence, and the driver can go on with another card."""
    go_to_payment(page, world)
    for card in DECLINED:
        with subtests.test(card.number):
            pay(page, card.number)
            page.locator("#message:not([hidden]) p").filter(has_text=card.message).first.wait_for()
    pay(page, HAPPY_CARD)
    assert status(page) == "authorized"


@pytest.mark.parametrize("card", CHALLENGED, ids=lambda card: card.number)
def test_a_challenge_is_failed_left_or_passed(page, world, card, subtests):
    """Only a challenge that was passed can pay; after the others the page asks for another card."""
    go_to_payment(page, world)
    for outcome in ("fail", "abandon", "pass"):
        with subtests.test(outcome):
            pay(page, card.number)
            page.locator(f"button[data-outcome={outcome}]").click()
            if outcome == "pass" and not card.declines_after_challenge:
                assert status(page) == "authorized"
            else:
                assert message(page)
                expect(page.get_by_role("button", name="Pay and charge")).to_be_enabled()


def test_a_network_error_before_payment_leaves_it_unpaid(page, world):
    """The page asks the API, which says that nothing was paid."""
    go_to_payment(page, world)
    pay(page, "4000000000000500")
    assert message(page) == "The payment did not go through. Try again."


def test_a_tab_closed_in_the_challenge_leaves_it_unpaid(context, page, world):
    """A new tab finds the session where it was left."""
    go_to_payment(page, world)
    pay(page, CHALLENGED[0].number)
    page.locator("dialog").wait_for()
    sessions = world.control("GET", "/sessions")["sessions"]
    page.close()
    assert [(one["data"]["status"], one["stripe"]) for one in sessions] == [("created", "challenged")]


def test_a_whole_life_from_code_to_receipt(page, world):
    """Charge, stop, and read the receipt, with the limits of the API obeyed."""
    go_to_payment(page, world)
    pay(page, HAPPY_CARD)
    assert status(page) == "authorized"
    world.advance(400)
    look_again(page)
    page.locator("#status[data-status=charging]").wait_for()
    page.get_by_role("button", name="Stop charging").click()
    page.locator("#status[data-status=stopping]").wait_for()
    world.advance(60)
    look_again(page)
    page.locator("#status[data-status=captured]").wait_for()
    expect(page.locator("dl")).to_contain_text("Paid")


@pytest.mark.parametrize(
    ("code", "seconds", "expected"),
    [
        ("REFUSED", 10, "failed"),
        ("NOSTART", 90, "failed"),
        ("UNPLUG", 400, "captured"),
        ("NOENERGY", 1000, "no_charge"),
        ("REVIEW", 1000, "requires_review"),
        ("CAPFAIL", 1000, "capture_failed"),
    ],
)
def test_a_code_ends_as_it_promises(page, world, code, seconds, expected):
    """The page follows each scenario to its end."""
    go_to_payment(page, world, code)
    pay(page, HAPPY_CARD)
    assert status(page) == "authorized"
    world.advance(seconds)
    look_again(page)
    page.locator(f"#status[data-status={expected}]").wait_for()


@pytest.mark.parametrize(("code", "sentence"), [("OFFLINE", "offline"), ("BUSY", "available")])
def test_a_start_that_is_refused_is_told(page, world, code, sentence):
    """The API's own sentence, and a button to try again."""
    page.goto(f"{world.url}/pay/{code}")
    page.get_by_role("button", name="Go on to pay").click()
    assert sentence in message(page)
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_an_unknown_code_leads_on(page, world):
    """A sentence that names the code, and a form for another."""
    page.goto(f"{world.url}/pay/NOPE")
    assert "“NOPE”" in message(page)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Go on to pay").wait_for()


def test_an_expired_session_leads_on(page, world):
    """A session that is gone is told, and the page starts anew."""
    go_to_payment(page, world)
    pay(page, HAPPY_CARD)
    assert status(page) == "authorized"
    token = world.control("GET", "/sessions")["sessions"][0]["token"]
    world.control("POST", f"/sessions/{token}/events", event="expire_token")
    look_again(page)
    assert "no longer known" in message(page)
    page.get_by_role("button", name="Start a new session").click()
    page.get_by_role("button", name="Go on to pay").wait_for()


def test_a_blocked_script_is_told(page, world):
    """Without the payment script the page says so, and offers to load again."""
    page.route("**/stripe/v3.js", lambda route: route.abort())
    page.goto(f"{world.url}/pay/HAPPY")
    page.get_by_role("button", name="Go on to pay").click()
    assert "payment script did not load" in message(page)
    expect(page.get_by_role("button", name="Load again")).to_be_visible()


def test_offline_is_told_and_passes(context, page, world):
    """A page that loses its connection says so, and goes on by itself."""
    go_to_payment(page, world)
    pay(page, HAPPY_CARD)
    assert status(page) == "authorized"
    context.set_offline(True)
    look_again(page)
    assert "No answer came" in message(page)
    with page.expect_request("**/sessions/*"):
        page.get_by_role("button", name="Try again").click()
    context.set_offline(False)
    look_again(page)
    page.locator("#message[hidden]").wait_for(state="attached")


def test_two_tabs_see_one_session(context, page, world):
    """A second tab that shares the session storage shows the same life."""
    go_to_payment(page, world)
    pay(page, HAPPY_CARD)
    assert status(page) == "authorized"
    with context.expect_page() as opened:
        page.evaluate("window.open(location.href)")
    other = opened.value
    other.clock.install()
    assert status(other) == "authorized"
    world.advance(400)
    for one in (page, other):
        look_again(one)
        one.locator("#status[data-status=charging]").wait_for()
    other.close()


PAYLOAD = "<img src=x onerror=alert(1)>\"'</script>"


def test_text_from_outside_stays_text(page, world):
    """No field of a charger or a session becomes markup."""
    world.control("PUT", "/chargers/EVIL", name=PAYLOAD)
    page.goto(f"{world.url}/pay/EVIL")
    page.get_by_role("button", name="Go on to pay").wait_for()
    expect(page.locator("#title")).to_contain_text(PAYLOAD)
    assert page.locator("img").count() == 0


@pytest.mark.parametrize("width", [320, 414])
def test_a_long_name_fits_a_phone(page, world, width):
    """A charger's name without a space is broken where the screen ends."""
    world.control("PUT", "/chargers/LONG", name="W" * 255)
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(f"{world.url}/pay/LONG")
    page.get_by_role("button", name="Go on to pay").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
