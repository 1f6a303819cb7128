"""Whoever reads in a hurry, or in a foreign language, understands a sentence at once: it is short."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST_WORDS = 30
MADE = "Made by `make "
"""How a page begins that a measurement writes."""
PAGES = [
    path
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
    if MADE not in path.read_text("utf-8")
]


def sentences(page: str) -> Iterator[str]:
    """Yield what stands between full stops or colons, or alone in an item or a cell; code counts as one word."""
    prose = re.sub(r"^( *)```.*?^\1```$|<!--.*?-->", "", page, flags=re.MULTILINE | re.DOTALL)
    for part in re.split(r"\n\s*\n|\n(?=\s*(?:[-*] |\d+\. |\||#))|(?<!\\)\|", prose):
        text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", re.sub(r"`[^`]*`", "X", " ".join(part.split())))
        yield from re.split(r"(?<=[.!?:])[\"”)*]*\s+", text)


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("One two. Three `four five` [six](seven.md).", [2, 3]),
        ("| a b | c |\n- d e: f", [2, 1, 2, 1]),
        ("```sh\nplugproof serve\n```\n\nOne\ntwo", [2]),
    ],
)
def test_sentences_are_counted_as_they_are_read(page, words):
    """Cells and items stand alone, blocks of code do not count, and a line may end anywhere."""
    counted = [len(re.findall(r"\S*\w\S*", text)) for text in sentences(page)]
    assert [count for count in counted if count] == words


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_sentence_of_a_page_is_short(path):
    """Shorten it, or make two of it, or a list."""
    long = [one for one in sentences(path.read_text("utf-8")) if len(re.findall(r"\S*\w\S*", one)) > MOST_WORDS]
    assert long == []
