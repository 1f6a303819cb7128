"""The extra `check`: the check of a live API, its history and its page."""

import subprocess
import sys


def run(*arguments):
    """Run the command and return its exit code and what it printed."""
    ran = subprocess.run(
        [sys.executable, "-m", "plugproof", *arguments], capture_output=True, text=True, timeout=60
    )
    return ran.returncode, ran.stdout + ran.stderr


def test_a_server_that_is_not_there_can_not_be_checked(tmp_path):
    """The verdict is a verdict, with reports and a history."""
    history = f"sqlite:///{tmp_path / 'history.sqlite3'}"
    page = tmp_path / "report.html"
    code, text = run(
        *("check", "http://127.0.0.1:9/api", "--allow-http", "--history", history, "--report", f"html={page}")
    )
    assert code == 3, text
    assert page.read_text("utf-8").startswith("<!doctype html>")
    assert run("report", "--history", history, "--output", str(tmp_path / "history.html"))[0] == 0
