"""The pages of the plugin, of the scenarios and settings, and of what is written for programs."""

import ast
import inspect
import json
from collections.abc import Iterator
from typing import Any

import click
import msgspec

from pages.reference.markdown import code, page, prose, table
from pages.reference.source_names import fields
from plugproof_cli.commands.serve import serve
from plugproof_contracts.evidence.ledger_entry import SourceKind
from plugproof_contracts.evidence.ledger_schema import LEDGER_VERSION, METADATA
from plugproof_contracts.reports.as_json import FORMAT
from plugproof_contracts.reports.report_model import Report, tally
from plugproof_mockserver.engine.scenario_outcomes import outcomes
from plugproof_mockserver.model.settings import Settings
from plugproof_pytest import plugin
from plugproof_pytest.marker import ARGUMENTS, OWN_ARGUMENTS
from plugproof_pytest.options import OPTIONS


def scenarios() -> str:
    """Return the page of the charger codes."""
    about = (
        "The code that a session is started with chooses what happens in it. The end is that of a session "
        "which is confirmed and then left alone. Codes are read in any case; all times are assumed."
    )
    rows = ((f"`{row.code}`", row.summary, row.end) for row in outcomes())
    return page("Scenarios", about, table(("code", "what happens", "ends"), rows))


def settings() -> str:
    """Return the page of the settings of a fake."""
    about = (
        "The keywords of `FakePlugchoice`, of the marker and of the fixture `plugchoice_settings`; "
        "`plugproof serve` has an [option](command-line.md#serve) for each. Times are seconds, money is "
        "minor units, VAT is percent."
    )
    helps = {one.name: one.help or "" for one in serve.params if isinstance(one, click.Option)}
    standard = msgspec.to_builtins(Settings())
    rows = (
        (f"`{one.name}`", f"`{one.type}`", f"`{standard[one.name]!r}`", one.docstring or helps[one.name])
        for one in fields(Settings)
    )
    return page("Settings", about, table(("setting", "type", "default", ""), rows))


def fixtures() -> str:
    """Return the page of the plugin: fixtures, marker, options."""
    marked = ((f"`{name}`", _of_marker(name)) for name in ARGUMENTS)
    options = [(f"`--plugchoice-{row.name}`", row.help) for row in OPTIONS]
    return page(
        "Fixtures, marker and options of pytest",
        "What they do is in [The pytest plugin](pytest-plugin.md); "
        "[Test a client with the pytest plugin](../how-to/pytest.md) shows them in use.",
        "## Fixtures",
        table(("fixture", "scope", ""), _fixtures()),
        "## The marker",
        "`@pytest.mark.plugchoice(…)` takes these keywords; the closest marker wins, keyword by keyword.",
        table(("keyword", ""), marked),
        "## Options",
        table(("option", ""), [*options, ("`--no-plugchoice-guard`", "let calls leave for the real API")]),
    )


def report_schema() -> str:
    """Return the page of the JSON report."""
    about = (
        f"`--report json=PATH` writes one JSON object. Its member `format` is `{FORMAT}`; the number "
        "changes when a member changes its meaning or goes. New members may come without it."
    )
    return page("The JSON report", about, code("json", json.dumps(schema_of_report(), indent=2)))


def schema_of_report() -> dict[str, Any]:
    """Return the JSON Schema of what `as_json` writes."""
    _, parts = msgspec.json.schema_components([Report], ref_template="#/$defs/{name}")
    report = parts.pop("Report")
    counts = {name: {"type": "integer"} for name in tally(())}
    own = {
        "format": {"const": FORMAT},
        "exit_code": {"type": "integer"},
        "summary": {"type": "object", "properties": counts, "required": list(counts)},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Report",
        "type": "object",
        "properties": own | report["properties"],
        "required": [*own, *report["required"]],
        "$defs": parts,
    }


def ledger() -> str:
    """Return the page of the ledger's tables."""
    kinds = ", ".join(f"`{kind.value}`" for kind in SourceKind)
    about = (
        "What was seen of each fact lies in a database, `sqlite:///FILE` or `postgresql://HOST/DATABASE`; "
        "what it means is in [Evidence](../explanation/evidence.md). These are the tables of version "
        f"{LEDGER_VERSION}, which stands in `plugproof_versions` under the part `ledger`. Times are Unix "
        f"seconds; `source` is one of {kinds}."
    )
    return page("The ledger", about, *(_columns(name) for name in METADATA.tables))


def _columns(name: str) -> str:
    rows = (
        (
            f"`{column.name}`",
            str(column.type).lower(),
            "key" if column.primary_key else "null" * bool(column.nullable),
        )
        for column in METADATA.tables[name].columns
    )
    return f"## `{name}`\n\n" + table(("column", "type", ""), rows)


def _fixtures() -> Iterator[tuple[str, str, str]]:
    for node in ast.parse(inspect.getsource(plugin)).body:
        if isinstance(node, ast.FunctionDef) and node.name[0] != "_":
            marks = [ast.unparse(mark) for mark in node.decorator_list]
            if any(mark.startswith("pytest.fixture") for mark in marks):
                scope = "session" if any("session" in mark for mark in marks) else "test"
                yield f"`{node.name}`", scope, prose(ast.get_docstring(node) or "")


def _of_marker(name: str) -> str:
    if name in OWN_ARGUMENTS:
        return "the plugin's own: " + " or ".join(f"`{value!r}`" for value in OWN_ARGUMENTS[name])
    if name in Settings.__struct_fields__:
        return "a [setting](settings.md)"
    return "a keyword of [`FakePlugchoice`](python-fake.md#fakeplugchoice)"
