"""The metrics of a server in Prometheus's format, of all its worlds together, read when they are asked for."""

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_mockserver.control.worker_metrics import FAULTS, NO_OPERATION, REFUSALS, REQUESTS, WorkerCount
from plugproof_mockserver.stores.store import StoreUnavailableError
from plugproof_mockserver.world.faults.faults import FaultKind
from plugproof_mockserver.world.nouns.request_counts import LimiterName, RequestCounts
from plugproof_mockserver.world.nouns.world_errors import Ending
from plugproof_mockserver.world.registries.registry import WorldRegistry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client.core import CounterMetricFamily, Metric

MISSING = "Metrics need prometheus-client: pip install 'plugproof[serve]'."


class Exposition(NamedTuple):
    """Metrics as they are sent."""

    content: bytes
    media_type: str


class RequestCollector:
    """Collects what one process has answered."""

    def __init__(self, counts: RequestCounts) -> None:
        self._counts = counts

    def collect(self) -> "Iterator[Metric]":
        """Yield every metric as it is now."""
        yield self._requests()
        refusals = {name.value: self._counts.refusals[name] for name in LimiterName}
        faults = {kind.value: self._counts.faults[kind] for kind in FaultKind}
        yield _counter(*REFUSALS, "limiter", refusals)
        yield _counter(*FAULTS, "kind", faults)

    def _requests(self) -> "Metric":
        from prometheus_client.core import CounterMetricFamily

        answers = self._counts.answers
        family = CounterMetricFamily(*REQUESTS, labels=("operation", "status"))
        # Those that were not asked yet are there as zero, so that a rate sees the first one.
        never = {(name, 200): 0 for name in OPERATIONS}
        for (operation, status), count in (never | answers).items():
            family.add_metric([operation or NO_OPERATION, str(status)], count)
        return family


class WorldCollector:
    """Collects what there is of worlds, and what became of them; nothing of them while their store is away."""

    def __init__(self, worlds: WorldRegistry) -> None:
        self._worlds = worlds

    def collect(self) -> "Iterator[Metric]":
        """Yield every metric as it is now."""
        from prometheus_client.core import GaugeMetricFamily

        health = self._worlds.health()
        about = "Whether what the fake is told is kept: 0 while its store is away."
        store = GaugeMetricFamily("plugproof_store_up", about, labels=["kind"])
        store.add_metric([health.kind], health.trouble is None)
        yield store
        with suppress(StoreUnavailableError):
            yield from list(self._of_worlds())

    def _of_worlds(self) -> "Iterator[Metric]":
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        endings = self._worlds.endings
        ended = {ending.value: endings[ending] for ending in Ending}
        yield _counter("plugproof_worlds_ended", "Worlds that have ended, by reason.", "reason", ended)
        about = "Worlds that were refused because there was no room."
        yield CounterMetricFamily("plugproof_worlds_refused", about, self._worlds.refused)
        yield GaugeMetricFamily("plugproof_worlds", "Worlds that are there.", len(self._worlds))
        sessions = self._worlds.count_sessions()
        yield GaugeMetricFamily("plugproof_sessions", "Sessions that are kept in all worlds.", sessions)


def expose(worlds: WorldRegistry, accept: str) -> Exposition:
    """Return the metrics in the format that `Accept` asks for; raise `ImportError` without the package."""
    from prometheus_client import CollectorRegistry
    from prometheus_client.exposition import choose_encoder

    registry = CollectorRegistry(auto_describe=False)
    if isinstance(worlds.counts.answers, WorkerCount):
        worlds.counts.answers.collect_all(registry)
    else:
        registry.register(RequestCollector(worlds.counts))
    registry.register(WorldCollector(worlds))
    encode, media_type = choose_encoder(accept)
    return Exposition(encode(registry), media_type)


def _counter(name: str, about: str, label: str, counts: dict[str, int]) -> "CounterMetricFamily":
    from prometheus_client.core import CounterMetricFamily

    family = CounterMetricFamily(name, about, labels=[label])
    for value, count in counts.items():
        family.add_metric([value], count)
    return family
