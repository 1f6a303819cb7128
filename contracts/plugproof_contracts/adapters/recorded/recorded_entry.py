"""What a recording holds, entry by entry."""

from typing import NamedTuple

from plugproof_contracts.errors import PlugproofError
from plugproof_contracts.exchanges.exchange import Exchange


class RecordingError(PlugproofError, ValueError):
    """Why a file, or the rest of it, cannot be read; the text has nothing of the file's content in it."""


class RecordedEntry(NamedTuple):
    """One entry of a recording.

    `exchange` is None for an entry that has none: then `skipped` says that it is not of the kind that is
    looked for, or `problem` that it is damaged. With an exchange, `problem` says why its body is not available.
    `is_copy` says that something between client and API gave the answer again, such as a service worker. `end`
    is the offset in the file behind the entry, in bytes.
    """

    exchange: Exchange | None = None
    skipped: str = ""
    problem: str = ""
    is_copy: bool = False
    end: int = 0


FOREIGN = "of other APIs"
"""Why an entry is skipped whose URL is not one of the API's, whatever else is in it."""

UNANSWERED = "without an answer"
"""Why an entry is skipped whose request was cancelled, blocked or failed."""

PREFLIGHT = "preflights"
"""Why an entry is skipped that a browser sent to ask whether it may send the next one."""

INSIDE_BROWSER = "redirects inside the browser"
"""Why an entry is skipped that no server answered: the browser itself turned `http` into `https` (HSTS)."""

COPY = "copies of other entries"
"""Why an entry is skipped that repeats another one, as a service worker, a cache and joined files do."""

NOT_MODIFIED = "answers from a cache"
"""Why a 304 to a conditional request is skipped: a cache asked, and gave the client an earlier answer."""
