"""Shrinking: leave out every step that a failure does not need."""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from itertools import combinations

from plugproof_harness.laws.client_laws import BrokenLawError
from plugproof_harness.runs.steps import Step

RunSteps = Callable[[Sequence[Step]], BrokenLawError | None]
"""Runs some steps, and returns what broke."""

MOST_FOR_PAIRS = 12
"""Steps up to which it takes no long to try without any two of them."""


def shrink(steps: Sequence[Step], run_steps: RunSteps, kind: type[BrokenLawError]) -> BrokenLawError | None:
    """Return the same failure in the shortest run found, or None when it does not come again."""
    found = run_steps(steps)
    if type(found) is not kind:
        return None
    size = len(steps)
    while size := size // 2:
        steps, found = _sweep(steps, found, size, run_steps)
    while smaller := next(_same(_without_a_few(steps), run_steps, kind), None):
        steps, found = smaller
    return found


def _sweep(
    steps: Sequence[Step], found: BrokenLawError, size: int, run_steps: RunSteps
) -> tuple[Sequence[Step], BrokenLawError]:
    """Leave out each run of so many steps that is not needed, the last ones first."""
    for end in range(len(steps), 0, -size):
        fewer = without(steps, range(max(0, end - size), end))
        steps, found = next(_same([fewer], run_steps, type(found)), (steps, found))
    return steps, found


def _same(
    candidates: Iterable[Sequence[Step]], run_steps: RunSteps, kind: type[BrokenLawError]
) -> Iterator[tuple[Sequence[Step], BrokenLawError]]:
    for steps in candidates:
        error = run_steps(steps)
        if error is not None and type(error) is kind:
            yield steps, error


def _without_a_few(steps: Sequence[Step]) -> Iterator[Sequence[Step]]:
    """Yield the steps without one of them, and then, since one may repair another, without two."""
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
