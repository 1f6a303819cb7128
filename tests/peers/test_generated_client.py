"""A client that openapi-python-client generates from the document lives a driver's life on the fake."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def client_package(document, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("generated")
    tools = Path(sys.executable).parent
    command = [tools / "openapi-python-client", "generate", "--path", document, "--meta", "none"]
    made = subprocess.run(
        [*command, "--output-path", folder / "made"],
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"},  # it formats with ruff
    )
    assert made.returncode == 0, made.stdout + made.stderr
    assert "WARNING" not in (made.stdout + made.stderr).upper(), made.stdout + made.stderr
    return folder


def test_a_generated_client_lives_a_whole_life(client_package, unlimited, monkeypatch):
    monkeypatch.syspath_prepend(client_package)
    made = importlib.import_module("made")
    models = importlib.import_module("made.models")

    def call(tag: str, name: str, *arguments, **fields):
        operation = importlib.import_module(f"made.api.{tag}.{name}")
        answer = operation.sync_detailed(*arguments, client=client, **fields)
        assert answer.status_code < 300, answer
        return answer.parsed

    with made.Client(base_url=unlimited.api) as client:
        assert call("chargers", "get_charger", "HAPPY").data.online is True
        started = call("sessions", "start_session", body=models.StartRequest(code="HAPPY", connector_id=1))
        token = started.session_token
        seen = [call("sessions", "confirm_session", token).data.status]
        body = models.ReceiptEmailRequest(email="driver@example.com")
        assert call("sessions", "set_receipt_email", token, body=body).data.driver_email == "driver@example.com"
        while seen[-1] != "captured":
            unlimited.advance()
            seen.append(call("sessions", "get_session", token).data.status)
            if seen[-1] == "charging":
                unlimited.ask("POST", "/clock/advance", {"seconds": 60})
                seen.append(call("sessions", "stop_session", token).data.status)
    assert [str(status) for status in seen] == [
        "authorized", "starting", "charging", "stopping", "settling", "captured",
    ]  # fmt: skip
