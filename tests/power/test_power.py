"""The proof of the checker's power holds, as `make power` writes it down."""

from collections import Counter
from importlib.util import find_spec

import pytest
from benchmarks.power.__main__ import LEAST_OF_ANSWERS, LEAST_OF_TRACES, PAGE, SEED
from benchmarks.power.bases import bases
from benchmarks.power.facts import FACTS, defects
from benchmarks.power.recording import recording
from benchmarks.power.rivals import RIVALS, is_described
from benchmarks.power.tally import OWN, breaches, count_alarms, tally_answers, tally_traces
from benchmarks.power.traces import trace_defects

from plugproof_contracts import Level, Status, check, check_trace
from plugproof_contracts.facts.operations import OPERATIONS

INSTALLED = [rival for rival in RIVALS if find_spec(rival.package.replace("-", "_"))]


@pytest.fixture(scope="module")
def sound():
    return bases(SEED)


@pytest.fixture(scope="module")
def broken(sound):
    return list(defects(sound))


@pytest.fixture(scope="module")
def broken_traces():
    return list(trace_defects())


def test_there_is_a_sound_exchange_of_every_kind(sound):
    assert [base.kind for base in sound if breaches(check(base.exchange))] == []
    kinds = {base.kind for base in sound}
    assert kinds >= {f"{name} 429" for name in OPERATIONS} | {f"get 200 {status}" for status in Status}
    assert {base.operation for base in sound if base.is_success} == set(OPERATIONS)


def test_every_way_to_break_a_fact_is_used_without_repeats(broken):
    """Every way to break a fact is used, and no defect comes twice."""
    used = {(defect.fact, defect.way) for defect in broken}
    assert {(fact.source, way) for fact in FACTS for way, _ in fact.ways} == used
    counted = Counter((defect.level, defect.fact, defect.way, defect.kind) for defect in broken)
    assert [defect for defect, times in counted.items() if times > 1] == []


def test_only_what_is_known_is_broken(broken, broken_traces):
    assert {defect.level for defect in [*broken, *broken_traces]} == {Level.DOCUMENTED, Level.INFERRED}


def test_a_defect_is_a_change(sound, broken):
    kept = {base.exchange for base in sound}
    assert [(defect.fact, defect.way) for defect in broken if defect.exchange in kept] == []


def test_nearly_all_defects_of_answers_are_found(broken):
    tally = tally_answers(broken)
    assert tally.defects.total() >= 500
    assert tally.share >= LEAST_OF_ANSWERS
    assert {family for family, _, _ in tally.missed} == {"units"}
    assert f"**{sum(tally.found[OWN, one] for one in tally.defects):,} (" in PAGE.read_text(encoding="utf-8")


def test_nearly_all_defects_of_traces_are_found(broken_traces):
    tally = tally_traces([defect for defect in broken_traces if defect.excuse is None])
    assert tally.defects.total() >= 150
    assert tally.share >= LEAST_OF_TRACES
    assert f"**{sum(tally.found[OWN, one] for one in tally.defects):,} (" in PAGE.read_text(encoding="utf-8")


def test_what_a_correct_api_could_have_answered_is_no_breach(broken_traces):
    excused = [defect for defect in broken_traces if defect.excuse is not None]
    assert excused
    assert [defect.kind for defect in excused if breaches(check_trace(defect.exchanges))] == []


def test_a_recording_is_the_same_for_the_same_seed():
    assert recording(3) == recording(3) != recording(4)


def test_there_is_no_false_alarm():
    alarms = count_alarms(0, 600)
    assert alarms.answers >= 600
    assert {200, 201, 404, 405, 422, 429} <= set(alarms.codes)
    assert alarms.told == []


@pytest.mark.parametrize("rival", INSTALLED, ids=lambda rival: rival.name)
def test_another_tool_finds_no_fault_with_what_is_sound(rival, sound):
    assert [base.kind for base in sound if is_described(base.exchange) and rival.finds(base.exchange)] == []
