"""What errors say: each text once, with what it answers and how well it is known.

A text may hold `{}` where a value of the request stands.
"""

import re
from functools import cache
from typing import NamedTuple

from plugproof_contracts.facts import assumptions
from plugproof_contracts.facts.level import Level

TOO_MANY = "Too Many Attempts."
TIMED_OUT = "The charger did not respond in time."
NOT_FOUND = "Not Found"
INVALID = "The given data was invalid."
WRONG_METHOD = "The {} method is not supported for route {}. Supported methods: {}."
NOT_CHARGING = "The session is not charging."
STOP_REFUSED = "The charger refused to stop."

_D, _A = Level.DOCUMENTED, Level.ASSUMED


class ErrorText(NamedTuple):
    """A text, the status code and the operations (empty for any) that it answers, and where it stands.

    `begins` says that more may follow.
    """

    name: str
    text: str
    code: int
    level: Level = _A
    source: str = ""
    operations: tuple[str, ...] = ()
    begins: bool = False

    def is_said_by(self, message: str) -> bool:
        """Return whether a message is this text, whatever value stands in it."""
        return _pattern(self.text, self.begins).fullmatch(message) is not None


@cache
def _pattern(text: str, begins: bool) -> re.Pattern[str]:
    parts = [re.escape(part) for part in text.split("{}")]
    return re.compile(".+".join(parts) + (".*" if begins else ""), re.DOTALL)


ERROR_TEXTS: dict[str, ErrorText] = {
    row.name: row
    for row in (
        ErrorText("too-many", TOO_MANY, 429, _D, "rate-limiting#body"),
        ErrorText("charger-timeout", TIMED_OUT, 504, _D, "errors#504"),
        ErrorText("not-found", NOT_FOUND, 404),
        ErrorText("wrong-method", WRONG_METHOD, 405),
        ErrorText("cannot-cancel", assumptions.CANNOT_CANCEL, 409, operations=("cancel",)),
        ErrorText(
            "connector-unavailable",
            assumptions.CONNECTOR_UNAVAILABLE,
            409,
            operations=("start",),
            begins=True,
        ),
        ErrorText("charger-offline", assumptions.CHARGER_OFFLINE, 400, operations=("start", "stop")),
        ErrorText("not-charging", NOT_CHARGING, 400, operations=("stop",)),
        ErrorText("stop-refused", STOP_REFUSED, 400, operations=("stop",)),
    )
}
"""Every text of an error's `message` by its name."""

FAILURE_TEXTS: dict[str, str] = {
    "declined": assumptions.DECLINED,
    "offline": assumptions.OFFLINE,
    "refused": assumptions.REFUSED,
    "timed-out": assumptions.TIMED_OUT,
    "cancelled": assumptions.CANCELLED,
}
"""Every text of a session's `failure_reason` (assumed) by its name."""
