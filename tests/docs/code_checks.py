"""How a block of each language is held to what is so; each check returns what is wrong, or nothing."""

import ast
import configparser
import importlib.util
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from functools import cache

import yaml
from click.testing import CliRunner
from pages.code_blocks import ROOT, Block

from plugproof_cli.main import COMMANDS, main
from plugproof_contracts.extras import EXTRAS
from plugproof_pytest.options import OPTIONS

PYTEST_OPTIONS = {f"--plugchoice-{option.name}" for option in OPTIONS} | {"--no-plugchoice-guard"}
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
OTHERS = {"cd", "curl", "docker", "git", "kill", "node", "npm", "npx", "printf", "python", "schemathesis"}
OTHERS |= {"cp", "ls", "mkdir", "python3", "set", "source", "unset"}
"""Commands that are not ours."""
TEXTS = {".js", ".mjs", ".ts"}


def of_shell(block: Block) -> Iterator[str]:
    """Yield the lines that name a command, an option, an extra or a target that there is not."""
    for line in block.text.replace("\\\n", " ").splitlines():
        command = re.sub(r"\s+#.*$|^#.*$", "", line).strip().removesuffix("&").strip()
        for part in re.split(r" && |; ", command) if command else ():
            if fault := _fault(part):
                yield f"{part!r}: {fault}"


def _fault(command: str) -> str:
    words = re.sub(r"^(?:[A-Z_]+=(?:'[^']*'|\"[^\"]*\"|\$\(.*\)|\S*)\s*)+", "", command).split()
    name = words[0] if words else "set"
    options = set(re.findall(r"(?<!\S)--[a-z][a-z-]*", command))
    if name == "plugproof":
        return _of_ours(words, options)
    if name == "pip":
        return _of_pip(words)
    if name == "make":
        return "" if set(words[1:2]) <= TARGETS else "no such target"
    if name == "pytest":
        return "" if {one for one in options if "plugchoice" in one} <= PYTEST_OPTIONS else "no such option"
    if name == "python" and "-m" in words:
        return "" if importlib.util.find_spec(words[words.index("-m") + 1]) else "no such module"
    return "" if name in OTHERS or name.startswith((".", "/")) else "a command that no check knows"


def _of_ours(words: list[str], options: set[str]) -> str:
    if len(words) > 1 and words[1].startswith("-"):
        return ""
    if words[1] not in COMMANDS:
        return "no such command"
    return "" if options <= _options(words[1]) else f"no such option as {sorted(options - _options(words[1]))}"


@cache
def _options(command: str) -> set[str]:
    return set(re.findall(r"--[a-z][a-z-]*", CliRunner().invoke(main, [command, "--help"]).output))


def _of_pip(words: list[str]) -> str:
    named = {extra for word in words for found in re.findall(r"\[([\w,]+)\]", word) for extra in found.split(",")}
    return "" if named <= {*EXTRAS, "all"} else f"no such extra as {sorted(named - set(EXTRAS))}"


def of_python(block: Block) -> Iterator[str]:
    """Yield why a block of Python can't be compiled; whether it works is the business of who runs it."""
    try:
        ast.parse(block.text)
    except SyntaxError as error:
        yield str(error)


def of_data(block: Block) -> Iterator[str]:
    """Yield why a block of JSON, YAML, TOML or INI can't be read."""
    readers = {
        "json": json.loads,
        "yaml": yaml.safe_load,
        "toml": tomllib.loads,
        "ini": configparser.ConfigParser().read_string,
    }
    try:
        readers[block.language](block.text)
    except (ValueError, yaml.YAMLError, configparser.Error) as error:
        yield str(error)


def of_other_file(block: Block) -> Iterator[str]:
    """Yield that a block is in no file of the examples, which have tests of their own."""
    found = [path for path in (ROOT / "examples").rglob("*.*") if "node_modules" not in path.parts]
    if not any(block.text.strip() in path.read_text("utf-8") for path in found if path.suffix in TEXTS):
        yield "in no file of examples/"


CHECKS: dict[str, Callable[[Block], Iterator[str]]] = {
    "sh": of_shell,
    "python": of_python,
    "json": of_data,
    "yaml": of_data,
    "toml": of_data,
    "ini": of_data,
    "js": of_other_file,
    "ts": of_other_file,
}
"""What holds a block by its language; `console` is run, and `text` has a test that is named."""
