"""A built site is whole, and asks no other host for anything."""

import tomllib

import pytest
from pages.code_blocks import ROOT
from pages.site_check import faults, main

SOUND = """
<a href="other/#here">x</a> <a href="https://example.com">y</a> <img src="picture.png"> <a href="#top" id="top">
"""


@pytest.fixture
def site(tmp_path):
    """A sound site of two pages and a picture."""
    (tmp_path / "other").mkdir()
    (tmp_path / "index.html").write_text(SOUND)
    other = '<h2 id="here"></h2> <a href="..">home</a> <a href="/other">me</a>'
    (tmp_path / "other" / "index.html").write_text(other)
    (tmp_path / "picture.png").touch()
    return tmp_path


def test_a_sound_site_has_no_fault(site, capsys):
    """A page, an anchor, a picture and a link to another host are well."""
    assert main(site) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("html", "told"),
    [
        ('<a href="none/">', "none/ leads to nothing"),
        ('<a href="../outside.py">', "../outside.py leads to nothing"),
        ('<img src="none.png">', "none.png leads to nothing"),
        ('<a href="other/#there">', "other/#there names an anchor that is not there"),
        ('<a href="#there">', "#there names an anchor that is not there"),
        ('<script src="https://cdn.example/x.js"></script>', "loads https://cdn.example/x.js from another host"),
        ('<link rel="stylesheet" href="//cdn.example/x.css">', "loads //cdn.example/x.css from another host"),
        ('<img src="https://img.example/x.png">', "loads https://img.example/x.png from another host"),
    ],
)
def test_a_fault_is_told_with_its_page(site, html, told):
    """A missing file, a missing anchor and a request to another host are a line each."""
    (site / "index.html").write_text(html)
    assert list(faults(site)) == [f"index.html: {told}"]


@pytest.mark.parametrize("rule", ['@import "x.css";', "a { src: url(https://cdn.example/x.woff) }"])
def test_a_style_loads_nothing_from_elsewhere(site, rule, capsys):
    """A font of another host is a request that no element shows."""
    (site / "x.css").write_text(rule)
    assert main(site) == 1
    assert capsys.readouterr().out == "x.css: loads from another host\n"


def named(entry):
    """Return every page that an entry of the navigation names."""
    parts = entry.values() if isinstance(entry, dict) else entry if isinstance(entry, list) else ()
    return {entry} if isinstance(entry, str) else {page for part in parts for page in named(part)}


def test_every_page_is_in_the_navigation():
    """A page that nobody is led to is not read; the pages of the rules are in the list of rules."""
    docs = ROOT / "docs"
    there = {str(path.relative_to(docs)) for path in docs.rglob("*.md") if path.parent.name != "rules"}
    navigation = tomllib.loads((ROOT / "zensical.toml").read_text("utf-8"))["project"]["nav"]
    assert named(navigation) == there | {"reference/rules/README.md"}
