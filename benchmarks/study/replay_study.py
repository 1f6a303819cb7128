"""Whether what was learned is what is served: `python -m benchmarks.study.replay_study [N]`.

N worlds with hidden settings are recorded, each to a file; learned from it; and replayed at a fake that behaves by
the facts file. Prints what still differs, keeps it in the documentation when there were enough worlds, and fails
if a difference is unexplained.
"""

import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks.study.learn_study import CHOICES, keep, recorded
from plugproof_contracts.adapters.ndjson import to_ndjson
from plugproof_contracts.adapters.recording_reader import read_recording
from plugproof_contracts.learning.estimation import learn
from plugproof_contracts.learning.facts_toml import facts_toml
from plugproof_mockserver.replay.difference import UNEXPLAINED
from plugproof_mockserver.replay.recording_replay import replay

WORLDS = 300


class RoundTrips(NamedTuple):
    """What came of so many worlds: compared answers, and differences by fact, before and after learning."""

    worlds: int
    compared: int
    before: Counter[str]
    after: Counter[str]

    def table(self) -> str:
        """Return what is in the documentation."""
        names = sorted(self.before | self.after | Counter({UNEXPLAINED: 0}))
        rows = [f"| `{name}` | {self.before[name]:,} | {self.after[name]:,} |" for name in (*names, UNEXPLAINED)]
        return "\n".join(
            [
                f"{self.worlds:,} worlds, {self.compared:,} answers, {datetime.now(UTC):%Y-%m-%d}:",
                "",
                "| differs | at the fake as it is | at the fake as learned |",
                "|---|---:|---:|",
                *dict.fromkeys(rows),
            ]
        )


def round_trips(worlds: int) -> RoundTrips:
    """Record, learn, serve and replay so many worlds."""
    found = RoundTrips(worlds, 0, Counter(), Counter())
    with TemporaryDirectory() as folder:
        for seed in range(worlds):
            found = _add_trip(found, seed, Path(folder))
    return found


def _add_trip(found: RoundTrips, seed: int, folder: Path) -> RoundTrips:
    chance, recording, facts = Random(seed), folder / "traffic.ndjson", folder / "plugproof.toml"
    settings = {name: chance.choice(values) for name, values in CHOICES.items()}
    recording.write_bytes(b"".join(map(to_ndjson, recorded(chance, settings))))
    exchanges = read_recording(recording).exchanges
    facts.write_text(facts_toml(learn([exchanges])), encoding="utf-8")
    after = replay(exchanges, facts)
    found.before.update(replay(exchanges).by_fact)
    found.after.update(after.by_fact)
    return found._replace(compared=found.compared + after.compared)


def main() -> None:
    """Print what differs, keep it if there were enough worlds, and fail if something is unexplained."""
    found = round_trips(int(sys.argv[1]) if len(sys.argv) > 1 else WORLDS)
    print(found.table())
    if found.worlds >= WORLDS:
        keep("replays", found.table())
    if found.after[UNEXPLAINED]:
        sys.exit(f"{found.after[UNEXPLAINED]} differences are unexplained")


if __name__ == "__main__":
    main()
