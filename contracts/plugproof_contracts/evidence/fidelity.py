"""The page that says how well each fact is known: its level, and beside it what the live API was seen to do."""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from plugproof_contracts.evidence.fact_index import FACTS, Fact, FactKind
from plugproof_contracts.facts.operations import BASE_URL

Counts = Mapping[str, tuple[int, int]]
"""How often each fact was seen to hold and not to, by its name; what is not there was never seen."""

_HEAD = """# Fidelity: how well each fact is known

Made by `make fidelity` from `fidelity.json`, which holds what was seen of the live API; `make fidelity ARGS=URL`
takes that from a [ledger](evidence.md) first. A row says how often a fact was *observed*, how often
*contradicted*, and the value that is *assumed*, if it has one. Nothing is summed up: a fact that was never seen is
known by its level only.
"""


def page(counts: Counts) -> str:
    """Return the page; the same counts always give the same bytes."""
    return _HEAD + "".join(_section(kind, counts) for kind in FactKind)


def _section(kind: FactKind, counts: Counts) -> str:
    rows = [_row(fact, *counts.get(fact.name, (0, 0))) for fact in FACTS.values() if fact.kind is kind]
    head = "| fact | level | assumed | observed | contradicted | |\n|---|---|---|---:|---:|---|\n"
    return f"\n## {kind.capitalize()}s\n\n{head}" + "".join(rows)


def _row(fact: Fact, observed: int, contradicted: int) -> str:
    seen = "" if observed + contradicted else "never seen"
    assumed = f"`{fact.assumed_text}`" if fact.assumed is not None else ""
    cells = (f"`{fact.name}`", fact.level, assumed, observed, contradicted, seen)
    return f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in cells)} |\n"


def counts_of_ledger(url: str) -> dict[str, tuple[int, int]]:
    """Return what a ledger knows of the live API, over all kinds of source; raises `LedgerError`."""
    from plugproof_contracts.evidence.ledger import Ledger

    found: dict[str, tuple[int, int]] = {}
    ledger = Ledger(url)
    try:
        for entry in ledger.entries(BASE_URL):
            observed, contradicted = found.get(entry.fact, (0, 0))
            found[entry.fact] = (observed + entry.observed, contradicted + entry.contradicted)
    finally:
        ledger.close()
    return found


def read_counts(path: Path) -> dict[str, tuple[int, int]]:
    """Read counts from a file that `write_counts` wrote."""
    return {
        fact: (observed, contradicted) for fact, (observed, contradicted) in json.loads(path.read_text()).items()
    }


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
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)
