"""Drift is told in every report, and counts only where that was asked for."""

import json
from contextlib import closing

import msgspec
import pytest

from plugproof_contracts.conformance.check_run import Ports
from plugproof_contracts.conformance.conformance_check import CheckOptions, run_check
from plugproof_contracts.conformance.history.check_history import LONGEST_PAUSE, Allowance, History
from plugproof_contracts.facts.operations import BASE_URL
from plugproof_contracts.reports import formats
from plugproof_contracts.reports.report_model import Verdict

LINE = "new: field /data/vat_rate (get 200)"


@pytest.fixture(scope="module")
def sound(nights):
    return msgspec.structs.replace(nights().night(), drift=(LINE,))


@pytest.mark.parametrize("kind", formats.FORMATS)
@pytest.mark.parametrize("verdict", [Verdict.CONFORMS, Verdict.DRIFTED])
def test_every_report_tells_what_changed(sound, kind, verdict):
    content = formats.render(kind, msgspec.structs.replace(sound, verdict=verdict)).decode()
    assert "vat_rate" in content.replace("\\", "")


def test_a_change_fails_where_it_counts(sound):
    """CI shows a failure for what ends with exit code 1, and none for what does not."""
    drifted = msgspec.structs.replace(sound, verdict=Verdict.DRIFTED)
    assert (sound.verdict.exit_code, drifted.verdict.exit_code) == (0, 1)
    assert b"<failure" not in formats.render("junit", sound)
    assert b'<failure type="changed"' in formats.render("junit", drifted)
    assert b"::notice" in formats.render("github", sound)
    assert b"::error" in formats.render("github", drifted)
    for report, level in ((sound, "note"), (drifted, "error")):
        run = json.loads(formats.render("sarif", report))["runs"][0]
        result = run["results"][-1]
        assert (result["ruleId"], result["level"]) == ("check.drift", level)
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "check.drift"


@pytest.mark.parametrize(("counts", "verdict"), [(False, Verdict.CONFORMS), (True, Verdict.DRIFTED)])
def test_drift_counts_under_fail_on_drift_only(nights, tmp_path, counts, verdict):
    """The history keeps the verdict that the check ended with."""

    def grow(name, reply):
        if grown and reply.status == 404:
            reply.tell({**reply.document, "hint": "x"})

    grown, checks = [], nights(spoil=grow)
    options = CheckOptions(history=f"sqlite:///{tmp_path / 'history'}", fail_on_drift=counts)
    ports = Ports(checks.send, checks.now, checks.sleep)
    assert run_check(BASE_URL, options, ports=ports).verdict is Verdict.CONFORMS
    grown.append(True)
    found = run_check(BASE_URL, options, ports=ports)
    assert "/hint" in " ".join(found.drift)
    assert found.verdict is verdict
    with closing(History(options.history)) as history:
        assert history.runs(history.bases()[0])[0].verdict == str(verdict)


def busy(wait):
    def spoil(name, reply):
        reply.status, reply.headers["retry-after"] = 503, wait

    return spoil


@pytest.mark.parametrize("wait", ["999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_pause_lasts_a_day_at_most_and_says_until_when(nights, tmp_path, wait):
    """One mistaken answer does not silence the check for years."""
    checks = nights(spoil=busy(wait))
    options = CheckOptions(history=f"sqlite:///{tmp_path / 'history'}")
    ports = Ports(checks.send, checks.now, checks.sleep)
    run_check(BASE_URL, options, ports=ports)
    said = run_check(BASE_URL, options, ports=ports).problems[0].reason
    assert "until 2026-01-11 12:00:00 UTC" in said
    assert "--lift-pause" in said
    checks.spoil = lambda name, reply: None
    lifted = msgspec.structs.replace(options, lift_pause=True)
    assert run_check(BASE_URL, lifted, ports=ports).verdict is Verdict.CONFORMS


def test_a_pause_of_another_clock_is_not_kept():
    """A history of an older version, or of a clock that was put back, may hold any moment."""
    history = History("sqlite://")
    history.pause(BASE_URL, 1000.0 + LONGEST_PAUSE + 1)
    assert history.book(BASE_URL, "get", 1000.0, Allowance(32)).wait == 0
    history.close()
