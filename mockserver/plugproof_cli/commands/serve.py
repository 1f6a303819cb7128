"""`plugproof serve`: the options, and the application that they describe."""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from secrets import token_hex
from typing import TYPE_CHECKING, Any

import click
import msgspec

from plugproof_cli import option_types as options
from plugproof_mockserver.faces.host_allowlist import is_loopback
from plugproof_mockserver.model.settings import Errors, Limit, RateLimit, Settings
from plugproof_mockserver.world.faults import Fault, make_fault

if TYPE_CHECKING:
    from socket import socket

    from plugproof_mockserver.faces.asgi import App
    from plugproof_mockserver.http.asgi_types import ASGIApp, Receive, Scope, Send

Command = Callable[..., None]


def _option(name: str, *names: str, **attributes: Any) -> Callable[[Command], Command]:
    # Named one by one, not by a prefix: a mistake in a variable is then reported with its name.
    variable = "PLUGPROOF_" + name.removeprefix("--").upper().replace("-", "_")
    return click.option(name, *names, envvar=variable, show_envvar=True, **attributes)


_default = partial(_option, show_default=True)


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for, one field per option; `clock` is a moment, durations are seconds."""

    host: str
    port: int
    scenario: str | None
    speed: float
    clock: int | None
    seed: int | None
    rate_limit: RateLimit
    limit: tuple[tuple[str, Limit], ...]
    sessions_per_charger: int
    token_ttl: float
    payment_window: float
    vat: float
    hold: int
    errors: Errors
    auto_pay: bool
    fault: tuple[Fault, ...]
    latency: int
    allow_host: tuple[str, ...]
    control_secret: str | None
    self_check: bool
    receive_timeout: float
    as_json: bool

    def settings(self) -> Settings:
        """Return the rules of every world that is served."""
        return Settings(
            scenario=self.scenario,
            rate_limit=self.rate_limit,
            limits=dict(self.limit),
            sessions_per_charger=self.sessions_per_charger,
            token_ttl=self.token_ttl,
            payment_window=self.payment_window,
            vat=self.vat,
            hold=self.hold,
            errors=self.errors,
            auto_pay=self.auto_pay,
        )

    def faults(self) -> tuple[Fault, ...]:
        """Return the faults that every world begins with; a latency is one on all operations."""
        if not self.latency:
            return self.fault
        return (*self.fault, make_fault("*", "latency", milliseconds=self.latency))

    @property
    def url_host(self) -> str:
        """The host as a URL names it; loopback for an address that means all of them."""
        if self.host in ("0.0.0.0", "::"):  # noqa: S104 - compared with, not bound to
            return "127.0.0.1" if self.host == "0.0.0.0" else "[::1]"  # noqa: S104 - the same
        return f"[{self.host}]" if ":" in self.host else self.host


@click.command(context_settings={"max_content_width": 110})
@_default("--host", type=options.HOST, default="127.0.0.1", help="Address to listen on.")
@_default("--port", type=options.PORT, default="8000", help="Port to listen on; 0 takes a free one.")
@_option("--scenario", type=options.SCENARIO, help="Answer every unknown charger code with this scenario.")
@_default("--speed", type=options.SPEED, default="1", help="How fast the clock runs; 0 freezes it.")
@_option("--clock", type=options.CLOCK, help="Moment at which the clock starts, such as 2026-01-10T12:00:00Z.")
@_option("--seed", type=options.SEED, help="Make tokens and chance repeatable.")
@_default(
    "--rate-limit",
    type=options.RATE_LIMIT,
    default="endpoint",
    help="Count hits per endpoint and address, or over all endpoints, or not at all.",
)
@_option("--limit", type=options.LIMIT, multiple=True, help="Another limit, such as confirm=10/60. Repeatable.")
@_default(
    "--sessions-per-charger", type=options.COUNT, default="20", help="Successful starts per charger and hour."
)
@_default("--token-ttl", type=options.DURATION, default="24h", help="How long a session token is valid.")
@_default("--payment-window", type=options.DURATION, default="15m", help="How long a session waits for payment.")
@_default("--vat", type=options.PERCENT, default="21", help="VAT included in every amount, in percent.")
@_default("--hold", type=options.AMOUNT, default="5000", help="Pre-authorised amount, in minor units.")
@_default(
    "--errors",
    type=options.ERRORS,
    default="json",
    help="Write errors as JSON always, or as HTML for a client that does not ask for JSON.",
)
@_option(
    "--auto-pay",
    is_flag=True,
    help="Let every session be paid as its charger code says; else the pay page, the console or an event pays.",
)
@_option(
    "--fault",
    type=options.FAULT,
    multiple=True,
    help="Inject a fault: OPERATION:KIND[:RATE|:first=N|:before|:after|:MSms], such as confirm:reset:first=1. "
    "Repeatable.",
)
@_default("--latency", type=options.LATENCY, default="0", help="Delay every answer by so many milliseconds.")
@_option("--allow-host", type=options.HOST, multiple=True, help="Answer this Host header too. Repeatable.")
@_option("--control-secret", type=options.SECRET, help="Demand this secret on the control plane.")
@_option(
    "--self-check", is_flag=True, help="Check every answer by the contract's rules; see /_plugproof/violations."
)
@_default(
    "--receive-timeout",
    type=options.DURATION,
    default="60s",
    help="How long a request's head, and then its body, may take to come.",
)
@_option("--json", "as_json", is_flag=True, help="Announce readiness as one line of JSON.")
def serve(**given: Any) -> None:
    """Serve the fake on a socket.

    Every default is this project's own choice: the API's reference names none of these values, except the
    rate limits that --limit replaces. An option wins over its environment variable, and that over the default.
    A variable for a repeatable option holds its values separated by spaces.
    """
    _run(Given(**given))


def _run(given: Given) -> None:
    _refuse_to_open_by_accident(given)
    with _for_good():
        from plugproof_cli import banner
        from plugproof_mockserver.faces import uvicorn_server as server

        listener = _listener(given)
        place = banner.Place(
            f"http://{given.url_host}:{listener.getsockname()[1]}",
            os.getpid(),
            identity=token_hex(8),
            has_secret=given.control_secret is not None,
        )
        app = _app(given, place.identity)
    announce = banner.as_json if given.as_json else banner.for_people
    server.serve(app, listener, ready=lambda: click.echo(announce(place)), receive_seconds=given.receive_timeout)


@contextmanager
def _for_good() -> Iterator[None]:
    """Keep what is imported and made here out of the garbage collector's sight.

    All of it stays until the end, and to look through it again and again takes a twentieth of the start.
    """
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()


def _listener(given: Given) -> "socket":
    from plugproof_mockserver.faces.uvicorn_server import PortTakenError, bind

    try:
        return bind(given.host, given.port)
    except PortTakenError as error:
        raise click.UsageError(f"{error}; give another --port, or --port 0 for a free one") from None


def _refuse_to_open_by_accident(given: Given) -> None:
    if given.control_secret is None and not is_loopback(given.host):
        raise click.UsageError(
            f"--host {given.host} lets others reach the control plane: give it a --control-secret, "
            "or stay on 127.0.0.1"
        )


def _app(given: Given, identity: str) -> "App":
    from plugproof_mockserver.browser import PAGE_PATHS
    from plugproof_mockserver.faces.asgi import App
    from plugproof_mockserver.faces.host_allowlist import Hosts
    from plugproof_mockserver.world.clock import Clock
    from plugproof_mockserver.world.registry import Worlds
    from plugproof_mockserver.world.world import World

    settings, faults = given.settings(), given.faults()

    def world(name: str) -> World:
        clock = Clock(given.clock, speed=given.speed)
        return World(settings, clock=clock, seed=given.seed, name=name, faults=faults, self_check=given.self_check)

    hosts = Hosts((given.url_host, *given.allow_host))
    control, pages = _when_asked(lambda: _control(given.control_secret, identity)), _when_asked(_pages)
    return App(Worlds(world), hosts=hosts, control=control, pages=dict.fromkeys(PAGE_PATHS, pages))


def _control(secret: str | None, identity: str) -> "ASGIApp":
    from plugproof_mockserver.control.app import control_app

    return control_app(secret, identity)


def _pages() -> "ASGIApp":
    from plugproof_mockserver.browser.app import pages_app

    return pages_app()


def _when_asked(make: "Callable[[], ASGIApp]") -> "ASGIApp":
    """Return an application that is made for its first request: nobody who only asks the API waits for it."""
    app = cache(make)

    async def serve(scope: "Scope", receive: "Receive", send: "Send") -> None:
        await app()(scope, receive, send)

    return serve
