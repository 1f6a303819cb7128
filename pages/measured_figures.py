"""The figures of README, from the pages that measurements write: `python -m pages.measured_figures`.

README has no figure of its own: after a measurement this writes the table anew, and a test compares the two.
"""

import re

from pages.code_blocks import ROOT

README = ROOT / "README.md"
PAGES = ROOT / "docs" / "explanation"
BEGIN, END = "<!-- figures -->\n", "<!-- end of the figures -->\n"


def figures() -> str:
    """Return the table: what was measured, the figure, and the page that it is from."""
    rows = (
        (
            "requests a second, in multiples of Starlette's constant answer",
            _ratio("confirm, everything on"),
            "benchmarks",
        ),
        ("the same, in WireMock's static answers", _ratio("wiremock"), "benchmarks"),
        ("all rules on one answer", _row("benchmarks", "all rules on one confirm 200")[1], "benchmarks"),
        ("defects of one answer that the checker finds", _found(), "power"),
        ("`kill -9` under load, SQLite", _kills("kills-sqlite"), "reliability"),
        ("`kill -9` under load, Redis", _kills("kills-redis"), "reliability"),
    )
    lines = (f"| {what} | {figure} | [{page}](docs/explanation/{page}.md) |" for what, figure, page in rows)
    return "\n".join(("| measured | figure | page |", "|---|---|---|", *lines)) + "\n"


def write() -> None:
    """Write the table into README."""
    before, _, rest = README.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    README.write_text(f"{before}{BEGIN}\n{figures()}\n{END}{after}", "utf-8")


def _row(page: str, start: str) -> list[str]:
    """Return the cells of the row that begins with a text; raises `LookupError` without one."""
    for line in (PAGES / f"{page}.md").read_text("utf-8").splitlines():
        cells = [cell.strip().strip("*`") for cell in line.strip("| ").split(" | ")]
        if line.startswith("| ") and cells[0].startswith(start):
            return cells
    raise LookupError(f"docs/explanation/{page}.md has no row that begins with {start!r}")


def _ratio(start: str) -> str:
    return f"{_row('benchmarks', start)[3].split(' ')[0]} ×"


def _found() -> str:
    """Return the share that the checker finds, and that of the best of the other tools."""
    cells = _row("power", "all")
    shares = [float(re.findall(r"([\d.]+) %", cell)[0]) for cell in cells[4:]]
    return f"{shares[0]:g} % of {cells[3]}; the best of four other tools finds {max(shares[1:]):g} %"


def _kills(name: str) -> str:
    """Return what was killed, acknowledged and lost."""
    outcome = next(cell for cell in _row("reliability", name) if " acknowledged, " in cell)
    return outcome.partition(";")[0]


if __name__ == "__main__":
    write()
