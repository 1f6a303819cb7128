"""The command line, the variables that it reads, and the codes that it ends with."""

from collections.abc import Iterator
from importlib import import_module

import click

from pages.reference.markdown import code, page, table
from plugproof_cli.command_help import EXAMPLES, EXIT_CODES, JUDGING, LEARNING, PLAIN
from plugproof_cli.main import COMMANDS, main, module_of

OTHER_VARIABLES = (
    ("PLUGPROOF_TOKEN", "`check`, unless `--token-env` names another", "Tokens of live sessions, one a line."),
    ("PLUGPROOF_STRICT", "the guest of Schemathesis, too", "`1` lets inferred facts fail there."),
    ("SCHEMATHESIS_HOOKS", "Schemathesis", "`plugproof_schemathesis` brings the rules into a run of your own."),
    ("CI", "the pytest plugin", "The guard is on for suites that use a fixture."),
    ("XDG_STATE_HOME", "`check`, `report`", "The history lies in its `plugproof/history.sqlite3`."),
    ("HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY", "`check`", "The proxy on the way to the API, as usual."),
    ("SSL_CERT_FILE, SSL_CERT_DIR", "`check`", "Whose certificates are trusted."),
    ("NO_COLOR", "`serve`", "Lines of the log have no colour."),
)
"""What is read besides the variables of options: name, reader, meaning."""


def command_line() -> str:
    """Return the page of all commands."""
    summary = table(("command", "does"), ((f"[`{name}`](#{name})", text) for name, text in COMMANDS.items()))
    about = (
        "`plugproof --help` lists the commands and `plugproof COMMAND --help` shows one. An option wins "
        "over its [variable](environment.md), and that over the default. What the numbers mean that "
        "commands end with is in [Exit codes](exit-codes.md)."
    )
    return page("The command line", about, summary, *(_section(name) for name in COMMANDS))


def environment() -> str:
    """Return the page of all variables."""
    rows: dict[str, list[str]] = {}
    for name in COMMANDS:
        for option in _options(name):
            for variable in _variables(option):
                rows.setdefault(variable, []).append(f"`{name} {_longest(option)}`")
    about = (
        "Every option that can come from a variable has one of these. An option wins over its variable. A "
        "variable for a repeatable option holds its values separated by spaces; a flag is on with `1` or "
        "`true`."
    )
    of_options = table(("variable", "option"), ((f"`{name}`", ", ".join(rows[name])) for name in sorted(rows)))
    names = ((", ".join(f"`{part}`" for part in name.split(", ")), *rest) for name, *rest in OTHER_VARIABLES)
    return page("Environment variables", about, of_options, "## Others", table(("variable", "read by", ""), names))


def exit_codes() -> str:
    """Return the page of all exit codes."""
    judging = ", ".join(f"`{name}`" for name in COMMANDS if name in JUDGING)
    learning, plain = (" · ".join(map(str, codes)) for codes in (LEARNING, PLAIN))
    return page(
        "Exit codes",
        f"Of the commands that judge, which are {judging}. `learn` ends with {learning}, all others with {plain}.",
        table(("code", "meaning"), ((str(number), text) for number, text in EXIT_CODES.items())),
        "A run that judged nothing is never 0: a job that forgot its files fails.",
    )


def _section(name: str) -> str:
    command = _command(name)
    rows = (
        (_names(option), option.help or "", _extras(option), _variable_text(option)) for option in _options(name)
    )
    usage = f"plugproof {name} {' '.join(_pieces(command))}"
    examples = "\n".join(EXAMPLES.get(name, ()))
    parts = (f"## `{name}`", COMMANDS[name], code("text", usage), _table(rows), code("sh", examples))
    return "\n\n".join(part for part in parts if part)


def _table(rows: Iterator[tuple[str, str, str, str]]) -> str:
    return table(("option", "meaning", "default, range", "variable"), rows)


def _command(name: str) -> click.Command:
    command: click.Command = getattr(import_module(module_of(name)), name)
    return command


def _context(command: click.Command) -> click.Context:
    return click.Context(command, info_name=command.name, parent=click.Context(main, info_name="plugproof"))


def _pieces(command: click.Command) -> list[str]:
    return command.collect_usage_pieces(_context(command))


def _options(name: str) -> list[click.Option]:
    return [option for option in _command(name).params if isinstance(option, click.Option) and not option.hidden]


def _longest(option: click.Option) -> str:
    return max(option.opts, key=len)


def _names(option: click.Option) -> str:
    value = "" if option.is_flag or option.count else f" {_value(option)}"
    return ", ".join(f"`{name}{value}`" for name in (*option.opts, *option.secondary_opts))


def _value(option: click.Option) -> str:
    if isinstance(option.type, click.Choice) and not option.metavar:
        return "|".join(str(getattr(choice, "value", choice)) for choice in option.type.choices)
    return option.make_metavar(click.Context(click.Command("x")))


def _extras(option: click.Option) -> str:
    extra = option.get_help_extra(click.Context(click.Command("x"), show_default=True))
    shown = [f"`{extra['default']}`"] if extra.get("default") and not option.is_flag else []
    return ", ".join([*shown, *(f"`{extra['range']}`" for _ in [0] if extra.get("range"))])


def _variables(option: click.Option) -> list[str]:
    return [option.envvar] if isinstance(option.envvar, str) else list(option.envvar or ())


def _variable_text(option: click.Option) -> str:
    return ", ".join(f"`{name}`" for name in _variables(option))
