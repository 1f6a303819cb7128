"""`plugproof fuzz` on the fake: all phases, every check of Schemathesis and ours, and nothing found."""

import os
import re

import pytest
from click.testing import CliRunner

from plugproof_cli.commands.fuzz import PHASES
from plugproof_cli.main import main
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_schemathesis.checks import EXPECTED
from plugproof_schemathesis.fuzz_config import PHASES as KNOWN_PHASES

EXAMPLES = os.environ.get("PLUGPROOF_FUZZ_EXAMPLES", "6")
"""Random requests to each operation; 900 of them are twelve thousand requests in all."""

CODES = ("HAPPY", "OFFLINE", "BUSY", "STOPFAIL")
"""Chargers that between them give every documented answer but the limit's."""


def test_schemathesis_finds_nothing_on_the_fake(quick, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    codes = [argument for code in CODES for argument in ("--code", code)]
    done = CliRunner().invoke(
        main, ["fuzz", quick.api, "--max-examples", EXAMPLES, "--seed", "7", "--strict", *codes]
    )
    assert done.exit_code == 0, done.output
    for phase in PHASES:
        assert re.search(rf"^  {phase} +\d+ requests: success$", done.stderr, re.MULTILINE), done.stderr
    assert int(re.findall(r"^requests: (\d+)", done.stdout, re.MULTILINE)[0]) > 250, done.stdout
    for operation in ("confirm", "start", "get", "charger"):  # whatever the status of the sessions that are met
        success = OPERATIONS[operation].success
        assert re.search(rf"^  {operation} .*\b{success} ×", done.stdout, re.MULTILINE), done.stdout
    assert int(re.findall(r"documented answers met: (\d+) of 27", done.stdout)[0]) > 12, done.stdout
    assert "verdict: conforms (exit code 0)" in done.stdout
    assert not list(tmp_path.iterdir())


def test_the_phases_are_known_without_importing_schemathesis():
    """The command knows the phases without importing Schemathesis."""
    assert PHASES == KNOWN_PHASES


@pytest.mark.parametrize(
    ("operation", "statuses"),
    [
        ("confirm", {"200", "404"}),
        ("start", {"201", "400", "404", "409", "422"}),
        ("get", {"200", "404"}),
        ("stop", {"200", "400", "404"}),
        ("cancel", {"200", "404", "409"}),
        ("receipt-email", {"200", "404", "422"}),
        ("charger", {"200", "404"}),
    ],
)
def test_a_sound_request_gets_what_its_own_operation_documents(operation, statuses):
    allowed = set(EXPECTED[operation]["positive_data_acceptance"]["expected-statuses"])
    # A limit may bite anywhere, and a failing server is another check's business.
    assert allowed == statuses | {"429", "5xx"}
