"""Pages with Stripe's own packages from npm, stripe-js and react-stripe-js, on the stand-in."""

import os
import subprocess
from pathlib import Path
from urllib.parse import urlencode

import pytest

ROOT = Path(__file__).parents[2]
NPM = ROOT / ".venv/npm/node_modules"
EXAMPLE, VARIANTS = ROOT / "examples/browser/react.jsx", Path(__file__).with_name("react_variants.jsx")
# In development React mounts every component twice, which finds elements that can't be made anew.
BUNDLE = ("--bundle", "--jsx=automatic", '--define:process.env.NODE_ENV="development"', "--log-level=error")
HTML = '<!doctype html><title>{name}</title><body><script src="{name}.js"></script>'


@pytest.fixture(scope="module")
def react_origin(team_folder, team_origin):
    """The team's site with its React pages, bundled by esbuild."""
    if not (NPM / "react-dom").is_dir():
        absent = "there is no React: `make peers` installs it"
        return pytest.fail(absent) if os.environ.get("CI") == "true" else pytest.skip(absent)
    entries = [f"{page.stem}={page}" for page in (EXAMPLE, VARIANTS)]
    command = [NPM / ".bin/esbuild", *entries, f"--outdir={team_folder}", *BUNDLE]
    subprocess.run(command, env=os.environ | {"NODE_PATH": str(NPM)}, check=True, timeout=60)
    for page in (EXAMPLE, VARIANTS):
        (team_folder / f"{page.stem}.html").write_text(HTML.format(name=page.stem))
    return team_origin


@pytest.fixture
def warnings(page):
    """What the packages warn of on the page."""
    told = []
    page.on("console", lambda message: message.type in ("error", "warning") and told.append(message.text))
    return told


def choose(page, card):
    page.locator("select[name=outcome]").select_option(card)


def test_a_react_page_pays_unchanged(page, world, react_origin, stripe_route, warnings):
    """The example: a declined card is told, another one pays, and the session is authorised."""
    page.goto(f"{react_origin}/react.html?{urlencode({'api': f'{world.url}/api'})}")
    page.get_by_role("button", name="Start").click()
    choose(page, "4000000000000002")
    page.get_by_role("button", name="Pay and charge").click()
    page.get_by_role("alert").filter(has_text="Your card was declined.").wait_for()
    choose(page, "4242424242424242")
    page.get_by_role("button", name="Pay and charge").click()
    page.get_by_role("status").filter(has_text="authorized").wait_for()
    assert [url.rpartition("/")[2] for url in stripe_route] == ["stripe.js"]
    assert [text for text in warnings if "402" not in text] == []


def open_way(page, world, origin, way):
    token, payment = world.start()
    fields = {"secret": payment["client_secret"], "account": payment["stripe_account_id"]}
    page.goto(
        f"{origin}/react_variants.html?{urlencode({'way': way, 'key': payment['publishable_key']} | fields)}"
    )
    return token


def test_a_react_wallet_pays(page, world, react_origin, stripe_route):
    """`ExpressCheckoutElement` with `onConfirm`."""
    token = open_way(page, world, react_origin, "wallet")
    page.get_by_role("button", name="wallet").click()
    page.get_by_role("status").filter(has_text="requires_capture").wait_for()
    assert world.confirm(token)["status"] == "authorized"


def test_a_react_card_element_pays(page, world, react_origin, stripe_route):
    """`CardElement` with `confirmCardPayment`, through a 3-D Secure challenge."""
    token = open_way(page, world, react_origin, "card")
    choose(page, "4000002760003184")
    page.get_by_role("button", name="Pay").click()
    page.locator("button[data-outcome=pass]").click()
    page.get_by_role("status").filter(has_text="requires_capture").wait_for()
    assert world.confirm(token)["status"] == "authorized"


def test_a_react_page_without_a_secret_pays_later(page, world, react_origin, stripe_route):
    """`mode`, `amount` and `currency` first, `elements.submit()`, and only then the secret."""
    token = open_way(page, world, react_origin, "deferred")
    page.get_by_role("button", name="Pay").click()
    page.get_by_role("status").filter(has_text="incomplete").wait_for()
    choose(page, "4242424242424242")
    page.wait_for_function("document.title === 'true'")
    page.get_by_role("button", name="Pay").click()
    page.get_by_role("status").filter(has_text="requires_capture").wait_for()
    assert world.confirm(token)["status"] == "authorized"
