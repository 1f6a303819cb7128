"""What Zensical leaves unchecked of the built site: files and anchors that links name, and loads from other hosts.

`python -m pages.site_check site` prints a line for each fault and ends with 1 if there is any.
"""

import os
import re
import sys
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADING = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
"""Elements that make a browser send a request by themselves, with the attribute that says where to."""

IN_CSS = re.compile(r"@import|url\(\s*[\"']?(?:https?:)?//")


class Page(HTMLParser):
    """The links, the loads and the anchors of one page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.loads: set[str] = set()
        self.links: set[str] = set()
        self.anchors = {""}
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of what an element refers to, and of the name it has."""
        values = dict(attrs)
        self.anchors |= {values.get("id") or "", (tag == "a" and values.get("name")) or ""}
        if tag in LOADING and (target := values.get(LOADING[tag])) and values.get("rel") != "canonical":
            self.loads.add(target)
        if tag == "a" and (target := values.get("href")):
            self.links.add(target)


def faults(site: Path) -> Iterator[str]:
    """Return what is wrong with a built site, a line for each fault."""
    read = cache(Page)
    for path in sorted(site.rglob("*.html")):
        page = read(path)
        name = path.relative_to(site)
        yield from (f"{name}: loads {load} from another host" for load in sorted(page.loads) if _is_foreign(load))
        for link in sorted(link for link in page.loads | page.links if not _is_foreign(link)):
            target = _target(site, path, urlsplit(link).path)
            anchor = unquote(urlsplit(link).fragment)
            if not target.is_file():
                yield f"{name}: {link} leads to nothing"
            elif target.suffix == ".html" and not anchor.startswith("__") and anchor not in read(target).anchors:
                yield f"{name}: {link} names an anchor that is not there"
    for path in sorted(site.rglob("*.css")):
        if IN_CSS.search(path.read_text("utf-8")):
            yield f"{path.relative_to(site)}: loads from another host"


def _is_foreign(link: str) -> bool:
    return bool(urlsplit(link).netloc or urlsplit(link).scheme)


def _target(site: Path, page: Path, path: str) -> Path:
    # A page for unknown addresses is shown at any of them, so its links begin at the root.
    start = site / path.lstrip("/") if path.startswith("/") else page.parent / unquote(path) if path else page
    target = Path(os.path.normpath(start))
    return target / "index.html" if target.is_dir() else target


def main(site: Path) -> int:
    """Print the faults of a site, and return the exit code."""
    found = list(faults(site))
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
