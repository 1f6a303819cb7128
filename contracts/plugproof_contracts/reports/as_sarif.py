"""The report as SARIF 2.1.0, for code scanning."""

import json
from typing import Any
from urllib.parse import quote

from plugproof_contracts.facts.level import Level
from plugproof_contracts.reports.report_model import (
    Breach,
    Problem,
    Report,
    RuleState,
    Verdict,
    place,
    problem_place,
    read_on,
)
from plugproof_contracts.rules import RULES

_LEVELS = {Level.DOCUMENTED: "error", Level.INFERRED: "warning", Level.ASSUMED: "note"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


_DRIFT: dict[str, Any] = {
    "id": "check.drift",
    "shortDescription": {"text": "The answers look as they did in an earlier check."},
    "help": {"text": "what is new or gone breaks no documented fact; --fail-on drift lets it count"},
    "defaultConfiguration": {"level": "note"},
}


def render(report: Report) -> bytes:
    """Render the report; accepted findings are there, suppressed."""
    run = {
        "tool": {"driver": _driver(report)},
        "invocations": [_invocation(report)],
        "results": [*[_result(breach, report) for breach in report.breaches], *_changes(report)],
        "properties": {"verdict": report.verdict_text, "strict": report.strict, "counts": report.counts},
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=True).encode() + b"\n"


def _driver(report: Report) -> dict[str, Any]:
    rules = [*[_rule(rule) for rule in report.rules], *([_DRIFT] if report.drift else [])]
    return {"name": "plugproof", "version": report.version, "rules": rules}


def _changes(report: Report) -> list[dict[str, Any]]:
    level = "error" if report.verdict is Verdict.DRIFTED else "note"
    index, sources = len(report.rules), report.sources or ()
    places = [_artifact(source.file) for source in sources[:1]]
    return [
        {
            "ruleId": _DRIFT["id"],
            "ruleIndex": index,
            "level": level,
            "message": {"text": line},
            "locations": places,
        }
        for line in report.drift
    ]


def _rule(rule: RuleState) -> dict[str, Any]:
    return {
        "id": rule.slug,
        "shortDescription": {"text": rule.requirement},
        "fullDescription": {"text": RULES[rule.slug].why if rule.slug in RULES else rule.requirement},
        "help": {"text": f"source: {rule.source}; read on with: {read_on(rule.slug)}"},
        "defaultConfiguration": {"level": _LEVELS[rule.level]},
        "properties": {"factLevel": rule.level, "state": rule.state},
    }


def _result(breach: Breach, report: Report) -> dict[str, Any]:
    accepted = [{"kind": "external", "status": "accepted", "justification": breach.accepted}]
    return {
        "ruleId": breach.rule,
        "ruleIndex": [rule.slug for rule in report.rules].index(breach.rule),
        "level": "error" if breach.counts else _LEVELS[breach.level],
        "message": {"text": f"{breach.requirement} {breach.message}"},
        "locations": [_location(breach)],
        "suppressions": accepted if breach.accepted else [],
    }


def _location(breach: Breach) -> dict[str, Any]:
    name = {"fullyQualifiedName": f"{place(breach)} {breach.pointer}".rstrip()}
    return {**_artifact(breach.file), "logicalLocations": [name]}


def _artifact(file: str) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": {"uri": quote(file.encode("utf-8", "replace"))}}}


def _invocation(report: Report) -> dict[str, Any]:
    return {
        "executionSuccessful": not report.problems,
        "exitCode": report.verdict.exit_code,
        "toolExecutionNotifications": [_notification(problem) for problem in report.problems],
        "toolConfigurationNotifications": [
            {"level": "warning", "message": {"text": f"baseline entry {one.entry} ({one.rule}) {one.reason}"}}
            for one in report.stale
        ],
    }


def _notification(problem: Problem) -> dict[str, Any]:
    text = f"{problem_place(problem)}: {problem.reason}"
    return {"level": "error", "message": {"text": text}, "locations": [_artifact(problem.file)]}
