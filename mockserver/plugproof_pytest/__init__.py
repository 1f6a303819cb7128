"""The pytest plugin. pytest imports this package in every session, so it imports nothing by itself."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugproof_mockserver.live_server import LiveServer as LiveServer

__all__ = ["LiveServer"]


def __getattr__(name: str) -> object:
    if name == "LiveServer":
        from plugproof_contracts.extras import import_public

        return import_public("plugproof_mockserver", "live_server", name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
