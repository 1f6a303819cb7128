"""`plugproof replay`: what differs, by which fact, and the exit code."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.contracts.learning.recorded_worlds import RecordedWorld

from plugproof import Exchange
from plugproof_cli.main import main
from plugproof_contracts.adapters.ndjson import to_ndjson


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """A recording of a world whose tax is not the assumed one."""
    world = RecordedWorld(vat=19)
    world.bill()
    path = tmp_path / "traffic.ndjson"
    path.write_bytes(b"".join(map(to_ndjson, world.exchanges)))
    return path


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["replay", *map(str, arguments)])
    return result.exit_code, result.output


def test_a_difference_is_told_by_its_fact(recording: Path):
    """The fact, how often, and the first place are shown; the exit code is 1."""
    code, told = run(recording)
    assert code == 1
    assert "vat: 1 times, first in exchange" in told
    assert "data.tax_amount: recorded" in told


def test_the_differences_are_json_on_request(recording: Path):
    """JSON has the count by fact and each difference."""
    found = json.loads(run(recording, "--json")[1])
    assert found["facts"] == {"vat": 1}
    assert found["differences"][0]["subject"] == "data.tax_amount"


def test_served_facts_end_the_difference(recording: Path, tmp_path: Path):
    """With a facts file of the world nothing differs; the exit code is 0."""
    facts = tmp_path / "plugproof.toml"
    facts.write_text("vat = 19\n")
    code, told = run(recording, "--facts", facts)
    assert (code, told) == (0, "7 answers compared, 0 differences\n")


def test_a_facts_file_that_is_none_is_wrong(recording: Path, tmp_path: Path):
    """The line names the file; the exit code is 2."""
    code, told = run(recording, "--facts", tmp_path / "missing.toml")
    assert code == 2
    assert "missing.toml" in told


def test_a_file_that_is_no_recording_is_wrong(tmp_path: Path):
    """The line names the file; the exit code is 2."""
    path = tmp_path / "nothing.har"
    assert run(path)[0] == 2
    path.write_bytes(b"\x00\xff")
    assert run(path)[0] == 2


def test_a_recording_of_others_compares_nothing(tmp_path: Path):
    """Without an exchange with the API the exit code is 5."""
    path = tmp_path / "other.ndjson"
    path.write_bytes(to_ndjson(Exchange("GET", "https://example.com/", 200, [], b"")))
    assert run(path)[0] == 5
