"""`plugproof scenarios`: the table of charger codes."""

import json
import sys
from typing import Any

import click

from plugproof_cli.command_help import command


@command("List the charger codes and what each stands for.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def scenarios(as_json: bool) -> None:
    """Print every scenario: its charger code, what happens, and where it ends."""
    from plugproof_mockserver.engine import scenario_outcomes

    if as_json:
        click.echo(json.dumps([row._asdict() for row in scenario_outcomes.outcomes()], indent=2))
    elif sys.stdout.isatty():
        _print_table(scenario_outcomes.outcomes())
    else:
        click.echo("\n".join(scenario_outcomes.table_lines()))


def _print_table(rows: Any) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("Charger code", "What happens", "Ends")
    for row in rows:
        table.add_row(row.code, row.summary, row.end)
    Console().print(table)
