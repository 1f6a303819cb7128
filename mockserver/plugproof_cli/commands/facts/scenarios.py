"""`plugproof scenarios`: the table of charger codes."""

import json

import click

from plugproof_cli.command_help import command


@command("List the charger codes and what each stands for.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def scenarios(as_json: bool) -> None:
    """Print every scenario: its charger code, what happens, and where it ends."""
    from plugproof_mockserver.engine import scenario_outcomes

    if as_json:
        click.echo(json.dumps([row._asdict() for row in scenario_outcomes.outcomes()], indent=2))
    else:
        click.echo("\n".join(scenario_outcomes.table_lines()))
