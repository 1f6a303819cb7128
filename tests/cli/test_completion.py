"""A shell completes commands, options, rules, scenarios, charger codes, words and files."""

import os
import subprocess
import sys

import click
import pytest
from click.shell_completion import ShellComplete

from plugproof_cli.main import COMMANDS, main
from plugproof_contracts.reports.formats import FORMATS
from plugproof_contracts.rules import RULES
from plugproof_mockserver.model.session_scenarios import SCENARIOS

FILES = {"F", "FILE", "FILE…", "RECORDING"}
"""How the help names a file."""


def offered(*words: str) -> list[str]:
    """Return what is offered for the last of some words."""
    complete = ShellComplete(main, {}, "plugproof", "_PLUGPROOF_COMPLETE")
    return [item.value for item in complete.get_completions(list(words[:-1]), words[-1])]


def parameters() -> list[tuple[str, click.Parameter]]:
    """Return every option and argument that has a value, with its command."""
    context = click.Context(main)
    found = [(name, one) for name in COMMANDS for one in main.get_command(context, name).params]
    return [(name, one) for name, one in found if not getattr(one, "is_flag", False)]


def words_before(name: str, parameter: click.Parameter) -> list[str]:
    """Return what stands on the line before the value of a parameter."""
    return [name, *([parameter.opts[0]] if isinstance(parameter, click.Option) else [])]


def test_every_command_is_offered():
    """An empty word is answered with all commands, in the order of the help."""
    assert offered("") == list(COMMANDS)
    assert offered("re") == ["replay", "report"]


def test_the_options_of_the_group_are_offered():
    """Two dashes are answered with options."""
    assert {"--version", "--json", "--help"} <= set(offered("--"))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_is_offered(name):
    """None is left out, flags included."""
    command = main.get_command(click.Context(main), name)
    options = {text for one in command.params for text in one.opts if text.startswith("--")}
    assert options <= set(offered(name, "--"))


def test_rules_are_offered_by_their_slug():
    """All of them for an empty word, those of a family for its name."""
    assert offered("rules", "") == list(RULES)
    assert offered("rules", "money.c") == [slug for slug in RULES if slug.startswith("money.c")]


@pytest.mark.parametrize("words", [("serve", "--scenario"), ("fuzz", "--code"), ("check", "--life")])
def test_scenarios_and_charger_codes_are_offered(words):
    """In any case, for a charger code has none."""
    assert offered(*words, "") == list(SCENARIOS)
    assert offered(*words, "cap") == [code for code in SCENARIOS if code.startswith("CAP")]


@pytest.mark.parametrize("name", ["check", "inspect", "fuzz"])
def test_report_formats_are_offered(name):
    """Each with the sign that a path follows."""
    assert offered(name, "--report", "") == [f"{one}=" for one in FORMATS]


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("--rate-limit", ["endpoint", "shared", "off"]),
        ("--errors", ["json", "negotiated"]),
        ("--not-found", ["plain", "echo"]),
        ("--invalid-text", ["first", "fixed"]),
        ("--limiter-store", ["redis", "file"]),
    ],
)
def test_the_words_of_an_option_are_offered(option, words):
    """Those that the option takes, and no other."""
    assert sorted(offered("serve", option, "")) == sorted(words)


@pytest.mark.parametrize(("name", "parameter"), parameters(), ids=lambda one: getattr(one, "name", one))
def test_a_file_is_completed_by_the_shell(name, parameter):
    """Whatever the help calls a file is one to the shell."""
    is_file = (parameter.metavar or "").strip("[]") in FILES or parameter.type.name == "file"
    complete = ShellComplete(main, {}, "plugproof", "_PLUGPROOF_COMPLETE")
    items = complete.get_completions(words_before(name, parameter), "some/path")
    assert ("file" in [item.type for item in items]) is is_file


@pytest.mark.parametrize(
    ("shell", "words"), [("bash", "plugproof rules time.o"), ("zsh", "plugproof rules time.o")]
)
def test_a_shell_is_answered(shell, words):
    """The command itself answers what the script of a shell asks."""
    environment = os.environ | {"_PLUGPROOF_COMPLETE": f"{shell}_complete", "COMP_WORDS": words, "COMP_CWORD": "2"}
    done = subprocess.run([command()], capture_output=True, text=True, timeout=60, env=environment)
    assert "time.offset" in done.stdout
    assert "time.order" in done.stdout


def test_fish_is_answered():
    """It asks with the word that is being typed instead of its number."""
    asked = {"_PLUGPROOF_COMPLETE": "fish_complete", "COMP_WORDS": "plugproof rules ", "COMP_CWORD": "time.of"}
    done = subprocess.run([command()], capture_output=True, text=True, timeout=60, env=os.environ | asked)
    assert done.stdout.startswith("plain\ttime.offset") or "plain,time.offset" in done.stdout.replace("\n", ",", 1)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell_is_printed(shell):
    """What the documentation tells to put into a start-up file."""
    done = subprocess.run(
        [command()],
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | {"_PLUGPROOF_COMPLETE": f"{shell}_source"},
    )
    assert f"_PLUGPROOF_COMPLETE={shell}_complete" in done.stdout


def command() -> str:
    """Return the path of the command."""
    return os.path.join(os.path.dirname(sys.executable), "plugproof")
