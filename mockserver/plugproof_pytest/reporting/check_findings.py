"""What the check found in one run, as plain data that workers can hand over."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from plugproof_contracts import Level, Violation
from plugproof_pytest.reporting.finding_lines import finding_line


class MockFinding(NamedTuple):
    """One breach, and where it came from: the mock's line if that is known, else None."""

    violation: Violation
    where: str | None

    @property
    def place(self) -> str:
        """The exchange, and the line that mocked it."""
        return self.violation.where + (f", mocked at {self.where}" if self.where else "")


def failure_text(findings: list[MockFinding]) -> str:
    """Return the breaks of a test: one line each, then each place and each rule once."""
    places = dict.fromkeys(finding.place for finding in findings)
    parts = [_of_place(place, [one for one in findings if one.place == place]) for place in places]
    rules = dict.fromkeys(finding.violation.rule for finding in findings)
    return "\n\n".join([*parts, _ways_on(list(rules))])


def _of_place(place: str, findings: list[MockFinding]) -> str:
    lines = dict.fromkeys(finding_line(finding.violation) for finding in findings)
    return "\n".join([*lines, f"  in {place}"])


def _ways_on(rules: list[str]) -> str:
    return (
        f"The API does not answer like this: {', '.join(rules)} (plugproof rules {rules[0]} says why).\n"
        "If the test needs an answer that the API can't give, @pytest.mark.plugchoice(check=False) says so, and "
        "its breaks\nare only counted; --plugchoice-allow RULE says so of one rule and the whole run."
    )


class SummaryRow(NamedTuple):
    """One line of the summary."""

    level: str
    rule: str
    where: str
    message: str


class CheckTally:
    """Counts of what was checked and found."""

    def __init__(self) -> None:
        self.counts = Counter(dict.fromkeys(("answers", "incomplete", "unread", "by_fakes"), 0))
        self._rows: Counter[SummaryRow] = Counter()

    def add(self, finding: MockFinding, test: str) -> None:
        """Count one finding of one test."""
        violation, where = finding.violation, finding.where or test
        self._rows[SummaryRow(violation.level.value, violation.rule, where, finding_line(violation))] += 1

    def plain(self) -> dict[str, Any]:
        """Return everything as lists and numbers."""
        return {"counts": dict(self.counts), "rows": [[*row, count] for row, count in self._rows.items()]}

    def merge(self, plain: dict[str, Any]) -> None:
        """Add what a worker counted."""
        self.counts.update(plain["counts"])
        for *row, count in plain["rows"]:
            self._rows[SummaryRow(*row)] += count

    def lines(self) -> Iterator[str]:
        """Yield the summary: what was checked, then each kind of finding with its number and its places."""
        counts = Counter(row.level for row in self._rows.elements())
        found = ", ".join(f"{counts[level]} {name}" for level, name in NAMES.items())
        yield f"{self.counts['answers']} answers of the API's host checked: {found}."
        yield from (text.format(self.counts[name]) for name, text in _REMARKS.items() if self.counts[name])
        for (level, rule, message), rows in _grouped(self._rows).items():
            yield f"{NAMES[level]}: {rule}: {message}"
            yield from (f"    {row.where} ({self._rows[row]} ×)" for row in rows)


_REMARKS = {
    "incomplete": "{} of them leave out headers that the API sends (rate limit, CORS): incomplete, not wrong.",
    "unread": "{} more were streamed and not read whole, so they could not be checked.",
    "by_fakes": "{} more were given by a fake, which may be told to be wrong, and not checked.",
}

NAMES = {Level.DOCUMENTED.value: "errors", Level.INFERRED.value: "warnings", Level.ASSUMED.value: "notes"}
"""What a break of each level is called."""


def _grouped(rows: Counter[SummaryRow]) -> dict[tuple[str, str, str], list[SummaryRow]]:
    groups: dict[tuple[str, str, str], list[SummaryRow]] = {}
    for row in sorted(rows, key=lambda row: (list(NAMES).index(row.level), row.rule, row.message, row.where)):
        groups.setdefault((row.level, row.rule, row.message), []).append(row)
    return groups
