"""The report for a terminal."""

from collections.abc import Iterator

from plugproof_contracts.reports.report_model import (
    MOST_SHOWN,
    Breach,
    Report,
    place,
    problem_place,
    read_on,
    skipped_text,
    tally,
)


def render(report: Report) -> bytes:
    """Render the report as lines of plain text."""
    return ("\n".join(_lines(report)) + "\n").encode("utf-8", "replace")


def _lines(report: Report) -> Iterator[str]:
    for source in report.sources:
        yield f"{source.file}: {source.format}, {skipped_text(source)}: {source.verdict_text}"
        if len(source.bases) > 1:
            yield f"  exchanges with {len(source.bases)} base URLs: {', '.join(source.bases)}"
    for found in report.by_rule().values():
        yield from ("", *_rule(found))
    yield from _others(report)
    yield from ("", f"ledger: {report.ledger}") if report.ledger else ()
    rules = ", ".join(f"{number} {name}" for name, number in tally(report.rules).items())
    yield from ("", f"rules: {rules}", f"verdict: {report.verdict_text} (exit code {report.verdict.exit_code})")


def _rule(found: list[Breach]) -> Iterator[str]:
    first = found[0]
    weight = "" if first.counts else ", does not count"
    times = "" if len(found) == 1 else f", {len(found)} times"
    yield f"{first.level}: {first.rule}{weight}{times}"
    yield f"  requirement  {first.requirement}"
    for breach in found[:MOST_SHOWN]:
        yield f"  in           {place(breach)}"
        yield f"    {breach.pointer or 'the answer'}: expected {breach.expected}, got {breach.actual}"
    if len(found) > MOST_SHOWN:
        yield f"  and {len(found) - MOST_SHOWN} more"
    yield f"  source       {first.source}"
    yield f"  read on      {read_on(first.rule)}"


def _others(report: Report) -> Iterator[str]:
    accepted = [
        f"  {slug}, {len(found)} times: {found[0].accepted}" for slug, found in report.accepted_by_rule().items()
    ]
    yield from _section("accepted by the baseline", accepted)
    yield from _section(
        "could not check", [f"  {problem_place(problem)}: {problem.reason}" for problem in report.problems]
    )
    yield from _section("changed", [f"  {line}" for line in report.drift])
    yield from _section("contradicted assumptions", [f"  {note}" for note in report.notes])
    yield from _section(
        "baseline entries to remove", [f"  entry {one.entry}, {one.rule}: {one.reason}" for one in report.stale]
    )


def _section(title: str, lines: list[str]) -> list[str]:
    return ["", f"{title}:", *lines] if lines else []
