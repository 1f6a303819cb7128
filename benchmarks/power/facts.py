"""All facts of single answers, and every way in which an exchange can break them."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from benchmarks.power.catalogue import (
    failure_facts,
    header_facts,
    json_facts,
    shape_facts,
    status_facts,
    time_facts,
    unit_facts,
    value_facts,
)
from benchmarks.power.fact import Base, Fact
from plugproof_contracts import Exchange, Level

FACTS: tuple[Fact, ...] = (
    *shape_facts.FACTS,
    *value_facts.FACTS,
    *unit_facts.FACTS,
    *time_facts.FACTS,
    *status_facts.FACTS,
    *failure_facts.FACTS,
    *header_facts.FACTS,
    *json_facts.FACTS,
)


class Defect(NamedTuple):
    """One fact, broken in one way in one kind of answer."""

    family: str
    level: Level
    fact: str
    way: str
    kind: str
    exchange: Exchange


def defects(bases: Iterable[Base]) -> Iterator[Defect]:
    """Break every fact in every way in every kind of answer, once each, in the first base that has it."""
    kinds: dict[str, list[Base]] = {}
    for base in bases:
        kinds.setdefault(base.kind, []).append(base)
    for fact in FACTS:
        for way, change in fact.ways:
            for kind, some in kinds.items():
                broken = next((found for base in some if (found := change(base)) is not None), None)
                if broken is not None:
                    yield Defect(fact.family, fact.level, fact.source, way, kind, broken)
