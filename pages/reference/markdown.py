"""The few shapes that generated pages are made of."""

import re
from collections.abc import Iterable, Sequence

GENERATED = "<!-- Written by `make reference` from the code; edit the code. -->"


def page(title: str, *parts: str) -> str:
    """Return a page: the title, the mark of a generated page, and its parts with an empty line between."""
    return "\n\n".join((f"# {title}", GENERATED, *(part.strip("\n") for part in parts if part))) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; without rows nothing."""
    lines = ["| " + " | ".join(cell(text) for text in row) + " |" for row in rows]
    return "\n".join(("| " + " | ".join(head) + " |", "|" + "---|" * len(head), *lines)) if lines else ""


def cell(text: str) -> str:
    """Return a text that fits into a cell: one line, in which a bar divides nothing."""
    return re.sub(r"\s+", " ", text).strip().replace("|", "\\|")


def code(language: str, text: str) -> str:
    """Return a block of code."""
    return f"```{language}\n{text.rstrip()}\n```"


def prose(docstring: str) -> str:
    """Return a docstring as Markdown: without the indentation of the code, and with its paragraphs."""
    return "\n\n".join(" ".join(part.split()) for part in re.split(r"\n\s*\n", docstring.strip()))
