"""How many lives it takes until each bug of the example's careless client is found, and what a life costs.

Nothing is compared: it is the spread over many runs that says whether 200 lives are enough.
"""

import importlib
import sys
from contextlib import suppress
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from benchmarks.row import Row
from plugproof_harness import BrokenLawError, client_machine

EXAMPLES = Path(__file__).parent.parent / "examples" / "harness"
BUGS = ("ConfirmsAgain", "HasNoPatience", "KnowsEveryField", "ExpectsABill", "TakesATimeoutForANo")
RUNS, MOST = 40, 200


class Lives:
    """Runs an example client under the harness, and counts its lives until it first breaks a law."""

    def __init__(self, adapter: type[Any], client: type[Any]) -> None:
        lives = self
        machine = client_machine(type(client.__name__, (adapter,), {"client": client}))

        class Counted(machine):  # type: ignore[misc, valid-type]  # it is made at run time
            def __init__(self) -> None:
                super().__init__()
                lives.count += 1

            def _do(self, verb: str, *arguments: object) -> None:
                try:
                    super()._do(verb, *arguments)
                except BrokenLawError as error:
                    lives.found = lives.found or lives.count
                    error.instead = None  # nobody reads the story
                    raise

        self._machine = Counted
        self.count = self.found = 0

    def run(self, *, is_bad: bool) -> int:
        """Return the number of the life that first broke a law, 0 for none; raise if that is a surprise."""
        self.count = self.found = 0
        rules = settings(max_examples=MOST, database=None, deadline=None, phases=[Phase.generate])
        with suppress(BrokenLawError):
            run_state_machine_as_test(self._machine, settings=settings(rules, report_multiple_bugs=False))
        if bool(self.found) is not is_bad:
            raise AssertionError(f"{self._machine.adapter.__name__}: a law was broken in life {self.found}")
        return self.found


def rows() -> list[Row]:
    """Measure every row of this subject."""
    sys.path.insert(0, str(EXAMPLES))
    adapter = importlib.import_module("adapter").ScanToPayAdapter
    careless = importlib.import_module("careless")
    found = [_bug(Lives(adapter, getattr(careless, name)), name) for name in BUGS]
    return [*found, _cost(Lives(adapter, careless.ScanToPay))]


def _bug(lives: Lives, name: str) -> Row:
    counts = [lives.run(is_bad=True) for _ in range(RUNS)]
    return Row(f"lives until {name} is found", f"{median(counts):g} (at most {max(counts)})", "", "", f"≤ {MOST}")


def _cost(lives: Lives) -> Row:
    start = perf_counter()
    lives.run(is_bad=False)
    took = (perf_counter() - start) / lives.count
    return Row("a life of 50 rules with the good client", f"{took * 1000:.1f} ms", "", "", "")
