"""The metrics of a server in Prometheus's format, of all its worlds together, read when they are asked for."""

from typing import TYPE_CHECKING, NamedTuple

from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_mockserver.stores.store import StoreUnavailableError
from plugproof_mockserver.world.faults import FaultKind
from plugproof_mockserver.world.registry import WorldRegistry
from plugproof_mockserver.world.request_counts import LimiterName
from plugproof_mockserver.world.world_errors import Ending

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client.core import CounterMetricFamily, Metric

NO_OPERATION = "none"
"""What the operation is called where a request reached none."""
MISSING = "Metrics need prometheus-client: pip install 'plugproof[serve]'."


class Exposition(NamedTuple):
    """Metrics as they are sent."""

    content: bytes
    media_type: str


class WorldCollector:
    """Collects what the worlds of a server count."""

    def __init__(self, worlds: WorldRegistry) -> None:
        self._worlds = worlds

    def collect(self) -> "Iterator[Metric]":
        """Yield every metric as it is now."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        yield self._requests()
        counts, endings = self._worlds.counts, self._worlds.endings
        refusals = {name.value: counts.refusals[name] for name in LimiterName}
        faults = {kind.value: counts.faults[kind] for kind in FaultKind}
        ended = {ending.value: endings[ending] for ending in Ending}
        yield _counter("plugproof_refusals", "Requests that a rate limit refused, by limit.", "limiter", refusals)
        yield _counter("plugproof_faults", "Faults that were applied, by kind.", "kind", faults)
        yield _counter("plugproof_worlds_ended", "Worlds that have ended, by reason.", "reason", ended)
        about = "Worlds that were refused because there was no room."
        yield CounterMetricFamily("plugproof_worlds_refused", about, self._worlds.refused)
        yield GaugeMetricFamily("plugproof_worlds", "Worlds that are there.", len(self._worlds))
        sessions = _count_sessions(self._worlds)
        yield GaugeMetricFamily("plugproof_sessions", "Sessions that are kept in all worlds.", sessions)

    def _requests(self) -> "Metric":
        from prometheus_client.core import CounterMetricFamily

        answers = self._worlds.counts.answers
        labels = ("operation", "status")
        family = CounterMetricFamily(
            "plugproof_requests", "Requests to the API that were answered.", labels=labels
        )
        # Those that were not asked yet are there as zero, so that a rate sees the first one.
        never = {(name, 200): 0 for name in OPERATIONS}
        for (operation, status), count in (never | answers).items():
            family.add_metric([operation or NO_OPERATION, str(status)], count)
        return family


def expose(worlds: WorldRegistry, accept: str) -> Exposition:
    """Return the metrics in the format that `Accept` asks for; raise `ImportError` without the package."""
    from prometheus_client import CollectorRegistry
    from prometheus_client.exposition import choose_encoder

    registry = CollectorRegistry(auto_describe=False)
    registry.register(WorldCollector(worlds))
    encode, media_type = choose_encoder(accept)
    return Exposition(encode(registry), media_type)


def _counter(name: str, about: str, label: str, counts: dict[str, int]) -> "CounterMetricFamily":
    from prometheus_client.core import CounterMetricFamily

    family = CounterMetricFamily(name, about, labels=[label])
    for value, count in counts.items():
        family.add_metric([value], count)
    return family


def _count_sessions(worlds: WorldRegistry) -> float:
    """Return how many sessions there are; no number while their store is away."""
    try:
        return worlds.count_sessions()
    except StoreUnavailableError:
        return float("nan")
