"""A stateful fake of the public-charging API, in process or on a socket."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugproof_mockserver.fake import FakePlugchoice as FakePlugchoice

__all__ = ["FakePlugchoice"]


def __getattr__(name: str) -> object:
    # The command line imports this package for every `--help`; only who asks for the fake pays for it.
    if name == "FakePlugchoice":
        from plugproof_mockserver.fake import FakePlugchoice

        return FakePlugchoice
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
