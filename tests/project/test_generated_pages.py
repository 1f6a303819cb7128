"""The generated pages are what the code says, and README has the figures of the measured ones."""

import pytest
from pages.code_blocks import ROOT
from pages.measured_figures import BEGIN, END, README, figures
from pages.reference.__main__ import PAGES

FOLDER = ROOT / "docs" / "reference"


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_what_the_code_says(name):
    """After a change of what a page is made of, `make reference` writes it anew."""
    assert (FOLDER / f"{name}.md").read_text("utf-8") == PAGES[name](), "run `make reference`"


def test_readme_has_the_figures_of_the_pages():
    """The measuring targets of the Makefile write them anew, and none is typed."""
    shown = README.read_text("utf-8").partition(BEGIN)[2].partition(END)[0]
    assert shown.strip() == figures().strip(), "run `python -m pages.measured_figures`"
