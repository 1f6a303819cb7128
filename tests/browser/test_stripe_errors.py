"""What a page does wrong with the stand-in is told as Stripe's script tells it: thrown, or as an `error`."""

from tests.browser.team_pages import CONFIRM, mount

IF_REQUIRED = {"redirect": "if_required"}
THROWN = """async ([work, payment]) => {
  const stripe = Stripe(payment.publishable_key, {stripeAccount: payment.stripe_account_id});
  const secret = payment.client_secret;
  const elements = stripe.elements({clientSecret: secret});
  const deferred = stripe.elements({mode: "payment", amount: 5000, currency: "eur"});
  try {
    await eval(`(async () => ${work})()`);
  } catch (error) {
    return [error.name, error.message];
  }
}"""


def thrown(page, payment, work):
    """Return name and message of what a piece of a page throws."""
    return page.evaluate(THROWN, [work, payment])


MISTAKES = (
    ("Stripe()", "apiKey should be a string"),
    ("Stripe('sk_test_1')", "secret key"),
    ("stripe.elements({clientSecret: 'pi_1'})", "client secret of the form"),
    ("stripe.elements({clientSecret: secret, mode: 'payment', amount: 1, currency: 'eur'})", "not both"),
    ("stripe.elements({mode: 'pay'})", "mode must be one of"),
    ("stripe.elements({mode: 'payment', currency: 'eur'})", "amount"),
    ("stripe.elements().create('payment')", "you must pass a clientSecret or mode"),
    ("elements.create('toString')", "A valid Element name"),
    (
        "[elements.create('payment'), elements.create('payment')]",
        "Can only create one Element of type payment",
    ),
    ("elements.create('payment').mount()", "Missing argument"),
    ("elements.create('payment').mount('#nowhere')", "(#nowhere) applies to no DOM elements"),
    ("elements.create('payment').mount({})", "Invalid DOM element"),
    ("((one) => (one.destroy(), one.mount('#pay')))(elements.create('payment'))", "already been destroyed"),
    (
        "((one) => (one.mount('#pay'), one.mount(document.body)))(elements.create('payment'))",
        "already mounted",
    ),
    ("elements.submit()", "should have a mounted Payment Element"),
    ("stripe.confirmPayment()", "expected either `elements` or `clientSecret`"),
    ("stripe.confirmPayment({elements: {}, redirect: 'if_required'})", "stripe.elements()"),
    ("stripe.confirmPayment({elements, redirect: 'never'})", "redirect must be"),
    ("stripe.confirmPayment({elements})", "return_url is required unless"),
    ("stripe.confirmPayment({elements, redirect: 'if_required'})", "should have a mounted Payment Element"),
    ("stripe.confirmPayment({elements: deferred, redirect: 'if_required'})", "must pass in a clientSecret"),
    (
        "stripe.confirmPayment({elements: deferred, clientSecret: secret, redirect: 'if_required'})",
        "elements.submit() must be called before",
    ),
    ("stripe.confirmPayment({clientSecret: 'x', redirect: 'if_required'})", "client secret of the form"),
    ("stripe.confirmCardPayment()", "client secret of the form"),
    ("stripe.confirmCardPayment(secret, elements.create('card'))", "Do not pass an Element"),
    (
        "stripe.confirmCardPayment(secret, {payment_method: {card: elements.create('card')}})",
        "still mounted",
    ),
    ("stripe.retrievePaymentIntent()", "client secret of the form"),
    ("stripe.handleNextAction({clientSecret: secret})", "not in the requires_action state"),
    ("stripe.createPaymentMethod({elements})", "confirmPayment"),
)


def test_a_mistake_of_the_page_is_thrown(team_page, world, subtests):
    """An `IntegrationError` with Stripe's own words, as far as they are known."""
    _, payment = world.start()
    for work, sentence in MISTAKES:
        with subtests.test(work):
            name, message = thrown(team_page, payment, work)
            assert name == "IntegrationError"
            assert sentence in message


def test_the_wallet_is_confirmed_in_its_event_only(team_page, world):
    """Outside the event `confirm` there is no wallet to pay with."""
    _, payment = world.start()
    work = """(elements.create("expressCheckout").mount("#pay"),
      stripe.confirmPayment({elements, redirect: "if_required"}))"""
    assert "was not called within" in thrown(team_page, payment, work)[1]


CARDS = (
    ("4242 4242 4242", "12 / 34", "123", "incomplete_number"),
    ("4242 4242 4242 4241", "12 / 34", "123", "invalid_number"),
    ("4242 4242 4242 4242", "13 / 34", "123", "incomplete_expiry"),
    ("4242 4242 4242 4242", "12 / 20", "123", "invalid_expiry_year_past"),
    ("4242 4242 4242 4242", "12 / 34", "12", "incomplete_cvc"),
)


