"""Drawn sessions keep the facts they promise to keep, and meet everything they may be."""

from collections import Counter

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from plugproof_contracts import ConnectorStatus, Level, Status, check
from plugproof_contracts.facts.session import NULLABLE
from plugproof_strategies import sessions, wire
from plugproof_strategies.session_strategies import MAY, MUST
from plugproof_strategies.values.timestamp_strategies import LAST

LONG_AFTER = LAST + 10 * 86_400


def drawn_from(strategy, examples):
    found = []

    @settings(max_examples=examples, phases=[Phase.generate], database=None, deadline=None)
    @given(strategy)
    def draw(example):
        found.append(example)

    draw()
    return found


def breaches(session):
    exchange = wire.success(wire.WireCall("confirm", "00000000", LONG_AFTER, 9), session)
    return check(exchange)


@pytest.fixture(scope="module")
def coherent():
    return drawn_from(sessions(), 10_000)


@pytest.fixture(scope="module")
def odd():
    return drawn_from(sessions(coherent=False), 1_000)


def test_a_coherent_session_breaks_no_rule(coherent):
    assert [str(breach) for session in coherent for breach in breaches(session)] == []


def test_coherent_sessions_meet_every_status(coherent):
    """Coherent sessions meet every status and every status of a connector."""
    assert {session.status for session in coherent} == set(Status)
    assert {session.connector_status for session in coherent} == {*ConnectorStatus, None}


def test_coherent_sessions_meet_both_null_and_set(coherent):
    """Coherent sessions meet null and a value wherever both are possible."""
    met = {(session.status, name, getattr(session, name) is None) for session in coherent for name in MAY}
    assert met == {
        (status, name, null)
        for status in Status
        for name in MAY
        for null in (True, False)
        if (status not in MUST.get(name, ()) if null else status in MAY[name])
    }


def test_no_status_takes_more_than_its_share(coherent):
    counts = Counter(session.status for session in coherent)
    assert min(counts.values()) > len(coherent) / len(Status) / 3


def test_the_tables_have_exactly_the_nullable_fields():
    """The tables name every nullable field and no other."""
    assert set(MAY) == NULLABLE
    assert all(where <= MAY[name] for name, where in MUST.items())


@given(sessions(coherent=False))
def test_an_odd_session_breaks_no_documented_rule(session):
    assert [str(breach) for breach in breaches(session) if breach.level is Level.DOCUMENTED] == []


def test_odd_sessions_leave_every_inferred_fact_behind(odd):
    broken = {breach.rule for session in odd for breach in breaches(session)}
    assert broken >= {
        "money.not-negative",
        "money.capture-within-hold",
        "money.tax-within-capture",
        "money.energy-plain",
        "time.offset",
        "time.order",
        "time.not-in-future",
        "status.captured-has-capture",
        "status.charging-has-started",
        "status.created-is-new",
        "status.healthy-has-no-failure",
        "values.connector-id",
        "values.public-code",
        "values.driver-email",
        "json.exact-numbers",
    }


@pytest.mark.parametrize("kind", ["coherent", "odd"])
def test_all_sessions_are_null_where_the_reference_says_so(request, kind):
    """Odd and coherent sessions are null wherever the reference says so."""
    found = request.getfixturevalue(kind)[:1_000]
    assert {name for one in found for name in NULLABLE if getattr(one, name) is None} == NULLABLE


@pytest.mark.parametrize("coherent", [True, False])
def test_a_session_shrinks_to_created_with_nulls(coherent):
    least = find(sessions(coherent=coherent), lambda _: True)
    assert least.status is Status.CREATED
    assert [name for name in sorted(NULLABLE) if getattr(least, name) is not None] == []
    assert (least.charger.name, least.charger.online, least.pricing.currency) == ("", True, "EUR")


def test_a_captured_session_shrinks_to_what_capture_needs():
    """A session that has to be captured shrinks to what that demands."""
    least = find(sessions(), lambda session: session.captured_at is not None)
    assert least.status is Status.CAPTURED
    assert {name for name in NULLABLE if getattr(least, name) is not None} == set(MUST)
    assert least.captured_at == "2026-01-01T00:00:00.000000Z"


@pytest.mark.parametrize("status", Status)
@given(data=st.data())
def test_a_session_has_the_status_that_was_asked_for(data, status):
    assert data.draw(sessions(status)).status is status
    assert data.draw(sessions(str(status), coherent=False)).status is status


@pytest.mark.parametrize("impossible", ["paused", "CREATED", 7, True, ""])
def test_an_impossible_status_is_refused_when_drawn(impossible):
    strategy = sessions(impossible)
    with pytest.raises(InvalidArgument) as refusal:
        find(strategy, lambda _: True)
    assert f"status of sessions can't be {impossible!r}" in str(refusal.value)
    assert all(status in str(refusal.value) for status in Status)
