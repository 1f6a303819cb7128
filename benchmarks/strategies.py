"""How long it takes to draw a session, next to hypothesis-jsonschema on the document's schema of a session.

hypothesis-jsonschema needs an older Hypothesis than the project's own, so both are measured side by
side in an environment of their own, below `.venv`. Run as a script there, this module prints the pairs.
"""

import json
import os
import subprocess
import sys
import venv
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.row import Row, in_turn, median, ratio

ROOT = Path(__file__).parent.parent
HOME = ROOT / ".venv" / "hypothesis-jsonschema"
PEERS = ("hypothesis==6.151.14", "hypothesis-jsonschema==0.23.1")
OURS = ("msgspec", "pyyaml")
EXAMPLES = 300


def rows() -> list[Row]:
    """Measure every row of this subject."""
    from plugproof_strategies import exchanges, journeys, sessions, violating_exchanges

    ours = {
        "sessions(coherent=False)": sessions(coherent=False),
        "exchanges()": exchanges(),
        "violating_exchanges()": violating_exchanges(),
        "journeys()": journeys(),
    }
    return [
        _against_peer(),
        *(Row(name, f"{_microseconds(drawn):,.0f} µs", "", "", "") for name, drawn in ours.items()),
    ]


def _against_peer() -> Row:
    said = subprocess.run(
        [_python(), "-m", "benchmarks.strategies"], cwd=ROOT, env=_environment(), check=True, capture_output=True
    )
    pairs = [(peer, ours) for ours, peer in json.loads(said.stdout)]
    other, ours = median([peer for peer, _ in pairs]), median([ours for _, ours in pairs])
    measure = f"sessions(), against {' on '.join(reversed(PEERS))}; the ratio is theirs to ours"
    return Row(measure, f"{ours:,.0f} µs", f"{other:,.0f} µs", ratio(pairs), "≥ 2 ×")


def _python() -> Path:
    """Return the interpreter of the peer's environment, which is made when it is first needed."""
    python = HOME / "bin" / "python"
    if not (HOME / "ready").exists():
        venv.create(HOME, with_pip=True, clear=True)
        wanted = [*PEERS, *(f"{name}=={version(name)}" for name in OURS)]
        subprocess.run([python, "-m", "pip", "install", "--quiet", *wanted], check=True)
        (HOME / "ready").touch()
    return python


def _environment() -> dict[str, str]:
    rooms = os.pathsep.join(str(ROOT / room) for room in ("contracts", "strategies"))
    return os.environ | {"PYTHONPATH": rooms}


def _microseconds(strategy: Any) -> float:
    """Return the time per example of a test that does nothing with them."""
    from hypothesis import given, settings

    @settings(max_examples=EXAMPLES, database=None, deadline=None)
    @given(strategy)
    def draw(example: object) -> None:
        pass

    began = perf_counter()
    draw()
    return (perf_counter() - began) / EXAMPLES * 1e6


def _session_schema() -> dict[str, Any]:
    """Return the document's schema of a session, with what it refers to and without its notes."""
    from plugproof_contracts.facts.openapi_document import document

    schemas = json.loads(
        json.dumps(document()["components"]["schemas"]).replace("#/components/schemas/", "#/$defs/")
    )
    return {**schemas.pop("Session"), "$defs": schemas}


def _pairs() -> Iterator[tuple[float, float]]:
    from plugproof_strategies import sessions

    theirs = import_module("hypothesis_jsonschema").from_schema(_session_schema())
    yield from in_turn(lambda: _microseconds(sessions()), lambda: _microseconds(theirs), rounds=5)


if __name__ == "__main__":
    json.dump(list(_pairs()), sys.stdout)
