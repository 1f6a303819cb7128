"""The generated pages are what the code says."""

import pytest
from pages.code_blocks import ROOT
from pages.reference.__main__ import PAGES

FOLDER = ROOT / "docs" / "reference"


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_what_the_code_says(name):
    """After a change of what a page is made of, `make reference` writes it anew."""
    assert (FOLDER / f"{name}.md").read_text("utf-8") == PAGES[name](), "run `make reference`"
