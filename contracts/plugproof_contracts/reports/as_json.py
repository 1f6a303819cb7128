"""The whole report as JSON, for programs."""

import json

import msgspec

from plugproof_contracts.reports.report_model import Report, tally

FORMAT = "plugproof-report/1"
"""The first member; the number changes when a member changes its meaning or goes."""


def render(report: Report) -> bytes:
    """Render the report; members are never removed, and new ones may come."""
    members = {
        "format": FORMAT,
        "exit_code": report.verdict.exit_code,
        "summary": tally(report.rules),
        **msgspec.to_builtins(report),
    }
    return json.dumps(members, indent=2, ensure_ascii=True).encode() + b"\n"
