"""Which fields are null in which status, and which are not."""

from collections.abc import Callable
from functools import partial

from plugproof_contracts.facts.session import NULLABLE, Status
from plugproof_contracts.learning.learned_fact import FactForm, LearnedFact
from plugproof_contracts.learning.observations import Observations

_Shown = dict[Status, tuple[int, set[str], set[str]]]
"""By status: how many answers showed it, and which fields were null in any of them, and which were not."""


def _fields(seen: Observations) -> _Shown:
    found: _Shown = {}
    for one in seen.all:
        if one.status is not None:
            n, nulls, values = found.get(one.status, (0, set(), set()))
            for name in NULLABLE & one.answer.data.keys():
                (nulls if one.answer.data[name] is None else values).add(name)
            found[one.status] = (n + 1, nulls, values)
    return found


def estimate_fields(status: Status, kind: str, seen: Observations) -> LearnedFact:
    """List the fields that were seen null in a status (`null`), or with a value (`value`)."""
    n, nulls, values = seen.once(_fields).get(status, (0, set(), set()))
    names = ", ".join(sorted(nulls if kind == "null" else values)) or "none"
    return LearnedFact(name=f"{kind}.{status}", form=FactForm.SET, value=names if n else None, n=n)


NULL_ESTIMATORS: dict[str, Callable[[Observations], LearnedFact]] = {
    f"{kind}.{status}": partial(estimate_fields, status, kind) for status in Status for kind in ("null", "value")
}
"""The estimators of each status."""
