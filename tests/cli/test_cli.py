import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from tests.servers import PATIENCE

from plugproof_cli.commands.serve import serve
from plugproof_cli.main import COMMANDS, main
from plugproof_cli.options.serve_options import ServeOptions
from plugproof_contracts.facts.diagrams import mermaid, svg, text
from plugproof_contracts.facts.session import Status
from plugproof_contracts.facts.session_lifecycle import TERMINAL
from plugproof_contracts.version import VERSION
from plugproof_mockserver.engine import scenario_outcomes
from plugproof_mockserver.model.session_scenarios import SCENARIOS
from plugproof_mockserver.model.settings import Settings

DOC = (Path(__file__).parents[2] / "docs" / "reference" / "serve.md").read_text("utf-8")
OPTIONS = [param for param in serve.params if param.opts[0] != "--help"]


def run(*arguments, **variables):
    environ = {f"PLUGPROOF_{name}": value for name, value in variables.items()}
    return CliRunner(env=environ).invoke(main, arguments)


def parsed(*arguments, **variables):
    """Return what `serve` makes of its arguments, by option."""
    with CliRunner(env={f"PLUGPROOF_{name}": value for name, value in variables.items()}).isolation():
        return serve.make_context("serve", list(arguments)).params


BAD = [
    ("--host", "http://x", "a name, an IPv4 or an IPv6 address"),
    ("--host", "", "a name, an IPv4 or an IPv6 address"),
    ("--host", "a" * 64, "a name, an IPv4 or an IPv6 address"),
    ("--port", "abc", "from 0 to 65535"),
    ("--port", "65536", "from 0 to 65535"),
    ("--port", "-1", "from 0 to 65535"),
    ("--port", "８０", "from 0 to 65535"),
    ("--scenario", "HAPY", "HAPPY, DECLINED"),
    ("--speed", "nan", "from 0 to 1000000"),
    ("--speed", "-1", "from 0 to 1000000"),
    ("--speed", "1e9", "from 0 to 1000000"),
    ("--clock", "yesterday", "such as 2026-01-10T12:00:00Z"),
    ("--clock", "2026-01-10T12:00:00", "+01:00"),
    ("--clock", "1960-01-01T00:00:00Z", "from 1971 to 9999"),
    ("--seed", "x", "a whole number"),
    ("--rate-limit", "on", "endpoint, shared, off"),
    ("--limit", "confirm", "OPERATION=HITS/SECONDS"),
    ("--limit", "pay=1/60", "confirm, start, get"),
    ("--limit", "confirm=1/0", "OPERATION=HITS/SECONDS"),
    ("--sessions-per-charger", "many", "a whole number"),
    ("--token-ttl", "24 hours", "90s, 15m, 24h or 2d"),
    ("--token-ttl", "0", "above 0"),
    ("--receive-timeout", "0", "above 0"),
    ("--log", "loud", "auto, text, json, off"),
    ("--payment-window", "15min", "90s, 15m, 24h or 2d"),
    ("--vat", "101", "from 0 to 100"),
    ("--hold", "50.00", "a whole number from 1"),
    ("--hold", "0", "a whole number from 1"),
    ("--errors", "xml", "json, negotiated"),
    ("--fault", "confirm", "latency, 429, 500"),
    ("--fault", "pay:reset", "confirm, start"),
    ("--fault", "confirm:reset:often", "a rate such as 0.1"),
    ("--fault", "confirm:reset:2", "from 0 to 1"),
    ("--fault", "confirm:latency", "from 0 to 600000"),
    ("--latency", "1s", "from 0 to 600000"),
    ("--allow-host", "example.com:80", "without a port"),
]


@pytest.mark.parametrize(("option", "value", "allowed"), BAD)
def test_a_bad_value_is_refused_in_one_line(option, value, allowed):
    """The line names the option, the value and what is allowed."""
    refused = run("serve", option, value)
    assert refused.exit_code == 2
    assert refused.stdout == ""
    assert refused.stderr.count("\n") == 1
    assert option in refused.stderr
    assert allowed in refused.stderr
    assert repr(value) in refused.stderr


