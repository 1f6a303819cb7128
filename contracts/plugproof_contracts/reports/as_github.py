"""The report as workflow commands, which GitHub turns into annotations of a run."""

from collections.abc import Iterator

from plugproof_contracts.facts.level import Level
from plugproof_contracts.reports.report_model import Breach, Report, Verdict, problem_place

_COMMANDS = {Level.DOCUMENTED: "error", Level.INFERRED: "warning", Level.ASSUMED: "notice"}


def render(report: Report) -> bytes:
    """Render one annotation for each rule and file, for GitHub shows only ten of a kind."""
    lines = [*_findings(report), *_rest(report)]
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")


def _findings(report: Report) -> Iterator[str]:
    for found in report.by_rule().values():
        for file in dict.fromkeys(breach.file for breach in found):
            yield _annotation([breach for breach in found if breach.file == file])


def _annotation(found: list[Breach]) -> str:
    first = found[0]
    more = "" if len(found) == 1 else f"\n{len(found)} findings in this file; this is the first"
    text = f"{first.requirement}\n{first.message}\nin {first.where}, entry {first.entry}{more}"
    return command("error" if first.counts else _COMMANDS[first.level], text, file=first.file, title=first.rule)


def _rest(report: Report) -> Iterator[str]:
    for problem in report.problems:
        yield command(
            "error", f"{problem_place(problem)}: {problem.reason}", file=problem.file, title="could not check"
        )
    for one in report.stale:
        yield command("warning", f"baseline entry {one.entry} ({one.rule}) {one.reason}", title="baseline")
    if report.caveat:
        yield command("warning", report.verdict_text, title=report.verdict)
    if report.drift:
        kind = "error" if report.verdict is Verdict.DRIFTED else "notice"
        yield command(kind, "\n".join(report.drift), title="changed since an earlier check")
    for note in report.notes:
        yield command("notice", str(note), title="contradicted assumption")
    if report.verdict is Verdict.NOTHING:
        yield command("error", "no rule was checked", title=report.verdict)


def command(name: str, message: str, **properties: str) -> str:
    """Return one workflow command, escaped so that no value can end it or begin another."""
    given = ",".join(f"{key}={_property(value)}" for key, value in properties.items() if value)
    return f"::{name} {given}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
