"""The blocks of code of a page, in order, each with its language and the file that it is, if it is one."""

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(
    r"^(?:`(?P<file>[\w./-]+)`\n\n)?(?P<indent> *)```(?P<language>\w*)\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
"""A block; a line before it that is nothing but a name says which file it is."""


class Block(NamedTuple):
    """One block of code of a page; `start` and `end` are where its text lies in the page."""

    page: str
    line: int
    language: str
    file: str | None
    text: str
    start: int
    end: int


def pages() -> list[Path]:
    """Return every page that users read."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(path: Path) -> Iterator[Block]:
    """Yield the blocks of a page."""
    page = path.read_text("utf-8")
    name = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name
    for found in BLOCK.finditer(page):
        line = page.count("\n", 0, found.start("language")) + 1
        text = textwrap.dedent(found["text"])
        yield Block(name, line, found["language"], found["file"], text, found.start("text"), found.end("text"))
