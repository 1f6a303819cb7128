"""No report harms its reader, whatever was recorded: a terminal, a log, a runner."""

from datetime import date

import pytest

from plugproof_contracts import check
from plugproof_contracts.adapters.ndjson import to_ndjson
from plugproof_contracts.conformance.recordings import inspect
from plugproof_contracts.reports.builder import ReportPolicy
from plugproof_contracts.reports.formats import FORMATS, render
from plugproof_contracts.rules.examples import success

EVIL = "::error::x\r\n::stop-commands::y\x1b]0;z\x07\x9b\x85\u2028\u202e\u2066##[add-mask]w\x00"
BASE = "https://h/::set-output::\u202e\x1b[2J"


def recorded():
    """Return exchanges that put such a text wherever a report shows one."""
    one = success("get", "charging", cost_amount=5001, energy_kwh=EVIL, **{EVIL: EVIL})
    headers = {"content-type": EVIL, "x-ratelimit-limit": EVIL, "x-ratelimit-remaining": EVIL, EVIL: EVIL}
    return [
        one,
        one.replace(headers=headers | {"date": EVIL}),
        one.replace(url=BASE + one.url[len("https://app.plugchoice.com") :] + EVIL, method="::x\x1b" + EVIL),
        one.replace(status=404, body=('{"' + "::k\\u001b\\u202e" + '":1,"errors":{"\\u2028::":1}}').encode()),
        one.replace(status=422, body=b'{"message":"\\u0007","errors":{"\\u2028::\\u009b":1}}'),
    ]


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    path = tmp_path_factory.mktemp("a") / "::error::\n::warning::\x1b[31m\u202e.ndjson"
    path.write_bytes(b"".join(map(to_ndjson, recorded())) + b"\x1b::error::\n")
    missing = path.with_name("::none\u2028")
    return inspect([path, missing], ReportPolicy(date(2026, 1, 10), strict=True))


@pytest.mark.parametrize("format_", [*FORMATS, "text"])
def test_no_report_holds_what_its_reader_obeys(report, format_):
    """The commands in the format for GitHub are our own, and each of them has a line to itself."""
    told = render(format_, report).decode()
    lines = told.split("\n")
    assert all(line.isprintable() for line in lines), [line for line in lines if not line.isprintable()]
    assert "##[" not in told
    commands = [line for line in lines if line.lstrip().startswith("::")]
    known = ("::error file=", "::warning ", "::notice file=", "::notice title=contradicted assumption::")
    assert all(line.startswith(known) for line in commands)
    assert bool(commands) is (format_ == "github")
    assert "x1b" in told


@pytest.mark.parametrize("one", recorded(), ids=range(5))
def test_neither_does_a_finding_of_the_library(one):
    """A test runner shows it as it is."""
    told = [text for found in check(one) for text in (str(found), found.message)]
    for text in (*told, str(one), repr(one), repr(one.headers)):
        assert all(line.isprintable() and not line.startswith("::") for line in text.split("\n"))
