"""`plugproof replay`: what differs, by which fact, and the exit code."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.contracts.learning.recorded_worlds import RecordedWorld
from tests.mockserver.replay.test_recording_replay import recorded

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


def test_a_recording_that_is_cut_off_is_never_well(tmp_path: Path):
    """What was read is compared, and the exit code is 3: what is missing may differ."""
    world = RecordedWorld()
    world.bill()
    whole, cut = tmp_path / "whole.ndjson", tmp_path / "cut.ndjson"
    whole.write_bytes(b"".join(map(to_ndjson, world.exchanges)))
    cut.write_bytes(whole.read_bytes()[:-20])
    assert run(whole)[0] == 0
    code, told = run(cut)
    assert (code, "0 differences" in told) == (3, True)


def test_a_recording_of_others_compares_nothing(tmp_path: Path):
    """Without an exchange with the API the exit code is 5."""
    path = tmp_path / "other.ndjson"
    path.write_bytes(to_ndjson(Exchange("GET", "https://example.com/", 200, [], b"")))
    assert run(path)[0] == 5


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A recording of a world with other settings, in which much was refused."""
    path = tmp_path / "mixed.ndjson"
    path.write_bytes(b"".join(map(to_ndjson, recorded(1, vat=19, hold=2000).exchanges)))
    return path


def test_a_served_fake_differs_as_the_one_of_this_process(mixed: Path, serving: Any):
    """Over a socket the same facts differ, and the server keeps nothing of it."""
    with serving() as server:
        there = json.loads(run(mixed, "--against", server.place["base_url"], "--json")[1])
        worlds = server.client.get(f"http://127.0.0.1:{server.place['port']}/_plugproof/worlds").json()["worlds"]
    here = json.loads(run(mixed, "--json")[1])
    assert there == here
    assert {"vat", "hold"} <= here["facts"].keys()
    assert [one["name"] for one in worlds] == ["default"]


def test_a_served_fake_with_the_facts_differs_in_nothing(mixed: Path, tmp_path: Path, serving: Any):
    """What was learned and served explains all; the exit code is 0."""
    facts = tmp_path / "plugproof.toml"
    facts.write_text("vat = 19\nhold = 2000\n")
    with serving("--facts", str(facts)) as server:
        code, told = run(mixed, "--against", server.place["base_url"], "--facts", facts)
    assert (code, told.splitlines()[0]) == (0, "60 answers compared, 0 differences")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://app.plugchoice.com/api", "allowed is fake, or the address of a fake on this machine"),
        ("fakes", "allowed is fake, or the address"),
        ("http://127.0.0.1:1", "did not answer"),
    ],
)
def test_a_place_where_nothing_can_be_played_is_a_line(recording: Path, url: str, told: str):
    """Never the live API; and a fake that is not there is told, with exit code 2."""
    code, output = run(recording, "--against", url)
    assert (code, told in output) == (2, True)
    assert "Traceback" not in output
