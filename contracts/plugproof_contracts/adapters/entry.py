"""What a recording holds, entry by entry."""

from typing import NamedTuple

from plugproof_contracts.exchanges.exchange import Exchange


class RecordingError(ValueError):
    """Why a file, or the rest of it, cannot be read; the text has nothing of the file's content in it."""


class Entry(NamedTuple):
    """One entry of a recording.

    `exchange` is None for an entry that has none: then `skipped` says that it is none of the kind that is
    looked for, or `problem` that it is damaged. With an exchange, `problem` says why its body is not available.
    `end` is the offset in the file behind the entry, in bytes.
    """

    exchange: Exchange | None = None
    skipped: str = ""
    problem: str = ""
    end: int = 0


UNANSWERED = "without an answer"
"""Why an entry is skipped whose request was cancelled, blocked or failed."""
