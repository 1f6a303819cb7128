"""Runs of commands that pages show, and what they print: `python -m pages.recorded_runs` runs them anew.

A block of the language `console` has commands behind `$` and what each printed. The blocks of a page are one
sitting, from top to bottom, in an empty folder: a block that is a file is written there, variables stay, and what
serves goes on serving until the page ends. `CHECKOUT` is this check-out, and port 8000 stands for a free one.
"""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer

from pages.code_blocks import ROOT, Block, blocks, pages

PATIENCE = 60
"""Seconds that one command may take."""
END = "the command has ended"
SERVING = re.compile(r"plugproof (serve|proxy)\b(?!.*&$)")
LAST_WORDS = "ends it."
"""How the banner of what serves ends."""

PASSING = (
    (r"token~[0-9a-f]{10}", "token~"),
    (r"\b(?=\w*\d)\w{32,}\b", "TOKEN"),
    (r"\b\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?", "DATE"),
    (r"\b\d\d:\d\d(:\d\d)?\b", "TIME"),
    # One of the requests of a check is another one every night.
    (r"(?m)^ +\d+(\.|/\d+) +[A-Z]+ /.*$", "REQUEST"),
    (r"asked again: [^)]*\)", "asked again)"),
    (r"(?m)^ +since .*: slower: .*\n", ""),
    (r"\b\d+(\.\d+)? ?(ms|s|MB|kB)\b", "SIZE"),
    (r"\b\d+\.\d+\.\d+(\.dev\d+|rc\d+)?\b", "VERSION"),
    (r"\b\d+ (?=known|applicable|checked|passed|of \d+ facts)", "COUNT "),
    (r"of \d+ facts", "of COUNT facts"),
    (r"([=_-])\1{3,}", r"\1"),
)
"""What differs from run to run or with every new rule, and what stands for it in a comparison."""


class Sitting:
    """A shell in an empty folder, with a free port where the page says 8000."""

    def __init__(self, stack: ExitStack) -> None:
        self.folder = Path(stack.enter_context(TemporaryDirectory()))
        self.port = _free_port()
        self.stack = stack
        self.environment = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.folder),
            "CHECKOUT": str(ROOT),
            "COLUMNS": "100",
            "PLUGPROOF_PORT": str(self.port),
            "NO_COLOR": "1",
            "LANG": "C.UTF-8",
            # A reader has none of the plugins that our own tests use.
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTEST_ADDOPTS": "-p plugproof_pytest.entry -p no:cacheprovider",
        }
        self.shell = self._start("bash")

    def run(self, command: str) -> str:
        """Run a command and return what it printed, with port 8000 in it."""
        command = command.replace(":8000", f":{self.port}")
        printed = self._serve(command) if SERVING.match(command) else self._run(command)
        return printed.replace(str(self.folder), "~").replace(f":{self.port}", ":8000")

    def _start(self, *command: str) -> "subprocess.Popen[str]":
        process = self.stack.enter_context(
            subprocess.Popen(
                command,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
        self.stack.callback(process.kill)
        return process

    def _serve(self, command: str) -> str:
        return "".join(_until(self._start("bash", "-c", f"exec {command}"), LAST_WORDS, is_kept=True))

    def _run(self, command: str) -> str:
        if self.shell.stdin:
            self.shell.stdin.write(f"{{ {command}\n}} </dev/null 2>&1; echo; echo '{END}'\n")
            self.shell.stdin.flush()
        return "".join(_until(self.shell, END, is_kept=False)).removesuffix("\n")


def _until(process: "subprocess.Popen[str]", last: str, *, is_kept: bool) -> Iterator[str]:
    watchdog = Timer(PATIENCE, process.kill)
    watchdog.start()
    try:
        for line in process.stdout or ():
            is_last = line.rstrip("\n").endswith(last)
            yield line * (is_kept or not is_last)
            if is_last:
                return
        raise RuntimeError(f"the process ended, or took {PATIENCE} s, before it printed {last!r}")
    finally:
        watchdog.cancel()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def rerun(path: Path) -> Iterator[tuple[Block, str]]:
    """Yield every recorded run of a page with what its commands print now."""
    with ExitStack() as stack:
        sitting = Sitting(stack)
        for block in blocks(path):
            if block.language == "console":
                yield block, "".join(_with_output(sitting, command) for command in commands(block.text))
            elif block.file:
                target = sitting.folder / block.file
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(block.text, "utf-8")


def commands(text: str) -> Iterator[str]:
    """Yield the commands of a block; a line that begins with `> ` continues the one before."""
    for command in re.findall(r"^\$ (.*(?:\n> .*)*)", text, re.MULTILINE):
        yield command.replace("\n> ", "\n")


def _with_output(sitting: Sitting, command: str) -> str:
    printed = sitting.run(command).strip("\n")
    shown = command.replace("\n", "\n> ")
    return f"$ {shown}\n" + (f"{printed}\n" if printed else "")


def without_what_passes(text: str) -> str:
    """Return what two runs have in common: without times, tokens, sizes, versions and counts of rules."""
    for pattern, replacement in PASSING:
        text = re.sub(pattern, replacement, text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def record(path: Path) -> bool:
    """Write what has changed into a page, and return whether anything has."""
    page = path.read_text("utf-8")
    for block, now in reversed(list(rerun(path))):
        if without_what_passes(block.text) != without_what_passes(now):
            page = page[: block.start] + now + page[block.end :]
    has_changed = page != path.read_text("utf-8")
    path.write_text(page, "utf-8")
    return has_changed


def main() -> None:
    """Run everything that pages show, and name the pages in which something has changed."""
    for path in pages():
        if any(block.language == "console" for block in blocks(path)) and record(path):
            print(path)


if __name__ == "__main__":
    main()
