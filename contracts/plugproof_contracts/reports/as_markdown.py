"""The report as Markdown, for a job's summary or a comment."""

import re
from collections.abc import Iterable, Iterator, Sequence

from plugproof_contracts.reports.report_model import (
    MOST_SHOWN,
    Report,
    State,
    place,
    problem_place,
    skipped_text,
    tally,
)


def render(report: Report) -> bytes:
    """Render the report."""
    return ("\n".join(_blocks(report)) + "\n").encode("utf-8", "replace")


def _blocks(report: Report) -> Iterator[str]:
    yield f"# {report.title}: {report.verdict_text}\n"
    yield _table(("rules", "number"), ((name, number) for name, number in tally(report.rules).items()))
    yield "## What was read\n"
    yield _table(
        ("file", "format", "entries", "verdict"),
        ((source.file, source.format, skipped_text(source), source.verdict_text) for source in report.sources),
    )
    yield from _findings(report)
    yield from _section(
        "Could not check",
        ("where", "why"),
        [(problem_place(problem), problem.reason) for problem in report.problems],
    )
    yield from _section("Changed", ("what",), [(line,) for line in report.drift])
    notes = [(note.fact, note.assumed, note.seen, note.n) for note in report.notes]
    yield from _section("Contradicted assumptions", ("fact", "assumed", "seen", "times"), notes)
    accepted = [(slug, len(found), found[0].accepted) for slug, found in report.accepted_by_rule().items()]
    yield from _section("Accepted by the baseline", ("rule", "findings", "reason"), accepted)
    stale = [(one.entry, one.rule, one.reason) for one in report.stale]
    yield from _section("Baseline entries to remove", ("entry", "rule", "why"), stale)
    yield "## Rules\n"
    rows = [(rule.slug, rule.level, rule.state) for rule in report.rules if rule.state is not State.NOT_APPLICABLE]
    yield _table(("rule", "level", "state"), rows)


def _findings(report: Report) -> Iterator[str]:
    rows = []
    for slug, found in report.by_rule().items():
        for breach in found[:MOST_SHOWN]:
            weight = breach.level if breach.counts else f"{breach.level}, does not count"
            rows.append((slug, weight, breach.pointer, breach.expected, breach.actual, place(breach)))
        if len(found) > MOST_SHOWN:
            rows.append((slug, "", "", "", "", f"and {len(found) - MOST_SHOWN} more"))
    yield from _section("Findings", ("rule", "level", "pointer", "expected", "actual", "where"), rows)


def _section(title: str, head: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> Iterator[str]:
    if rows:
        yield f"## {title}\n"
        yield _table(head, rows)


def _table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    return "".join(f"| {' | '.join(map(_cell, row))} |\n" for row in (head, ("---",) * len(head), *rows))


def _cell(value: object) -> str:
    """Return text that Markdown takes for nothing but text."""
    text = " ".join(str(value).split())
    return text if text == "---" else re.sub(r"([\\`*_\[\]<>|#&~@!])", r"\\\1", text)
