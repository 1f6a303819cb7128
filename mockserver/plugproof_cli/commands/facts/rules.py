"""`plugproof rules [RULE]`: the catalogue, or the page of one rule."""

import json
from difflib import get_close_matches

import click

from plugproof_cli.command_help import command
from plugproof_cli.completion import complete_rules
from plugproof_contracts.rules import RULES


@command("List the rules, or show the page of one.")
@click.argument("rule", required=False, shell_complete=complete_rules)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def rules(rule: str | None, as_json: bool) -> None:
    """Print the catalogue or one page."""
    if rule is not None and rule not in RULES:
        near = get_close_matches(rule, RULES, n=3)
        hint = f"did you mean {' or '.join(near)}?" if near else "'plugproof rules' lists them"
        raise click.BadParameter(f"there is no such rule: {hint}", param_hint="RULE")
    shown = RULES.values() if rule is None else [RULES[rule]]
    if as_json:
        names = ("slug", "level", "source", "requirement", "why")
        click.echo(json.dumps([{name: getattr(one, name) for name in names} for one in shown], indent=2))
    elif rule is None:
        click.echo("\n".join(f"{one.slug:<34} {one.level:<10} {one.requirement}" for one in shown))
    else:
        # Here, for a page shows what the checker finds, and a list does not.
        from plugproof_contracts.reports import rule_pages

        click.echo(rule_pages.page(RULES[rule]), nl=False)