def test_a_card_that_can_not_be_is_no_request(team_page, world, subtests):
    """`submit` and `confirmPayment` tell it as a validation error, and the fake is not asked."""
    _, payment = world.start()
    mount(team_page, payment, "")
    asked = []
    team_page.on("request", lambda request: asked.append(request.url))
    for *fields, code in CARDS:
        for name, text in zip(("number", "expiry", "cvc"), fields, strict=True):
            team_page.locator(f"input[name={name}]").fill(text)
        for work in ("() => at.elements.submit()", CONFIRM):
            with subtests.test(code, work=work):
                error = team_page.evaluate(work, IF_REQUIRED)["error"]
                assert (error["type"], error["code"]) == ("validation_error", code)
    assert asked == []


def test_an_address_that_is_none_is_an_error(team_page, world):
    """Stripe wants a whole address to return to."""
    _, payment = world.start()
    mount(team_page, payment)
    error = team_page.evaluate(CONFIRM, {"confirmParams": {"return_url": "/done"}})["error"]
    assert (error["type"], error["code"], error["param"]) == ("invalid_request_error", "url_invalid", "return_url")


def test_a_page_that_names_no_account_finds_no_intent(team_page, world):
    """The intent belongs to the account of `payment`, so `stripeAccount` can't be left out."""
    token, payment = world.start()
    payment["stripe_account_id"] = None
    mount(team_page, payment)
    error = team_page.evaluate(CONFIRM, IF_REQUIRED)["error"]
    assert (error["type"], error["code"]) == ("invalid_request_error", "resource_missing")
    assert "stripeAccount" in error["message"]
    assert world.confirm(token)["status"] == "created"


def test_nothing_is_paid_without_a_way_to_pay(team_page, world):
    """A secret alone pays nothing; one of Stripe's test methods does, and an unknown one is told."""
    token, payment = world.start()
    mount(team_page, payment)
    confirm = """([secret, confirmParams]) =>
      at.stripe.confirmPayment({clientSecret: secret, confirmParams, redirect: "if_required"})"""
    secret = payment["client_secret"]
    error = team_page.evaluate(confirm, [secret, {}])["error"]
    assert error["code"] == "payment_intent_unexpected_state"
    assert "missing a payment method" in error["message"]
    unknown = team_page.evaluate(confirm, [secret, {"payment_method": "pm_1"}])["error"]
    assert (unknown["code"], unknown["param"]) == ("resource_missing", "payment_method")
    declined = team_page.evaluate(confirm, [secret, {"payment_method": "pm_card_visa_chargeDeclined"}])["error"]
    assert (declined["code"], declined["decline_code"]) == ("card_declined", "generic_decline")
    paid = team_page.evaluate(confirm, [secret, {"payment_method": "pm_card_visa"}])["paymentIntent"]
    assert paid["status"] == "requires_capture"
    assert world.confirm(token)["status"] == "authorized"


def test_a_decline_stays_in_the_intent(team_page, world):
    """Read again, it tells the last error, until a card pays."""
    _, payment = world.start()
    mount(team_page, payment, "4000000000009995")
    error = team_page.evaluate(CONFIRM, IF_REQUIRED)["error"]
    read = "(secret) => at.stripe.retrievePaymentIntent(secret)"
    last = team_page.evaluate(read, payment["client_secret"])["paymentIntent"]["last_payment_error"]
    assert last["decline_code"] == error["decline_code"] == "insufficient_funds"
    team_page.locator("select[name=outcome]").select_option("4242424242424242")
    assert team_page.evaluate(CONFIRM, IF_REQUIRED)["paymentIntent"]["last_payment_error"] is None


def test_a_challenge_is_carried_on_after_a_reload(team_page, world):
    """`handleNextAction` asks the bank's question again, and the card that was used decides."""
    token, payment = world.start()
    mount(team_page, payment, "4000008400001629")
    team_page.evaluate(f"void ({CONFIRM})({{redirect: 'if_required'}})")
    team_page.locator("dialog").wait_for()
    team_page.reload()
    mount(team_page, payment)
    go_on = "(clientSecret) => { window.answer = at.stripe.handleNextAction({clientSecret}) }"
    team_page.evaluate(go_on, payment["client_secret"])
    team_page.locator("button[data-outcome=pass]").click()
    assert team_page.evaluate("window.answer")["error"]["code"] == "card_declined"
    assert world.confirm(token)["status"] == "failed"