@pytest.mark.parametrize("secret", ["short", "with a blank", "sécret-sécret", "x" * 257])
def test_a_bad_secret_is_refused_without_being_repeated(secret):
    refused = run("serve", "--control-secret", secret)
    assert refused.exit_code == 2
    assert "8 to 256 printable ASCII characters" in refused.stderr
    assert secret not in refused.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["nope"],
        ["--nope"],
        ["serve", "--nope"],
        ["serve", "extra"],
        ["serve", "--port"],
        ["lifecycle", "--format", "gif"],
    ],
)
def test_a_wrong_command_is_refused_in_one_line(arguments):
    refused = run(*arguments)
    assert refused.exit_code == 2
    assert refused.stderr.count("\n") == 1


def test_a_bad_value_in_the_environment_names_its_variable():
    """A bad value in the environment is reported with its variable."""
    refused = run("serve", PORT="http")
    assert refused.exit_code == 2
    assert "PLUGPROOF_PORT" in refused.stderr
    assert "'http'" in refused.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com"])
def test_nothing_listens_beyond_loopback_without_a_secret(plugproof, host):
    refused = plugproof("serve", "--host", host, "--port", "0")
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert f"--host {host}" in refused.stderr
    assert "--control-secret" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "variables", "hold"),
    [
        ([], {}, 5000),
        ([], {"HOLD": "1234"}, 1234),
        (["--hold", "777"], {}, 777),
        (["--hold", "777"], {"HOLD": "1234"}, 777),
        ([], {"SERVE_HOLD": "1234"}, 5000),
    ],
)
def test_an_option_beats_its_variable_beats_the_default(arguments, variables, hold):
    """An option wins over its environment variable, and the variable over the default."""
    assert parsed(*arguments, **variables)["hold"] == hold


GIVEN = {
    "HOST": ("::1", "::1"),
    "PORT": ("0", 0),
    "SCENARIO": ("slow", "SLOW"),
    "SPEED": ("0.5", 0.5),
    "CLOCK": ("1971-01-02T00:00:00Z", 31_622_400_000_000),
    "SEED": ("7", 7),
    "RATE_LIMIT": ("shared", "shared"),
    "SESSIONS_PER_CHARGER": ("3", 3),
    "TOKEN_TTL": ("2d", 172_800),
    "PAYMENT_WINDOW": ("90s", 90),
    "VAT": ("9.5", 9.5),
    "HOLD": ("100", 100),
    "ERRORS": ("negotiated", "negotiated"),
    "LATENCY": ("250", 250),
    "ALLOW_HOST": ("a.test b.test", ("a.test", "b.test")),
    "CONTROL_SECRET": ("correct-horse", "correct-horse"),
    "RECEIVE_TIMEOUT": ("5s", 5),
    "LOG": ("json", "json"),
}


@pytest.mark.parametrize("name", GIVEN)
def test_every_option_can_be_given_by_its_variable(name):
    given, value = GIVEN[name]
    assert parsed(**{name: given})[name.lower()] == value


@pytest.mark.parametrize("name", sorted({name.lower() for name in GIVEN} & set(Settings.__struct_fields__)))
def test_what_is_given_becomes_the_rules_of_the_worlds(name):
    given, value = GIVEN[name.upper()]
    assert getattr(ServeOptions(**parsed(**{name.upper(): given})).settings(), name) == value
    assert getattr(ServeOptions(**parsed()).settings(), name) == getattr(Settings(), name)


def test_a_repeatable_option_can_be_given_several_times():
    limits = dict(parsed("--limit", "confirm=1/5", LIMIT="get=2/60")["limit"])
    assert {name: (limit.hits, limit.seconds) for name, limit in limits.items()} == {"confirm": (1, 5)}
    faults = parsed(FAULT="confirm:reset:first=1 get:500:0.5")["fault"]
    assert [(fault.operation, fault.kind, fault.first, fault.rate) for fault in faults] == [
        ("confirm", "reset", 1, 1),
        ("get", "500", None, 0.5),
    ]


