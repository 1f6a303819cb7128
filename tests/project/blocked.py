"""An environment without the extras: the script blocks their packages, and prints what then works."""

import io
import json
import runpy
import sys
import traceback
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from unittest import mock

CALLS = {
    "serve": ("serve", "--port", "0"),
    "check": ("check", "http://127.0.0.1:9/api"),
    "report": ("report",),
    "inspect --report html": ("inspect", "no.har", "--report", "html=-"),
    "proxy": ("proxy", "http://127.0.0.1:9/api"),
    "fuzz": ("fuzz", "http://127.0.0.1:9/api"),
    "explore": ("explore", "adapter_on_a_socket:Client"),
    "mcp": ("mcp",),
    "inspect": ("inspect", "no.har"),
    "rules": ("rules",),
    "scenarios": ("scenarios",),
    "lifecycle": ("lifecycle",),
    "openapi": ("openapi",),
}


ARGUMENTS = {
    "plugproof_harness.protocol": ("false",),
    "plugproof_contracts.evidence.fidelity": (".", "sqlite:///no.sqlite3"),
    "plugproof_contracts.reports.rule_pages": (".",),
    "plugproof_contracts.typescript": (".",),
    "plugproof_cli.demo": (),
}
"""What a program is called with; one that is not here is the command, and has to serve."""


class Blocker:
    """A finder that finds none of the packages it is given."""

    def __init__(self, names: set[str]) -> None:
        self._names = names

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Raise what a missing package raises; return None to ask the next finder."""
        if name.partition(".")[0] in self._names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def calls() -> Iterator[tuple[str, list[object]]]:
    """Yield the exit code and the output of each call."""
    from click.testing import CliRunner

    from plugproof_cli.main import main

    for title, arguments in CALLS.items():
        done = CliRunner().invoke(main, arguments)
        yield title, [done.exit_code, done.output]


def names() -> Iterator[tuple[str, str]]:
    """Yield each public name with what is said when it is used, nothing when it is there."""
    import plugproof

    for name in plugproof.__all__:
        try:
            getattr(plugproof, name)
        except plugproof.MissingPackageError as error:
            yield name, str(error)
        else:
            yield name, ""


def programs(asked: list[str]) -> Iterator[tuple[str, list[object]]]:
    """Yield the exit code and the output of each module that `python -m` runs."""
    for name in asked:
        output = io.StringIO()
        arguments = [name, *ARGUMENTS.get(name, ("serve", "--port", "0"))]
        with mock.patch.object(sys, "argv", arguments), redirect_stdout(output), redirect_stderr(output):
            code = run(name)
        yield name, [code, output.getvalue()]


def run(name: str) -> object:
    """Run a module as a program, and return how it ended."""
    try:
        runpy.run_module(name, run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
        return -1
    return 0


def main() -> None:
    """Block the packages that are named, and print calls, names and programs as JSON."""
    asked, *blocked = sys.argv[1:]
    sys.meta_path.insert(0, Blocker(set(blocked)))
    print(
        json.dumps({"calls": dict(calls()), "names": dict(names()), "programs": dict(programs(asked.split(",")))})
    )


if __name__ == "__main__":
    main()
