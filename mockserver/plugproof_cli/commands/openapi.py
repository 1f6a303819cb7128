"""`plugproof openapi`: the contract's document."""

import json

import click


@click.command(help="Print the API's contract as an OpenAPI 3.1 document.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of YAML.")
def openapi(as_json: bool) -> None:
    """Print the document."""
    from plugproof_contracts.facts import openapi as spec

    if as_json:
        click.echo(json.dumps(spec.document(), indent=2, ensure_ascii=False))
    else:
        click.echo(spec.yaml_text(), nl=False)
