"""The counts of several worker processes, summed by whichever of them is asked for metrics.

Prometheus' own client does it: each process writes its counts to a file of its own in one folder, and a collector
sums the files. Those of a worker that has ended stay, so that no count ever falls.
"""

import os
from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_mockserver.world.faults.fault import FaultKind
from plugproof_mockserver.world.nouns.request_counts import LimiterName, RequestCounts

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client import Counter as Metric

REQUESTS = ("plugproof_requests", "Requests to the API that were answered.")
REFUSALS = ("plugproof_refusals", "Requests that a rate limit refused, by limit.")
FAULTS = ("plugproof_faults", "Faults that were applied, by kind.")
NO_OPERATION = "none"
"""What the operation is called where a request reached none."""

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable by which the client is told, before it is first imported."""


Labels = Callable[[Any], tuple[str, ...]]
"""Returns the labels of a key."""


class WorkerCount(Counter[Any]):
    """A count of this process that is also written where the others find it."""

    def __init__(self, metric: "Metric", labels: "Labels", known: Iterable[Hashable]) -> None:
        super().__init__()
        self._metric, self._labels = metric, labels
        for key in known:  # there as zero, so that a rate sees the first one
            metric.labels(*labels(key))

    def __setitem__(self, key: Hashable, value: int) -> None:
        self._metric.labels(*self._labels(key)).inc(value - self.get(key, 0))
        super().__setitem__(key, value)

    @staticmethod
    def collect_all(registry: "CollectorRegistry") -> None:
        """Have a registry show the counts of all processes, those of other kinds included."""
        from prometheus_client.multiprocess import MultiProcessCollector

        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the client has no types for it


def worker_counts(folder: Path) -> RequestCounts:
    """Return counts that are summed with those of other processes; raise `ImportError` without the client."""
    os.environ[_FOLDER] = str(folder)
    from prometheus_client import CollectorRegistry
    from prometheus_client import Counter as Metric

    registry = CollectorRegistry()
    return RequestCounts(
        WorkerCount(
            Metric(*REQUESTS, ("operation", "status"), registry=registry),
            lambda key: (key[0] or NO_OPERATION, str(key[1])),
            [(name, 200) for name in OPERATIONS],
        ),
        WorkerCount(Metric(*REFUSALS, ("limiter",), registry=registry), _name, LimiterName),
        WorkerCount(Metric(*FAULTS, ("kind",), registry=registry), _name, FaultKind),
    )


def _name(key: str) -> tuple[str]:
    return (str(key),)
