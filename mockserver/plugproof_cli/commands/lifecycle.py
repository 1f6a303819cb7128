"""`plugproof lifecycle`: a picture of the lifecycle."""

import click


@click.command(help="Draw the lifecycle of a session.")
@click.option(
    "--format",
    "picture",
    type=click.Choice(["mermaid", "svg", "text"]),
    default="mermaid",
    show_default=True,
    help="How to draw it.",
)
def lifecycle(picture: str) -> None:
    """Print the lifecycle as a picture."""
    from plugproof_contracts.facts import diagrams as pictures

    click.echo(getattr(pictures, picture)(), nl=False)
