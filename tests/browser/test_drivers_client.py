"""The reference client of the driver's page, judged as any client is."""

import shlex
import shutil
from pathlib import Path

import pytest

from plugproof_contracts.reports.report_model import Verdict
from plugproof_harness import command_adapter, explore
from plugproof_mockserver import browser

ADAPTER = Path(__file__).with_name("drivers_client.mjs")
CLIENT = Path(browser.__file__).parent / "static/client.js"


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_the_drivers_client_keeps_every_law_everywhere():
    """Whatever becomes of an answer: no cell breaks a law, and none is left out."""
    found = explore(command_adapter(shlex.join(["node", str(ADAPTER), str(CLIENT)])))
    assert [result.cell for group in found.groups for result in group] == []
    assert found.verdict is Verdict.CONFORMS
