"""`plugproof lifecycle`: a picture of the lifecycle, or its workflows."""

import click

from plugproof_cli.command_help import command


@command("Draw the lifecycle of a session.")
@click.option(
    "--format",
    "picture",
    type=click.Choice(["mermaid", "svg", "text", "arazzo"]),
    default="mermaid",
    show_default=True,
    help="How to draw it; arazzo writes workflows that a runner carries out.",
)
def lifecycle(picture: str) -> None:
    """Print the lifecycle as a picture, or as Arazzo workflows."""
    if picture == "arazzo":
        from plugproof_mockserver.control.arazzo_workflows import arazzo

        click.echo(arazzo(), nl=False)
        return
    from plugproof_contracts.facts import diagrams as pictures

    click.echo(getattr(pictures, picture)(), nl=False)
