"""The application that `plugproof serve` serves, made from its options."""

import atexit
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from plugproof_cli.options.secret_files import count_worlds
from plugproof_cli.options.serve_options import ServeOptions
from plugproof_cli.output import live_log
from plugproof_contracts.secrets.token import adopt_fingerprint_key
from plugproof_mockserver.stores.address import StateAddress

if TYPE_CHECKING:
    from plugproof_mockserver.faces.asgi import App
    from plugproof_mockserver.http.asgi_types import ASGIApp, Receive, Scope, Send
    from plugproof_mockserver.stores.store import Store
    from plugproof_mockserver.world.nouns.request_counts import RequestCounts
    from plugproof_mockserver.world.registries.registry import WorldRegistry
    from plugproof_mockserver.world.world import World

Made = TypeVar("Made", bound="World")


@contextmanager
def kept_for_good() -> Iterator[None]:
    """Keep what is imported and made here out of the garbage collector's sight.

    All of it stays until the end, and to look through it again and again takes a twentieth of the start.
    """
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()


def make_app(options: ServeOptions, identity: str) -> "ASGIApp":
    """Return the application; health answers with its identity. Raises `UsageError` where a package is missing."""
    return _behind(options.trust_proxy, _app(options, identity))


def make_worker_app(options: ServeOptions, identity: str, key: bytes, folder: str) -> "ASGIApp":
    """Return the same for one worker of several.

    They call one token by one fingerprint, and write what they count to a folder, where each can sum it.
    """
    adopt_fingerprint_key(key)
    atexit.register(_remove_after_supervisor, folder)
    with kept_for_good():
        return _behind(options.trust_proxy, _app(options, identity, _worker_counts(folder)))


def _remove_after_supervisor(folder: str) -> None:
    """Remove what the supervisor could not, because it was killed."""
    from multiprocessing import parent_process
    from shutil import rmtree

    supervisor = parent_process()
    if supervisor is not None and not supervisor.is_alive():
        rmtree(folder, ignore_errors=True)


def _worker_counts(folder: str) -> "RequestCounts | None":
    from plugproof_mockserver.control.worker_metrics import worker_counts

    try:
        return worker_counts(Path(folder))
    except ImportError:
        return None  # without Prometheus' client nobody can ask for them


def _app(options: ServeOptions, identity: str, counts: "RequestCounts | None" = None) -> "App":
    from plugproof_mockserver.browser import PAGE_PATHS
    from plugproof_mockserver.faces.asgi import App
    from plugproof_mockserver.faces.host_allowlist import HostAllowlist

    worlds = _worlds(options)
    if counts is not None:
        worlds.counts = worlds.default.counts = counts
    worlds.listeners.append(live_log.world_follower(options.log))
    hosts = HostAllowlist((options.url_host, *options.allow_host))
    control, pages = _when_asked(lambda: _control(options, identity)), _when_asked(_pages)
    return App(worlds, hosts=hosts, control=control, pages=dict.fromkeys(PAGE_PATHS, pages))


def _worlds(options: ServeOptions) -> "WorldRegistry":
    store = open_store(options.state)
    most = options.max_worlds
    quotas = count_worlds(options.tenants.values(), most)
    if store is None:
        from plugproof_mockserver.world.registries.registry import WorldRegistry
        from plugproof_mockserver.world.world import World

        return WorldRegistry(_maker(options, World), most=most, quotas=quotas)
    from plugproof_mockserver.world.registries.shared_registry import SharedRegistry
    from plugproof_mockserver.world.shared.shared_world import SharedWorld

    return SharedRegistry(_maker(options, partial(SharedWorld, store=store)), store, most=most, quotas=quotas)


def _maker(options: ServeOptions, kind: "Callable[..., Made]") -> "Callable[[str], Made]":
    """Return what makes a world by its name."""
    from plugproof_mockserver.world.nouns.clock import Clock
    from plugproof_mockserver.world.nouns.world_quotas import WorldQuotas

    settings, faults, follow = options.settings(), options.faults(), live_log.follower(options.log)
    most = WorldQuotas(options.max_sessions, options.max_journal_bytes)

    def make(name: str) -> "Made":
        made = kind(
            settings,
            clock=Clock(options.clock, speed=options.speed),
            seed=options.seed,
            name=name,
            faults=faults,
            self_check=options.self_check,
            quotas=most,
        )
        follow(made)
        return made

    return make


def open_store(state: StateAddress) -> "Store | None":
    """Return the store, which connects when it is first used; None for memory. Raises `UsageError`."""
    try:
        return state.open()
    except ImportError as error:
        raise click.UsageError(f"--state {state.name}: {error}") from None


def _control(options: ServeOptions, identity: str) -> "ASGIApp":
    from plugproof_mockserver.control.control_app import control_app
    from plugproof_mockserver.control.secrets import ControlSecrets

    tenants = {prefix: tenant.secret for prefix, tenant in options.tenants.items()}
    return control_app(ControlSecrets(options.operator_secret, tenants), identity, options.workers)


def _behind(proxies: tuple[str, ...], app: "ASGIApp") -> "ASGIApp":
    """Return an application that sees a client's own address where a trusted proxy names it."""
    if not proxies:
        return app
    from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

    return cast("ASGIApp", ProxyHeadersMiddleware(cast("Any", app), trusted_hosts=list(proxies)))


def _pages() -> "ASGIApp":
    from plugproof_mockserver.browser.pages_app import pages_app

    return pages_app()


def _when_asked(make: "Callable[[], ASGIApp]") -> "ASGIApp":
    """Return an application that is made for its first request: nobody who only asks the API waits for it."""
    app = cache(make)

    async def serve(scope: "Scope", receive: "Receive", send: "Send") -> None:
        await app()(scope, receive, send)

    return serve
