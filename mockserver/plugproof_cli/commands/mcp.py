"""`plugproof mcp`: the tools of plugproof for coding agents, over the Model Context Protocol."""

from plugproof_cli.command_help import command


@command("Serve tools for coding agents on standard input and output (Model Context Protocol).")
def mcp() -> None:
    """Serve until the input ends."""
    from plugproof_contracts.extras import require

    require("mcp")
    from plugproof_cli.agent_tools import Workbench
    from plugproof_cli.mcp_server import mcp_server

    bench = Workbench()
    try:
        mcp_server(bench).run("stdio")
    finally:
        bench.close()