# Help.


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_listed_with_its_own_summary(name):
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert command.get_short_help_str(limit=200) == COMMANDS[name]
    assert f"{name} " in run("--help").stdout
    assert run(name, "--help").exit_code == 0


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.opts[0])
def test_the_help_names_the_variable_of_every_option(option):
    words = "".join(run("serve", "--help").stdout.split())
    assert f"{option.opts[0]}" in words
    assert "envvar:PLUGPROOF_" + option.opts[0][2:].upper().replace("-", "_") in words


def test_asking_for_help_imports_nothing_heavy():
    code = "import sys; from plugproof_cli.main import main; main(['--help'], standalone_mode=False); "
    code += "print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=PATIENCE
    )
    heavy = {
        "starlette",
        "uvicorn",
        "msgspec",
        "rich",
        "httpx",
        "httpx2",
        "yaml",
        "asyncio",
        "plugproof_contracts",
    }
    assert not heavy & set(loaded.stdout.split())


@pytest.mark.parametrize(
    ("face", "later"),
    [("served_app._app(given, 'identity')", {"yaml"}), ("FakePlugchoice()", {"yaml", "starlette"})],
)
def test_the_api_does_not_wait_for_the_control_plane(face, later):
    """The API waits for nothing that only the control plane needs."""
    code = (
        "import sys\n"
        "from plugproof_cli import served_app\n"
        "from plugproof_cli.commands import serve\n"
        "from plugproof_mockserver import FakePlugchoice\n"
        "from plugproof_mockserver.faces import uvicorn_server\n"
        "given = serve.ServeOptions(**serve.serve.make_context('serve', []).params)\n"
        f"face = {face}\n"
        "print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=PATIENCE
    )
    assert {"plugproof_mockserver.world.world", "plugproof_mockserver.faces.uvicorn_server"} <= set(
        loaded.stdout.split()
    )
    pages = {"plugproof_mockserver.control.control_app", "plugproof_mockserver.browser.pages_app", "sse_starlette"}
    assert not (pages | later) & set(loaded.stdout.split())


def test_without_a_command_the_help_is_shown():
    assert "serve" in run().output


def test_the_version_is_shown():
    assert run("--version").stdout == f"plugproof {VERSION}\n"


# What the other commands print.


@pytest.mark.parametrize(
    ("arguments", "drawn"), [([], mermaid), (["--format", "text"], text), (["--format", "svg"], svg)]
)
def test_the_lifecycle_is_printed_as_it_is_drawn(arguments, drawn):
    assert run("lifecycle", *arguments).stdout == drawn()


def test_every_scenario_is_listed_with_the_status_it_ends_in():
    rows = {row.code: row.end for row in scenario_outcomes.outcomes()}
    assert set(rows) == set(SCENARIOS)
    assert {code for code, end in rows.items() if end.startswith("refused")} == {"OFFLINE", "BUSY"}
    ends = {end for end in rows.values() if not end.startswith("refused")}
    assert ends <= {*TERMINAL, Status.REQUIRES_REVIEW}
    assert rows["NOENERGY"] == Status.NO_CHARGE


def test_scenarios_are_a_plain_table():
    assert run("scenarios").stdout.splitlines() == list(scenario_outcomes.table_lines())


def test_scenarios_are_printed_as_json():
    assert json.loads(run("scenarios", "--json").stdout) == [row._asdict() for row in scenario_outcomes.outcomes()]


def test_the_document_names_only_options_that_there_are():
    """The generated page of the command line lists them all; this page says more about some."""
    assert set(re.findall(r"`(--[a-z-]+)", DOC)) <= {name for option in OPTIONS for name in option.opts}


def test_a_shell_completes_the_commands():
    assert [item.value for item in main.shell_complete(click.Context(main), "li")] == ["lifecycle"]
    assert main.list_commands(click.Context(main)) == list(COMMANDS)
