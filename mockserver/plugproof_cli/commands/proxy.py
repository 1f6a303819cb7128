"""`plugproof proxy BASE_URL`: forward to the real API, and check what passes."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from plugproof_cli.command_help import command
from plugproof_cli.completion import complete_files
from plugproof_cli.output import reporting
from plugproof_cli.output.standard_output import telling
from plugproof_contracts.checking.checker import examine
from plugproof_contracts.exchanges.route import redacted
from plugproof_contracts.extras import require
from plugproof_contracts.reports.writing import write
from plugproof_contracts.secrets.escaping import escape
from plugproof_contracts.secrets.filenames import plain_name

if TYPE_CHECKING:
    from plugproof_contracts.checking.checker import Result
    from plugproof_contracts.conformance.ledger.proxy_evidence import ProxyEvidence
    from plugproof_contracts.conformance.probing.transport import OutgoingRequest, RequestOutcome


@command("Forward to the real API, and check what passes.")
@click.argument("base_url", metavar="BASE_URL")
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="0 picks a free one.")
@click.option(
    "--har",
    metavar="F",
    shell_complete=complete_files,
    help="Write what passed, without secrets, when the proxy ends.",
)
@click.option("--timeout", type=click.FloatRange(0.1, 300), default=30.0, show_default=True, metavar="S")
@reporting.ledger_option
def proxy(base_url: str, port: int, har: str | None, timeout: float, ledger: str | None) -> None:
    """Serve on this machine until told to end; every exchange is a line, with its findings below."""
    base = reporting.base_url(base_url)
    reporting.refuse_unwritable((), har)
    with reporting.hide_traceback():
        _serve(base, port, har, timeout, ledger)


def _serve(base: str, port: int, har: str | None, timeout: float, ledger: str | None) -> None:
    from plugproof_contracts.adapters.har_writing import to_har
    from plugproof_contracts.conformance.ledger.proxy_evidence import ProxyEvidence
    from plugproof_mockserver.faces import uvicorn_server
    from plugproof_mockserver.faces.checking_proxy import BELOW, Proxy

    if ledger is not None:
        require("sqlalchemy")
    try:
        listener = uvicorn_server.bind("127.0.0.1", port)
    except uvicorn_server.PortTakenError as error:
        raise click.UsageError(f"{error}; give another --port, or --port 0 for a free one") from None
    place = f"http://127.0.0.1:{listener.getsockname()[1]}{BELOW}"
    evidence = ProxyEvidence(ledger, telling(click.echo))
    app = Proxy(base, telling(_teller(evidence)), timeout=timeout)
    uvicorn_server.serve(app, listener, ready=lambda: click.echo(f"{place} forwards to {redacted(base)}"))
    evidence.finish()
    if har is not None:
        try:
            write(Path(har), to_har(*zip(*app.kept, strict=True)) if app.kept else to_har(()))
        except OSError as error:
            raise click.UsageError(f"the recording was not written: {error.strerror}") from None
        click.echo(f"{len(app.kept)} exchanges written to {plain_name(har)}")


def _teller(evidence: "ProxyEvidence") -> Callable[["OutgoingRequest", "RequestOutcome"], None]:
    from plugproof_contracts.conformance.probing.inconclusive import inconclusive_reason

    def tell(request: "OutgoingRequest", outcome: "RequestOutcome") -> None:
        # What is seen counts also when nobody reads along any more.
        result = examine(outcome.exchange) if outcome.exchange is not None else None
        if outcome.exchange is not None and result is not None and inconclusive_reason(outcome) is None:
            evidence.see(outcome.exchange, result)
        _tell(request, outcome, result)

    return tell


def _tell(request: "OutgoingRequest", outcome: "RequestOutcome", result: "Result | None") -> None:
    """Tell of one exchange, and of what it broke."""
    from plugproof_contracts.conformance.probing.inconclusive import inconclusive_reason

    exchange = outcome.exchange
    came = exchange.status if exchange else "no answer"
    click.echo(f"{escape(request.method)} {redacted(request.url)} → {came}, {outcome.seconds:.2f} s")
    why = inconclusive_reason(outcome)
    if why is not None:
        click.echo(f"  could not check: {escape(why)}")
    elif result is not None:
        for one in result.violations:
            click.echo(f"  {one.level}: {one.rule}: {one.message}")
