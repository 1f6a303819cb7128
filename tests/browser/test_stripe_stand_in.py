"""The stand-in for Stripe on a page of somebody else's, as a team's own page uses it."""

from urllib.parse import parse_qs, urlsplit

from tests.browser.team_pages import CONFIRM, mount


def test_a_page_pays_unchanged_from_its_own_origin(team_page, world):
    """The intent waits for capture, and the API learns of it by confirm."""
    token, payment = world.start()
    mount(team_page, payment)
    answer = team_page.evaluate(CONFIRM, {"redirect": "if_required"})
    assert answer["paymentIntent"]["status"] == "requires_capture"
    assert world.get(token)["status"] == "created"
    assert world.confirm(token)["status"] == "authorized"


def test_a_page_that_forgets_to_pay_stays_created(world):
    """No session is paid by itself when payment is required."""
    token, _ = world.start()
    assert world.confirm(token)["status"] == "created"


def test_a_return_url_is_visited_with_the_intent(team_page, world, team_origin):
    """As at Stripe: id, secret and outcome stand in the query."""
    _, payment = world.start()
    mount(team_page, payment)
    with team_page.expect_navigation():
        team_page.evaluate(f"void ({CONFIRM})({{confirmParams: {{return_url: '{team_origin}/?kept=1'}}}})")
    query = parse_qs(urlsplit(team_page.url).query)
    assert query["payment_intent_client_secret"] == [payment["client_secret"]]
    assert query["redirect_status"] == ["succeeded"]
    assert query["kept"] == ["1"]


def test_a_declined_card_has_stripes_shape(team_page, world):
    """Type, code, decline code and the intent with the error in it."""
    _, payment = world.start()
    mount(team_page, payment, "4000000000009995")
    error = team_page.evaluate(CONFIRM, {"redirect": "if_required"})["error"]
    assert (error["type"], error["code"], error["decline_code"]) == (
        "card_error",
        "card_declined",
        "insufficient_funds",
    )
    assert error["payment_intent"]["status"] == "requires_payment_method"


def test_every_card_is_declined_on_the_code_that_says_so(team_page, world):
    """The charger code decides before the card."""
    token, payment = world.start("DECLINED")
    mount(team_page, payment)
    assert team_page.evaluate(CONFIRM, {"redirect": "if_required"})["error"]["code"] == "card_declined"
    assert world.confirm(token)["status"] == "failed"


def test_an_incomplete_card_is_no_request(team_page, world):
    """A missing number is Stripe's validation error, and nothing reaches the fake."""
    _, payment = world.start()
    mount(team_page, payment, "")
    error = team_page.evaluate(CONFIRM, {"redirect": "if_required"})["error"]
    assert (error["type"], error["code"]) == ("validation_error", "incomplete_number")


def test_an_intent_is_read_again(team_page, world):
    """`retrievePaymentIntent` shows what the fake knows now."""
    _, payment = world.start()
    mount(team_page, payment)
    read = "(secret) => at.stripe.retrievePaymentIntent(secret)"
    assert (
        team_page.evaluate(read, payment["client_secret"])["paymentIntent"]["status"] == "requires_payment_method"
    )
    wrong = payment["client_secret"] + "x"
    assert team_page.evaluate(read, wrong)["error"]["code"] == "resource_missing"


def test_what_the_stand_in_lacks_is_said(team_page, world):
    """A method or an element that is not there names those that are."""
    _, payment = world.start()
    mount(team_page, payment)
    said = "(work) => { try { eval(work); return ''; } catch (error) { return error.message; } }"
    assert "confirmPayment" in team_page.evaluate(said, "at.stripe.createToken()")
    assert "payment" in team_page.evaluate(said, "at.elements.create('auBankAccount')")
    assert team_page.evaluate("typeof at.stripe.createToken") == "function"
    assert team_page.evaluate("at.stripe.paymentRequest({}).canMakePayment()") is None


def test_the_wallet_button_pays(team_page, world):
    """`expressCheckout` fires `confirm`, as Stripe's does, and the page confirms the payment."""
    token, payment = world.start()
    team_page.evaluate(
        """(payment) => {
          const stripe = Stripe(payment.publishable_key, {stripeAccount: payment.stripe_account_id});
          const elements = stripe.elements({clientSecret: payment.client_secret});
          const wallet = elements.create("expressCheckout");
          wallet.on("click", (event) => event.resolve());
          wallet.on("confirm", async () => {
            window.answer = await stripe.confirmPayment({elements, redirect: "if_required"});
          });
          wallet.mount("#pay");
        }""",
        payment,
    )
    team_page.get_by_role("button", name="wallet").click()
    team_page.wait_for_function("window.answer")
    assert world.confirm(token)["status"] == "authorized"
