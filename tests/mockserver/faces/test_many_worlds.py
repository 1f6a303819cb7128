"""The run of `python -m benchmarks.worlds` in small: nothing bleeds from world to world, and none ends unsaid."""

from benchmarks.worlds import run_worlds

MOST = 500


def test_nothing_bleeds_between_many_worlds(serving):
    """Each world knows its own session and no other's, and one world more is refused."""
    with serving("--max-worlds", str(MOST)) as there:
        assert run_worlds(there.place["port"], there.place["pid"], MOST).faults == []
