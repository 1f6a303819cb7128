"""A team's page on an origin of its own, and how it mounts Stripe's element and confirms with it."""

import http.server
import threading
from contextlib import contextmanager
from functools import partial

PAGE = """<!doctype html><title>A team's page</title><div id="pay"></div>
<script src="https://js.stripe.com/v3/"></script>"""
MOUNT = """([payment, card]) => {
  const stripe = Stripe(payment.publishable_key, {stripeAccount: payment.stripe_account_id});
  const elements = stripe.elements({clientSecret: payment.client_secret});
  window.at = {stripe, elements};
  const element = elements.create("payment");
  return new Promise((ready) => { element.on("ready", ready); element.mount("#pay"); });
}"""
CONFIRM = """(params) => at.stripe.confirmPayment({elements: at.elements, ...params})"""


def mount(page, payment, card="4242424242424242"):
    """Mount the card form of a payment, and choose a test card in it."""
    page.evaluate(MOUNT, [payment, card])
    page.locator("select[name=outcome]").select_option(card)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Say nothing: the tests' output is theirs."""


@contextmanager
def serve_folder(folder):
    """Serve a folder on a free port, and yield its origin."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
