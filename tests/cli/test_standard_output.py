"""A command whose output nobody can take ends in one line at most, and with a code of its own."""

import errno
import os
import subprocess
from contextlib import contextmanager

import pytest
from tests.servers import COMMAND, PATIENCE, environment

from plugproof_cli.output import standard_output
from plugproof_cli.output.reporting import hide_traceback


@contextmanager
def full_disk():
    with open("/dev/full", "w") as full:
        yield full.fileno()


@contextmanager
def pipe_without_reader():
    reader, writer = os.pipe()
    os.close(reader)
    try:
        yield writer
    finally:
        os.close(writer)


OUTPUTS = {
    full_disk: "Error: standard output can't be written: No space left on device\n",
    pipe_without_reader: "",
}
COMMANDS = {
    "a page": ["rules"],
    "a document": ["openapi"],
    "help": ["serve", "--help"],
    "a report": ["inspect", "README.md", "--report", "json=-"],
    "a banner": ["serve", "--port", "0"],
}


@pytest.mark.parametrize("output", OUTPUTS, ids=lambda output: output.__name__)
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_output_that_can_not_be_written_ends_a_command_cleanly(command, output):
    with output() as stdout:
        arguments = [*COMMAND, *command]
        done = subprocess.run(
            arguments, stdout=stdout, stderr=subprocess.PIPE, text=True, env=environment(), timeout=PATIENCE
        )
    assert (done.returncode, done.stderr) == (74, OUTPUTS[output])


@pytest.mark.parametrize("number", [errno.EPIPE, errno.ENOSPC])
def test_a_server_goes_on_when_nobody_reads_along(number, capsys):
    told = []

    def tell(line):
        told.append(line)
        if len(told) == 2:
            raise OSError(number, os.strerror(number))

    tells = standard_output.telling(tell)
    for line in "abcd":
        tells(line)
    assert told == ["a", "b"]
    assert capsys.readouterr().err.count("\n") == (number == errno.ENOSPC)


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "full", "report.json"), OSError(errno.ECONNRESET, "reset"), ValueError()]
)
def test_any_other_error_is_not_taken_for_it(error):
    with pytest.raises(type(error)), standard_output.ended_when_lost():
        raise error
    with pytest.raises(SystemExit), hide_traceback():
        raise error
