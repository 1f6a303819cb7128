"""An environment without the extras: the script blocks their packages, and prints what then works."""

import json
import sys
from collections.abc import Iterator

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


def main() -> None:
    """Block the packages that are named, and print calls and names as JSON."""
    sys.meta_path.insert(0, Blocker(set(sys.argv[1:])))
    print(json.dumps({"calls": dict(calls()), "names": dict(names())}))


if __name__ == "__main__":
    main()
