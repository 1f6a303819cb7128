"""Why a world can't be had: its name, its end, or the room that there is; each with what to do."""

from enum import StrEnum
from typing import NamedTuple

from plugproof_contracts.errors import PlugproofError


class WorldError(PlugproofError):
    """A world that can't be had; the message says why and what to do, and `status` how that is answered."""

    status = 400


class WorldNameError(WorldError, ValueError):
    """A name that no world can have; the message says what one can be."""

    def __init__(self) -> None:
        super().__init__(
            "a world's name is 1 to 64 letters, digits, dots, dashes and underscores, letter or digit first"
        )


class Ending(StrEnum):
    """Why a world ended."""

    LEASE = "lease"
    IDLE = "idle"
    ROOM = "room"
    DELETED = "deleted"


_REASONS = {
    Ending.LEASE: "its lease ended",
    Ending.IDLE: "nobody used it for {idle}",
    Ending.ROOM: "another world needed its room, and it was empty",
    Ending.DELETED: "it was deleted",
}


class EndedWorld(NamedTuple):
    """A world that ended: why, when (seconds since 1970), how many sessions it had, and whether it was leased.

    `idle` is how long a world without a lease is kept where it was.
    """

    name: str
    ending: Ending
    at: float
    sessions: int
    was_leased: bool
    idle: str = "an hour"

    @property
    def reason(self) -> str:
        """Why it ended, as the rest of a sentence."""
        return _REASONS[self.ending].format(idle=self.idle)


class WorldGoneError(WorldError, LookupError):
    """A world that was there and has ended: not to be taken for one that does not know a token."""

    status = 410

    def __init__(self, ended: EndedWorld, when: str) -> None:
        super().__init__(
            f"the world {ended.name!r} is gone since {when}, with {ended.sessions} sessions: {ended.reason}; "
            f"PUT /_plugproof/worlds/{ended.name} begins it anew"
        )


class NoSuchWorldError(WorldError, LookupError):
    """A world that is not there, and that the request does not make."""

    status = 404

    def __init__(self, name: str) -> None:
        super().__init__(
            f"there is no world {name!r}; PUT /_plugproof/worlds/{name} makes it, and so does its first use"
        )


class WorldTakenError(WorldError, ValueError):
    """A world of that name is there already."""

    status = 409

    def __init__(self, name: str) -> None:
        super().__init__(f"there is a world {name!r} already; name another, or delete it first")


class QuotaError(WorldError, RuntimeError):
    """There is no room for what was asked; the message names the quota and how room is made."""

    status = 507
