"""The shortest life: what Hypothesis has found, without every step that can be left out."""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from itertools import combinations

from plugproof_harness.laws import BrokenLawError
from plugproof_harness.step import Step

Lives = Callable[[Sequence[Step]], BrokenLawError | None]
"""Lives some steps, and returns what broke."""

MOST_FOR_PAIRS = 12
"""Steps up to which it takes no long to try without any two of them."""


def shortest(steps: Sequence[Step], lives: Lives, kind: type[BrokenLawError]) -> BrokenLawError | None:
    """Return the same failure in the shortest life found, or null when it does not come again."""
    found = lives(steps)
    if type(found) is not kind:
        return None
    size = len(steps)
    while size := size // 2:
        steps, found = _sweep(steps, found, size, lives)
    while smaller := next(_same(_without_a_few(steps), lives, kind), None):
        steps, found = smaller
    return found


def _sweep(
    steps: Sequence[Step], found: BrokenLawError, size: int, lives: Lives
) -> tuple[Sequence[Step], BrokenLawError]:
    """Leave out each run of so many steps that is not needed, the last ones first."""
    for end in range(len(steps), 0, -size):
        fewer = without(steps, range(max(0, end - size), end))
        steps, found = next(_same([fewer], lives, type(found)), (steps, found))
    return steps, found


def _same(
    candidates: Iterable[Sequence[Step]], lives: Lives, kind: type[BrokenLawError]
) -> Iterator[tuple[Sequence[Step], BrokenLawError]]:
    for steps in candidates:
        error = lives(steps)
        if error is not None and type(error) is kind:
            yield steps, error


def _without_a_few(steps: Sequence[Step]) -> Iterator[Sequence[Step]]:
    """Yield the steps without one of them, and then, since one may be there to mend another, without two."""
    for count in (1, 2) if len(steps) <= MOST_FOR_PAIRS else (1,):
        for left_out in combinations(range(len(steps)), count):
            yield without(steps, left_out)


def without(steps: Sequence[Step], left_out: Container[int]) -> list[Step]:
    """Leave out steps by their indices, and with a start all that is about its session."""
    starts = [index for index, step in enumerate(steps) if step.verb == "start"]
    kept = [number for number, index in enumerate(starts, 1) if index not in left_out]
    renumbered: dict[int | None, int] = {old: new for new, old in enumerate(kept, 1)}
    rest = [step for index, step in enumerate(steps) if index not in left_out]
    about = [(step, renumbered.get(step.session)) for step in rest]
    return [step.about(new) if new else step for step, new in about if new or step.session is None]
