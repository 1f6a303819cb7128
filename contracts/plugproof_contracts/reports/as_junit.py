"""The report as JUnit XML: one test case for each rule, and one for each file."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence

from plugproof_contracts.reports.report_model import (
    MOST_SHOWN,
    Breach,
    Report,
    RuleState,
    Source,
    State,
    Verdict,
    place,
    problem_place,
)

# Characters that XML 1.0 cannot hold, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report) -> bytes:
    """Render the report; a rule that was not checked is skipped, and what could not be checked is an error."""
    root = ET.Element("testsuites", name=_text(report.title))
    _suite(root, "rules", [_rule(rule, report.by_rule().get(rule.slug, ())) for rule in report.rules])
    _suite(root, "recordings", [_recording(source, report) for source in report.sources])
    if report.drift:
        _suite(root, "changes", [_change(report)])
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _suite(root: ET.Element, name: str, cases: list[ET.Element]) -> None:
    suite = ET.SubElement(root, "testsuite", name=name, tests=str(len(cases)))
    for kind in ("failure", "error", "skipped"):
        plural = kind if kind == "skipped" else f"{kind}s"
        suite.set(plural, str(sum(case.find(kind) is not None for case in cases)))
    suite.extend(cases)


def _rule(rule: RuleState, found: Sequence[Breach]) -> ET.Element:
    case = ET.Element("testcase", classname=f"plugproof.{rule.family}", name=rule.slug, time="0")
    if rule.state in (State.UNCHECKED, State.NOT_APPLICABLE):
        ET.SubElement(case, "skipped", message=rule.state)
    elif any(breach.counts for breach in found):
        failure = ET.SubElement(case, "failure", type=rule.level, message=_text(found[0].message))
        failure.text = _text(_told(rule, found))
    elif found or rule.state is State.ACCEPTED:
        said = f"{rule.state}, does not count\n{_told(rule, found)}"
        ET.SubElement(case, "system-out").text = _text(said)
    return case


def _told(rule: RuleState, found: Sequence[Breach]) -> str:
    lines = [rule.requirement, f"source: {rule.source}"]
    lines += [f"{place(breach)}\n  {breach.message}" for breach in found[:MOST_SHOWN]]
    lines += [f"and {len(found) - MOST_SHOWN} more"] if len(found) > MOST_SHOWN else []
    return "\n".join(lines)


def _recording(source: Source, report: Report) -> ET.Element:
    case = ET.Element("testcase", classname="plugproof.recordings", name=_text(source.file), time="0")
    reasons = [f"{problem_place(one)}: {one.reason}" for one in report.problems if one.file == source.file]
    if reasons:
        ET.SubElement(case, "error", message=Verdict.UNCHECKED).text = _text("\n".join(reasons))
    elif source.verdict is Verdict.NOTHING:
        ET.SubElement(case, "error", message=Verdict.NOTHING)
    elif source.caveat:
        ET.SubElement(case, "system-out").text = _text(source.verdict_text)
    return case


def _change(report: Report) -> ET.Element:
    case = ET.Element("testcase", classname="plugproof.changes", name="since an earlier check", time="0")
    lines = _text("\n".join(report.drift))
    if report.verdict is Verdict.DRIFTED:
        ET.SubElement(case, "failure", type=Verdict.DRIFTED, message=_text(report.drift[0])).text = lines
    else:
        ET.SubElement(case, "system-out").text = f"does not count\n{lines}"
    return case


def _text(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
