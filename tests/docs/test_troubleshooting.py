"""What the page on troubleshooting says of an answer is what the fake answers."""

import pytest
from pages.code_blocks import ROOT

from plugproof_contracts.extras import extra_line

PAGE = (ROOT / "docs/how-to/troubleshooting.md").read_text("utf-8")
CLOCK, CHARGER = "/_plugproof/clock", "/api/v3/public-charging/chargers/HAPPY"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_the_line_about_an_extra_is_the_one_that_is_printed():
    """Word for word."""
    assert f"| `{extra_line('starlette')}` |" in PAGE


@pytest.mark.parametrize(
    ("status", "method", "path", "headers"),
    [
        (403, "GET", CLOCK, {"Origin": "http://other.example"}),
        (415, "POST", f"{CLOCK}/advance", FORM),
        (421, "GET", CHARGER, {"Host": "other.example"}),
    ],
)
def test_a_refusal_of_the_page_is_one_of_the_fake(module_server, status, method, path, headers):
    """The page has a row for the status, and the fake answers it."""
    root = module_server.place["base_url"].removesuffix("/api")
    answer = module_server.client.request(method, f"{root}{path}", headers=headers, content=b"seconds=3")
    assert answer.status_code == status
    assert f"\n| {status}" in PAGE
