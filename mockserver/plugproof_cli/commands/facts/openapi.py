"""`plugproof openapi`: the contract's document."""

import click

from plugproof_cli.command_help import command
from plugproof_contracts.facts.operations import BASE_URL


@command("Print the API's contract as an OpenAPI 3.1 document.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of YAML.")
@click.option("--server", metavar="URL", help="The server that the document names: that of a fake or a staging.")
@click.option(
    "--links", is_flag=True, help="Add the link with an object as its body: Schemathesis takes it, most refuse it."
)
def openapi(as_json: bool, server: str | None, links: bool) -> None:
    """Print the document."""
    from plugproof_cli.output.reporting import base_url
    from plugproof_contracts.facts import openapi_document as spec

    base = BASE_URL if server is None else base_url(server, named="--server")
    if as_json:
        click.echo(spec.json_text(server=base, links=links, indent=2))
    else:
        click.echo(spec.yaml_text(server=base, links=links), nl=False)
