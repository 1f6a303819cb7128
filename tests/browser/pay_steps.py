"""The first steps on the driver's page."""

HAPPY_CARD = "4242424242424242"


def go_to_payment(page, world, code="HAPPY"):
    page.goto(f"{world.url}/pay/{code}")
    page.get_by_role("button", name="Go on to pay").click()
    page.locator("select[name=outcome]").wait_for()


def pay(page, number):
    page.locator("select[name=outcome]").select_option(number)
    page.get_by_role("button", name="Pay and charge").click()
