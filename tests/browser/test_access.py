"""The pages are usable by everybody: axe finds nothing serious, and the keyboard suffices."""

import pytest


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_axe_finds_nothing_serious_in_the_console(page, world, serious, scheme, width):
    """With a session chosen, a fault, an open window and the form of a charger, in both schemes and sizes."""
    token, _ = world.start()
    world.confirm(token)
    world.control("POST", "/faults", operation="stop", kind="500")
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{world.url}/_plugproof/")
    page.locator("#sessions button").first.click()
    page.get_by_role("button", name="Edit HAPPY").click()
    for part in ("#detail-body", "#limits li", "#faults li", "#charger"):
        page.locator(part).first.wait_for()
    assert serious(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_the_drivers_page(page, world, serious, scheme):
    """The offer, the payment, a refusal, and the charging."""
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{world.url}/pay/HAPPY")
    page.get_by_role("button", name="Go on to pay").wait_for()
    assert serious(page) == []
    page.get_by_role("button", name="Go on to pay").click()
    page.locator("select[name=outcome]").select_option("4000000000000002")
    page.get_by_role("button", name="Pay and charge").click()
    page.locator("#message:not([hidden])").wait_for()
    assert serious(page) == []
    page.locator("select[name=outcome]").select_option("4242424242424242")
    page.get_by_role("button", name="Pay and charge").click()
    page.locator("#status").wait_for()
    assert serious(page) == []


def test_the_keyboard_alone_pays(page, world):
    """Tab and Enter lead from the offer to the charging."""
    page.goto(f"{world.url}/pay/HAPPY")
    page.get_by_role("button", name="Go on to pay").focus()
    page.keyboard.press("Enter")
    page.locator("select[name=outcome]").focus()
    page.keyboard.press("ArrowDown")
    page.get_by_role("button", name="Pay and charge").focus()
    page.keyboard.press("Enter")
    page.locator("#status[data-status=authorized]").wait_for()


@pytest.mark.parametrize(("path", "script"), [("/_plugproof/", "console.js"), ("/pay/HAPPY", "client.js")])
def test_a_page_without_its_script_says_so(page, world, path, script):
    """Never a blank page: after a while a sentence stands there, and a way to load it again."""
    page.route(f"**/browser/{script}", lambda route: route.abort())
    page.goto(f"{world.url}{path}")
    page.evaluate("document.getAnimations().forEach((one) => one.finish())")
    page.locator("#late").filter(has_text="did not load").wait_for()
    page.unroute(f"**/browser/{script}")
    page.get_by_role("link", name="load the page again").click()
    page.locator("#late").wait_for(state="detached")
