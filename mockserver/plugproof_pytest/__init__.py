"""The pytest plugin. pytest imports this package in every session, so it imports nothing by itself."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugproof_mockserver.faces.uvicorn_server import ServerStartError as ServerStartError
    from plugproof_mockserver.live_server import LiveServer as LiveServer
    from plugproof_pytest.interception.host_interception import UnknownRouteError as UnknownRouteError

__all__ = ["LiveServer", "ServerStartError", "UnknownRouteError"]

_HOMES = {
    "LiveServer": ("plugproof_mockserver", "live_server"),
    "ServerStartError": ("plugproof_mockserver", "faces.uvicorn_server"),
    "UnknownRouteError": ("plugproof_pytest", "interception.host_interception"),
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from plugproof_contracts.extras import import_public

    return import_public(*_HOMES[name], name)
