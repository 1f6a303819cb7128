"""One difference between a recorded answer and the replayed one, with the fact that it is about."""

from collections.abc import Sequence
from typing import NamedTuple

from plugproof_contracts.rules.violation import Violation, cut, shown
from plugproof_contracts.secrets.escaping import escape

UNEXPLAINED = "unexplained"
"""The name of a difference that no fact is known for."""


class Difference(NamedTuple):
    """What an answer says otherwise; `fact` is a setting, rule, header, text or arrow, or `UNEXPLAINED`.

    `position` is the index of the exchange in the recording, `where` the exchange with its URL redacted.
    """

    position: int
    fact: str
    subject: str
    recorded: str
    replayed: str
    where: str = ""


class Mismatch(NamedTuple):
    """A difference before it is placed; an empty `fact` leaves it to the rules to explain it."""

    fact: str
    subject: str
    recorded: object
    replayed: object


def place(mismatch: Mismatch, position: int, where: str, violations: Sequence[Violation]) -> Difference:
    """Return a difference; what names no fact itself is explained by a rule that the recorded answer breaks."""
    fact = mismatch.fact or _broken_rule(mismatch.subject, violations) or UNEXPLAINED
    recorded, replayed = (cut(escape(shown(value))) for value in (mismatch.recorded, mismatch.replayed))
    return Difference(position, fact, escape(mismatch.subject), recorded, replayed, where)


def _broken_rule(subject: str, violations: Sequence[Violation]) -> str:
    """Return the rule that is broken where the difference is, else any that this answer breaks."""
    last = subject.rpartition(".")[2]
    ordered = sorted(violations, key=lambda one: last not in one.pointer)
    return ordered[0].rule if ordered else ""
