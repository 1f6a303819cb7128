"""`check --life --pay COMMAND`: a process of the user's pays, and its failure ends the life."""

import json
import shlex
import sys

import pytest
from tests.conformance.test_life_check import lived, reasons, running

from plugproof_cli.options.life_options import life_terms
from plugproof_contracts.reports.report_model import Verdict


def payer(*words):
    """Return what `--pay` makes of a command."""
    terms = life_terms("HAPPY", 6000, shlex.join(words))
    assert terms is not None
    return terms.pay


def test_a_command_is_given_the_answer_of_start(tmp_path):
    """It reads the answer on its standard input, and needs no shell."""
    given = tmp_path / "given.json"
    code = "import sys; open(sys.argv[1], 'wb').write(sys.stdin.buffer.read())"
    report, sent, fake = lived(tmp_path, pay=payer(sys.executable, "-c", code, str(given)))
    assert report.verdict is Verdict.CONFORMS
    assert json.loads(given.read_bytes())["payment"]["client_secret"]
    assert running(fake) == []
    assert sent.count("start") >= 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((sys.executable, "-c", "import sys; sys.exit(3)"), "ended with exit code 3"),
        (("/nowhere/pay",), "the command of --pay failed: FileNotFoundError"),
    ],
)
def test_a_command_that_fails_ends_the_life(tmp_path, words, told):
    """The reason is told, and nothing is left running."""
    report, _, fake = lived(tmp_path, pay=payer(*words))
    assert told in reasons(report)
    assert running(fake) == []


def test_no_shell_reads_the_command(tmp_path):
    """What a shell would carry out is one word among others."""
    trap = tmp_path / "trap"
    lived(tmp_path, pay=payer(sys.executable, "-c", "pass", f"; touch {trap}", f"$(touch {trap})"))
    assert not trap.exists()
