"""`plugproof mcp`: the tools of plugproof for coding agents, over the Model Context Protocol."""

import click

from plugproof_cli.command_help import command

MISSING = 'the Model Context Protocol is not installed: pip install "plugproof[mcp]"'


@command("Serve tools for coding agents on standard input and output (Model Context Protocol).")
def mcp() -> None:
    """Serve until the input ends."""
    try:
        from plugproof_cli.mcp_server import mcp_server
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "mcp":
            raise
        raise click.UsageError(MISSING) from None
    from plugproof_cli.agent_tools import Workbench

    bench = Workbench()
    try:
        mcp_server(bench).run("stdio")
    finally:
        bench.close()
