"""The map as JUnit XML: one suite for each status, one test case for each cell."""

import re
import xml.etree.ElementTree as ET
from itertools import groupby

from plugproof_harness.exploration.exploration import Exploration
from plugproof_harness.exploration.visit import CellResult, CellState

# Characters that XML 1.0 cannot hold, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_ELEMENTS = {
    CellState.BROKEN: "failure",
    CellState.INCONCLUSIVE: "error",
    CellState.UNTRIED: "error",
    CellState.IMPOSSIBLE: "skipped",
}


def render(found: Exploration) -> bytes:
    """Render the cells; an impossible one is skipped, and what could not be judged is an error."""
    root = ET.Element("testsuites", name=f"plugproof explore {_text(found.adapter)}")
    for status, results in groupby(found.results, key=_status):
        _add_suite(root, status, [_case(result) for result in results])
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _status(result: CellResult) -> str:
    return result.cell.partition("/")[0]


def _add_suite(root: ET.Element, status: str, cases: list[ET.Element]) -> None:
    suite = ET.SubElement(root, "testsuite", name=status, tests=str(len(cases)))
    for kind, plural in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(plural, str(sum(case.find(kind) is not None for case in cases)))
    suite.extend(cases)


def _case(result: CellResult) -> ET.Element:
    case = ET.Element("testcase", classname=f"plugproof.explore.{_status(result)}", name=result.cell, time="0")
    if failure := result.failure:
        message = f"the client broke a law: {failure.complaint}"
        element = ET.SubElement(case, "failure", type=failure.law, message=_text(message))
        lines = [f"{failure.why} ({failure.source})", failure.crash, failure.replay]
        element.text = _text("\n".join(filter(None, lines)))
    elif result.state in _ELEMENTS:
        ET.SubElement(case, _ELEMENTS[result.state], message=_text(f"{result.state}: {result.reason}"))
    return case


def _text(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
