"""The generated pages are what the code says, and every call that they show works."""

import json
import shutil
import subprocess
from datetime import date
from itertools import count

import jsonschema_rs
import pytest
from pages.reference.control_plane import BASE, curl, fetch, operations
from pages.reference.others import schema_of_report
from tests.servers import environment

from plugproof_contracts.adapters.ndjson import to_ndjson
from plugproof_contracts.conformance.recordings import inspect
from plugproof_contracts.reports.builder import ReportPolicy
from plugproof_contracts.reports.formats import render
from plugproof_contracts.rules.examples import success

OPERATIONS = list(operations())
NUMBERS = count()


def test_every_body_of_an_operation_has_an_example():
    """An operation that takes a body is shown with one."""
    taking = {one.id for one in OPERATIONS if "requestBody" in one.about} - {"restoreWorld"}
    assert taking == {one.id for one in OPERATIONS if one.body is not None}


@pytest.fixture
def prepared(module_server):
    """Return for each operation a world in which all that it names is there, with a token; and a snapshot."""
    root, client = module_server.place["base_url"].removesuffix("/api"), module_server.client
    there = {}
    for number, one in zip(NUMBERS, OPERATIONS, strict=False):
        world = f"{root}/worlds/w{number}"
        control = f"{world}/_plugproof"
        token = client.post(f"{control}/sessions", json={"status": "charging"}).json()["token"]
        client.put(f"{control}/chargers/MYCHARGER", json={"online": True}).raise_for_status()
        client.post(f"{control}/faults", json={"operation": "get", "kind": "500"}).raise_for_status()
        client.put(f"{root}/_plugproof/worlds/job-{number}", json={"ttl": "2h"}).raise_for_status()
        there[one.id] = (number, world, token)
    return there, client.get(f"{root}/_plugproof/worlds/w{number}/snapshot").text


def moved(line, place):
    """Return a line of the page, for the world of its operation."""
    number, world, _ = place
    return (
        line.replace(BASE, world)
        .replace("worlds/job-7", f"worlds/job-{number}")
        .replace("job-7.", f"job-{number}.")
    )


def test_every_call_with_curl_succeeds(prepared, tmp_path):
    """Each line runs in a plain shell and is answered with success; the stream goes on until it is cut off."""
    there, snapshot = prepared
    for one in OPERATIONS:
        line, token = moved(curl(one), there[one.id]), there[one.id][2]
        (tmp_path / f"job-{there[one.id][0]}.json").write_text(snapshot)
        limit = " --max-time 0.3" if one.id == "stream" else ""
        script = f'curl() {{ command curl --fail{limit} "$@"; }}\n{line}'
        done = subprocess.run(
            ["sh", "-euc", script],
            cwd=tmp_path,
            env=environment() | {"TOKEN": token},
            capture_output=True,
            timeout=20,
        )
        assert done.returncode == (28 if limit else 0), (one.id, done.stderr)


@pytest.mark.skipif(not shutil.which("node"), reason="node is not here")
def test_every_call_with_fetch_succeeds(prepared, tmp_path):
    """Each block runs in Node and is answered with success."""
    there, snapshot = prepared
    blocks = (
        f"{{\nconst TOKEN = {json.dumps(there[one.id][2])};\nconst snapshot = {snapshot};\n"
        f"{moved(fetch(one), there[one.id])}\n"
        f"if (!answer.ok) throw new Error(`{one.id}: ${{answer.status}}`);\n}}\n"
        for one in OPERATIONS
    )
    (tmp_path / "calls.mjs").write_text("".join(blocks) + "process.exit(0);\n")
    done = subprocess.run(["node", "calls.mjs"], cwd=tmp_path, capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_report_keeps_the_schema_of_the_page(tmp_path):
    """What `--report json` writes is valid by the schema that is shown."""
    recording = tmp_path / "traffic.ndjson"
    recording.write_bytes(to_ndjson(success("get", "captured", after=20, amount_captured=-1)))
    written = json.loads(render("json", inspect([recording], ReportPolicy(date(2026, 1, 10)))))
    schema = schema_of_report()
    jsonschema_rs.meta.validate(schema)
    assert not [str(error) for error in jsonschema_rs.validator_for(schema).iter_errors(written)]
    assert set(written) == set(schema["properties"])
