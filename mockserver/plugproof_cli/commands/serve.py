"""`plugproof serve`: its options, and the processes that serve."""

import os
from collections.abc import Callable
from functools import partial
from secrets import token_bytes, token_hex
from typing import TYPE_CHECKING, Any

import click

from plugproof_cli import served_app
from plugproof_cli.command_help import command
from plugproof_cli.completion import complete_codes, complete_files, complete_words
from plugproof_cli.options import option_types
from plugproof_cli.options.serve_options import ServeOptions
from plugproof_cli.output import banner, live_log
from plugproof_cli.output.live_log import LogFormat
from plugproof_mockserver.faces.host_allowlist import is_loopback
from plugproof_mockserver.facts_file import read_facts
from plugproof_mockserver.model.settings import Errors, InvalidText, LimiterStore, NotFoundText, RateLimit

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from socket import socket

Command = Callable[..., None]


def _option(name: str, *names: str, **attributes: Any) -> Callable[[Command], Command]:
    # Named one by one, not by a prefix: a mistake in a variable is then reported with its name.
    variable = "PLUGPROOF_" + name.removeprefix("--").upper().replace("-", "_")
    return click.option(name, *names, envvar=variable, show_envvar=True, **attributes)


_default = partial(_option, show_default=True)


def _take_facts(ctx: click.Context, param: click.Parameter, path: str | None) -> None:
    """Let a facts file say what an option is that neither the command line nor a variable gives."""
    if path is None:
        return
    try:
        settings = read_facts(path)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    ctx.default_map = {**(ctx.default_map or {}), **{name: str(value) for name, value in settings.items()}}


@command(max_content_width=110)
@_option(
    "--facts",
    metavar="F",
    shell_complete=complete_files,
    is_eager=True,
    expose_value=False,
    callback=_take_facts,
    help="Behave as a facts file of `plugproof learn` says, where no other option does.",
)
@_default("--host", type=option_types.HOST, default="127.0.0.1", help="Address to listen on.")
@_default("--port", type=option_types.PORT, default="8000", help="Port to listen on; 0 takes a free one.")
@_option(
    "--scenario",
    shell_complete=complete_codes,
    type=option_types.SCENARIO,
    help="Answer every unknown charger code with this scenario.",
)
@_default("--speed", type=option_types.SPEED, default="1", help="How fast the clock runs; 0 freezes it.")
@_option(
    "--clock", type=option_types.CLOCK, help="Moment at which the clock starts, such as 2026-01-10T12:00:00Z."
)
@_option("--seed", type=option_types.SEED, help="Make tokens and chance repeatable.")
@_default(
    "--rate-limit",
    type=option_types.RATE_LIMIT,
    shell_complete=complete_words(RateLimit),
    default="endpoint",
    help="Count hits per endpoint and address, or over all endpoints, or not at all.",
)
@_option(
    "--limit", type=option_types.LIMIT, multiple=True, help="Another limit, such as confirm=10/60. Repeatable."
)
@_default(
    "--limiter-store",
    type=option_types.LIMITER_STORE,
    shell_complete=complete_words(LimiterStore),
    default="redis",
    help="End a window a minute after its first hit, or after the second that this lies in, as files do.",
)
@_option("--limiter-race", is_flag=True, help="Admit one hit more than the limit when two come at once.")
@_default(
    "--sessions-per-charger", type=option_types.COUNT, default="20", help="Successful starts per charger and hour."
)
@_default("--token-ttl", type=option_types.DURATION, default="24h", help="How long a session token is valid.")
@_default(
    "--payment-window", type=option_types.DURATION, default="15m", help="How long a session waits for payment."
)
@_default("--vat", type=option_types.PERCENT, default="21", help="VAT included in every amount, in percent.")
@_default("--hold", type=option_types.AMOUNT, default="5000", help="Pre-authorised amount, in minor units.")
@_default(
    "--errors",
    type=option_types.ERRORS,
    shell_complete=complete_words(Errors),
    default="json",
    help="Write errors as JSON always, or as HTML for a client that does not ask for JSON.",
)
@_default(
    "--not-found",
    type=option_types.NOT_FOUND,
    shell_complete=complete_words(NotFoundText),
    default="plain",
    help="Say of what was not found just that, or repeat the token or code that was asked for.",
)
@_default(
    "--invalid-text",
    type=option_types.INVALID_TEXT,
    shell_complete=complete_words(InvalidText),
    default="first",
    help="Say of invalid input what is wrong first, or one fixed text for all of it.",
)
@_default(
    "--maintenance",
    type=option_types.COUNT,
    default="0",
    help="Answer everything with the 503 of a maintenance, which says to wait for so many seconds; 0 is none.",
)
@_option(
    "--auto-pay",
    is_flag=True,
    help="Let every session be paid as its charger code says; else the pay page, the console or an event pays.",
)
@_option(
    "--fault",
    type=option_types.FAULT,
    multiple=True,
    help="Inject a fault: OPERATION:KIND[:RATE|:first=N|:before|:after|:MSms|:NAME=VALUE], such as "
    "confirm:reset:first=1. Repeatable.",
)
@_default("--latency", type=option_types.LATENCY, default="0", help="Delay every answer by so many milliseconds.")
@_option("--allow-host", type=option_types.HOST, multiple=True, help="Answer this Host header too. Repeatable.")
@_option("--control-secret", type=option_types.SECRET, help="Demand this secret on the control plane.")
@_default(
    "--state",
    type=option_types.STATE,
    default="memory",
    help="Keep worlds in memory, sqlite:///FILE, redis://HOST or valkey://HOST.",
)
@_default(
    "--workers",
    type=option_types.WORKERS,
    default="1",
    help="Serve with so many processes, from 1 to 64, on one port; more than one need a --state that they share.",
)
@_option(
    "--control-secret-file",
    type=option_types.SECRET_FILE,
    shell_complete=complete_files,
    help="Demand the secret that is in this file, which no list of processes shows.",
)
@_option(
    "--world-secret",
    type=option_types.TENANT,
    multiple=True,
    help="Demand another secret for the worlds whose names begin with PREFIX. Repeatable.",
)
@_option(
    "--world-secret-file",
    type=option_types.TENANT_FILE,
    shell_complete=complete_files,
    help="Read such secrets from lines of PREFIX SECRET [WORLDS]; WORLDS is how many there may be.",
)
@_option("--max-sessions", type=option_types.QUOTA, help="Sessions that a world may have; more get a 507.")
@_default(
    "--max-journal-bytes",
    type=option_types.QUOTA,
    default="4194304",
    help="Bytes of paths and bodies that the journal of a world keeps.",
)
@_default("--max-worlds", type=option_types.QUOTA, default="10000", help="Worlds that are kept at a time.")
@_option(
    "--trust-proxy",
    type=option_types.HOST,
    multiple=True,
    help="Believe this address what X-Forwarded-For says of the client. Repeatable.",
)
@_option(
    "--self-check", is_flag=True, help="Check every answer by the contract's rules; see /_plugproof/violations."
)
@_default(
    "--receive-timeout",
    type=option_types.DURATION,
    default="60s",
    help="How long a request's head, and then its body, may take to come.",
)
@_default(
    "--log",
    type=option_types.LOG,
    shell_complete=complete_words(LogFormat),
    default="auto",
    help="Write a line for each request to the API; auto does so on a terminal.",
)
@_option("--json", "as_json", is_flag=True, help="Announce readiness as one line of JSON.")
def serve(**given: Any) -> None:
    """Serve the fake on a socket.

    Every default is this project's own choice: the API's reference names none of these values, except the
    rate limits that --limit replaces. An option wins over its environment variable, and that over the default.
    A variable for a repeatable option holds its values separated by spaces.
    """
    _run(ServeOptions(**given))


