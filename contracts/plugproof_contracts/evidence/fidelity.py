"""The page that says how well each fact is known: its level, and beside it what the live API was seen to do."""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from plugproof_contracts.evidence.fact_index import FACTS, Fact, FactKind
from plugproof_contracts.evidence.ledger_entry import LedgerEntry
from plugproof_contracts.evidence.night_bound import claim
from plugproof_contracts.extras import exit_without_extra
from plugproof_contracts.facts.operations import BASE_URL


class FactCounts(NamedTuple):
    """How often a fact was seen to hold and not to, and on how many nights."""

    observed: int = 0
    contradicted: int = 0
    nights: int = 0
    broken_nights: int = 0

    def with_entry(self, entry: LedgerEntry) -> "FactCounts":
        """Return the counts with an entry's; the nights of two kinds of source may be the same ones."""
        nights = max(self.nights, entry.nights)
        return FactCounts(
            self.observed + entry.observed,
            self.contradicted + entry.contradicted,
            nights,
            min(nights, self.broken_nights + entry.broken_nights),
        )


Counts = Mapping[str, FactCounts]
"""What was seen of each fact, by its name; what is not there was never seen."""

_HEAD = """# Fidelity: how well each fact is known

Made by `make fidelity` from `fidelity.json`, which holds what was seen of the live API; `make fidelity
ARGS=URL` takes that from a [ledger](evidence.md) first. A row says how often a fact was *observed*, how often
*contradicted*, and the value that is *assumed*, if it has one. It also says on how many nights, with the part
of nights on which the fact breaks at most. That is the exact binomial bound, one-sided, which takes each night
for a draw of its own. Nothing is summed up: a fact that was never seen is known by its level only.
"""


def page(counts: Counts) -> str:
    """Return the page; the same counts always give the same bytes."""
    return _HEAD + "".join(_section(kind, counts) for kind in FactKind)


def _section(kind: FactKind, counts: Counts) -> str:
    rows = [_row(fact, counts.get(fact.name, FactCounts())) for fact in FACTS.values() if fact.kind is kind]
    head = "| fact | level | assumed | observed | contradicted | nights |\n|---|---|---|---:|---:|---|\n"
    return f"\n## {kind.capitalize()}s\n\n{head}" + "".join(rows)


def _row(fact: Fact, counts: FactCounts) -> str:
    seen = claim(counts.nights, counts.broken_nights) if counts.observed + counts.contradicted else "never seen"
    assumed = f"`{fact.assumed_text}`" if fact.assumed is not None else ""
    cells = (f"`{fact.name}`", fact.level, assumed, counts.observed, counts.contradicted, seen)
    return f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in cells)} |\n"


def counts_of_ledger(url: str) -> dict[str, FactCounts]:
    """Return what a ledger knows of the live API, over all kinds of source; raises `LedgerError`."""
    from plugproof_contracts.evidence.ledger import Ledger

    found: dict[str, FactCounts] = {}
    ledger = Ledger(url)
    try:
        for entry in ledger.entries(BASE_URL):
            found[entry.fact] = found.get(entry.fact, FactCounts()).with_entry(entry)
    finally:
        ledger.close()
    return found


def read_counts(path: Path) -> dict[str, FactCounts]:
    """Read counts from a file that `write_counts` wrote."""
    return {fact: FactCounts(*counts) for fact, counts in json.loads(path.read_text()).items()}


def write_counts(path: Path, counts: Counts) -> None:
    """Write counts, a fact a line."""
    path.write_text(_lines(counts))


def _lines(counts: Counts) -> str:
    return "{\n" + ",\n".join(_entries(counts)) + "\n}\n"


def _entries(counts: Counts) -> Iterator[str]:
    for fact in sorted(counts):
        yield f"  {json.dumps(fact)}: {json.dumps(list(counts[fact]))}"


def main(folder: Path, url: str | None) -> None:
    """Write the page into a folder of documents, from a ledger if there is one."""
    source = folder / "fidelity.json"
    if url is not None:
        write_counts(source, counts_of_ledger(url))
    (folder / "fidelity.md").write_text(page(read_counts(source)), encoding="utf-8")


if __name__ == "__main__":
    with exit_without_extra():
        main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)
