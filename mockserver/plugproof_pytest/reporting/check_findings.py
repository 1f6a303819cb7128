"""What the check found in one run, as plain data that workers can hand over."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from plugproof_contracts import Level, Violation


class MockFinding(NamedTuple):
    """One breach, and where it came from: the mock's line if that is known, else the test."""

    violation: Violation
    where: str | None

    def __str__(self) -> str:
        return f"{self.violation}" + (f"\n  {'mocked at':<12} {self.where}" if self.where else "")


class SummaryRow(NamedTuple):
    """One line of the summary."""

    level: str
    rule: str
    where: str
    message: str


class CheckTally:
    """Counts of what was checked and found."""

    def __init__(self) -> None:
        self.answers = 0
        self.unread = 0
        self.by_fakes = 0
        self._rows: Counter[SummaryRow] = Counter()

    def add(self, finding: MockFinding, test: str) -> None:
        """Count one finding of one test."""
        violation = finding.violation
        self._rows[
            SummaryRow(violation.level.value, violation.rule, finding.where or test, violation.message)
        ] += 1

    def plain(self) -> dict[str, Any]:
        """Return everything as lists and numbers."""
        rows = [[*row, count] for row, count in self._rows.items()]
        return {"answers": self.answers, "unread": self.unread, "by_fakes": self.by_fakes, "rows": rows}

    def merge(self, plain: dict[str, Any]) -> None:
        """Add what a worker counted."""
        self.answers += plain["answers"]
        self.unread += plain["unread"]
        self.by_fakes += plain["by_fakes"]
        for *row, count in plain["rows"]:
            self._rows[SummaryRow(*row)] += count

    def lines(self) -> Iterator[str]:
        """Yield the summary: what was checked, then each kind of finding with its number and its places."""
        counts = Counter(row.level for row in self._rows.elements())
        found = ", ".join(f"{counts[level]} {name}" for level, name in NAMES.items())
        yield f"{self.answers} answers of the API's host checked: {found}."
        if self.unread:
            yield f"{self.unread} more were streamed and not read whole, so they could not be checked."
        if self.by_fakes:
            yield f"{self.by_fakes} more were given by a fake, which may be told to be wrong, and not checked."
        for (level, rule), rows in _grouped(self._rows).items():
            yield f"{NAMES[level]}: {rule}: {rows[0].message}"
            yield from (f"    {row.where} ({self._rows[row]} ×)" for row in rows)


NAMES = {Level.DOCUMENTED.value: "errors", Level.INFERRED.value: "warnings", Level.ASSUMED.value: "notes"}
"""What a break of each level is called."""


def _grouped(rows: Counter[SummaryRow]) -> dict[tuple[str, str], list[SummaryRow]]:
    groups: dict[tuple[str, str], list[SummaryRow]] = {}
    for row in sorted(rows, key=lambda row: (list(NAMES).index(row.level), row)):
        groups.setdefault((row.level, row.rule), []).append(row)
    return groups