def _run(options: ServeOptions) -> None:
    _refuse_to_open_by_accident(options)
    _refuse_workers_without_a_store(options)
    _ = options.tenants  # whatever is wrong with the secrets is said before the port is bound
    listener = _listener(options)
    address = banner.ServerAddress(
        f"http://{options.url_host}:{listener.getsockname()[1]}", os.getpid(), token_hex(8), options.workers
    )
    announce = banner.as_json if options.as_json else banner.for_people
    serve_it = _serve_here if options.workers == 1 else _serve_by_workers
    serve_it(options, address.identity, listener, lambda: click.echo(announce(address)))


def _serve_here(options: ServeOptions, identity: str, listener: "socket", ready: Callable[[], None]) -> None:
    with served_app.kept_for_good():
        from plugproof_mockserver.faces import uvicorn_server

        app = served_app.make_app(options, identity)
    uvicorn_server.serve(app, listener, ready, receive_seconds=options.receive_timeout)


def _serve_by_workers(options: ServeOptions, identity: str, listener: "socket", ready: Callable[[], None]) -> None:
    from plugproof_mockserver.faces.uvicorn_server import ServerStartError
    from plugproof_mockserver.faces.worker_supervisor import Supervisor

    served_app.open_store(options.state)  # what is missing for it is said once, and not by each worker
    with _folder() as counts:
        supervisor = Supervisor(
            served_app.make_worker_app,
            (options, identity, token_bytes(32), counts),
            listener,
            count=options.workers,
            receive_seconds=options.receive_timeout,
            ready=ready,
            tell=live_log.telling_workers(options.log),
        )
        try:
            supervisor.run()
        except ServerStartError as error:
            raise click.ClickException(f"{error}; what was wrong stands above") from None


def _folder() -> "AbstractContextManager[str]":
    """Return the folder in which workers leave what they count, for as long as they run."""
    from tempfile import TemporaryDirectory

    try:
        return TemporaryDirectory(prefix="plugproof-")
    except OSError as error:
        raise click.UsageError(
            f"--workers needs a folder for temporary files: {error}; set TMPDIR to one"
        ) from None


def _listener(options: ServeOptions) -> "socket":
    from plugproof_mockserver.faces.uvicorn_server import PortTakenError, bind

    try:
        return bind(options.host, options.port)
    except PortTakenError as error:
        raise click.UsageError(f"{error}; give another --port, or --port 0 for a free one") from None


def _refuse_to_open_by_accident(options: ServeOptions) -> None:
    if options.operator_secret is None and not is_loopback(options.host):
        raise click.UsageError(
            f"--host {options.host} lets others reach the control plane: give it a --control-secret-file, "
            "or stay on 127.0.0.1"
        )


def _refuse_workers_without_a_store(options: ServeOptions) -> None:
    if options.workers > 1 and options.state.kind == "memory":
        raise click.UsageError(
            f"--workers {options.workers} needs a --state that processes share, such as sqlite:///FILE, "
            "redis://HOST or valkey://HOST: what is in memory belongs to one process"
        )
