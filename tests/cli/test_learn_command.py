"""`plugproof learn`: recordings in, facts and a facts file out, and a fake that behaves by it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.contracts.learning.recorded_worlds import RecordedWorld

from plugproof import FakePlugchoice
from plugproof_cli.main import main
from plugproof_contracts.adapters.ndjson import to_ndjson

NAMES = {
    "vat",
    "hold",
    "payment_window",
    "token_ttl",
    "limiter",
    "errors",
    "not_found_costs_hit",
    "sessions_per_charger",
}


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """A recording of a world whose tax and hold are not the assumed ones."""
    world = RecordedWorld(vat=19, hold=4000)
    world.bill()
    path = tmp_path / "traffic.ndjson"
    path.write_bytes(b"".join(map(to_ndjson, world.exchanges)))
    return path


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["learn", *arguments])
    return result.exit_code, result.output


def test_json_tells_every_fact(recording):
    """The facts have the members that other tools read."""
    code, output = run(str(recording), "--json")
    facts = {fact["name"]: fact for fact in json.loads(output)["facts"]}
    assert code == 0
    assert facts.keys() >= NAMES
    assert facts["hold"] | {"low": 4000, "high": 4000, "value": 4000, "n": 1, "contradicts": True} == facts["hold"]


def test_the_table_begins_with_contradictions(recording):
    """What contradicts an assumption stands above all else."""
    lines = run(str(recording))[1].splitlines()
    assert ["contradicts" in line for line in lines[:4]] == [False, True, True, False]


def test_a_fake_behaves_by_the_facts_file(recording, tmp_path):
    """What was learned is what the fake then does; an argument takes precedence."""
    facts = tmp_path / "plugproof.toml"
    run(str(recording), "--output", str(facts))
    assert FakePlugchoice(facts=facts).start_session().pay().event("webhook").data["amount_authorized"] == 4000
    assert FakePlugchoice(facts=facts, hold=7000).world.settings.hold == 7000


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("vat = 'much'", "vat can't be 'much'"),
        ("vat = 101", "vat can't be 101"),
        ("wat = 1", "unknown field 'wat'"),
        ("vat = ", "not TOML"),
    ],
)
def test_a_bad_facts_file_is_told_in_one_line(tmp_path, text, told):
    """A message names the field and its value, in the fake and on the command line."""
    facts = tmp_path / "plugproof.toml"
    facts.write_text(text)
    with pytest.raises(ValueError, match=told):
        FakePlugchoice(facts=facts)
    result = CliRunner().invoke(main, ["serve", "--facts", str(facts)])
    assert result.exit_code == 2
    assert told in result.output


def test_a_file_that_is_no_recording_is_told(tmp_path):
    """A file of something else is wrong input, and nothing is claimed."""
    path = tmp_path / "notes.txt"
    path.write_text("hello")
    code, output = run(str(path))
    assert code == 2
    assert "no recording" in output


def test_a_ledger_teaches_without_files(recording, tmp_path):
    """What `inspect` added is learned from the ledger, and together with the file it counts once."""
    ledger = f"sqlite:///{tmp_path / 'ledger.db'}"
    CliRunner().invoke(main, ["inspect", str(recording), "--ledger", ledger])
    for files in ((), (str(recording),)):
        result = CliRunner().invoke(main, ["learn", *files, "--ledger", ledger, "--json"])
        facts = {fact["name"]: fact for fact in json.loads(result.stdout)["facts"]}
        assert (facts["hold"]["value"], facts["hold"]["n"]) == (4000, 1)
        assert "of https://app.plugchoice.com/api" in result.stderr
    assert "add only what it does not keep: 1" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "nothing to learn from"),
        (("no.har", "--base", "https://x/api"), "name the ledger"),
        (("--ledger", "mysql://host/db"), "allowed are sqlite"),
        (("--ledger", "sqlite:////nowhere/at/all.db"), "unable to open"),
    ],
)
def test_a_ledger_that_cannot_be_used_is_a_line(arguments, told):
    """It says what is wrong and what is allowed, and ends with 2."""
    code, output = run(*arguments)
    assert code == 2
    assert told in output
    assert "Traceback" not in output


def test_an_empty_ledger_exits_with_5(tmp_path):
    """Nothing was learned, and that is no success."""
    code, output = run("--ledger", f"sqlite:///{tmp_path / 'ledger.db'}")
    assert code == 5
    assert "the ledger is empty" in output


def test_the_table_stays_narrow(recording):
    """What is long is cut in the table, and whole in JSON."""
    _, table = run(str(recording))
    assert max(map(len, table.splitlines())) <= 180
    facts = {fact["name"]: fact for fact in json.loads(run(str(recording), "--json")[1])["facts"]}
    assert "tax_amount" in facts["null.created"]["value"]
