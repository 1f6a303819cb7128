"""How much one world may hold, and how it is said that it holds that much."""

from typing import NamedTuple

from plugproof_mockserver.http.response import ErrorResponse

JOURNAL_BYTES = 4 * 1024 * 1024
"""Bytes of paths and bodies that a world's journal keeps unless another number is given."""
_HEADER = (b"x-plugproof-quota", b"sessions")


class WorldQuotas(NamedTuple):
    """How many sessions a world may have, None for any number, and how many bytes its journal may keep."""

    sessions: int | None = None
    journal_bytes: int = JOURNAL_BYTES

    @property
    def words(self) -> str:
        """Why there is no session more, and what to do."""
        return (
            f"the world has {self.sessions} sessions, which is as many as it may (--max-sessions); wait until "
            "some expire, reset the world, use another one, or serve the fake with a higher quota"
        )

    def refusal(self) -> ErrorResponse:
        """Return the 507 of a start, told from the API's own answers by a header."""
        return ErrorResponse(507, f"{self.words}.", headers=(_HEADER,))


UNLIMITED = WorldQuotas()
"""Any number of sessions, and the usual journal."""
