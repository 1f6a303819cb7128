"""What many sightings of one fact come to."""

import pytest

from plugproof_contracts.evidence.ledger_entry import DAY, Interval, LedgerEntry, Sighting, merge

EMPTY = LedgerEntry("base", "setting.vat", "check")


def entry_of(*seen):
    entry = EMPTY
    for one in seen:
        entry = entry.with_sighting(one)
    return entry


@pytest.mark.parametrize(
    ("known", "seen", "left"),
    [
        (Interval(), Interval(1, 2), Interval(1, 2)),
        (Interval(1, 3), Interval(2, 4), Interval(2, 3)),
        (Interval(1, None), Interval(None, 4), Interval(1, 4)),
        (Interval(5, None), Interval(2, 9), Interval(5, 9)),
        (Interval(1, 2), Interval(3, 4), Interval(1, 4, is_mixed=True)),
        (Interval(1, 4, is_mixed=True), Interval(2, 3), Interval(1, 4, is_mixed=True)),
        (Interval(None, 2), Interval(3, None), Interval(None, None, is_mixed=True)),
        (Interval(word="endpoint"), Interval(word="endpoint"), Interval(word="endpoint")),
        (Interval(word="shared"), Interval(word="endpoint"), Interval(word="endpoint/shared", is_mixed=True)),
    ],
)
def test_intervals_are_cut_and_span_what_does_not_agree(known, seen, left):
    """What both allow is left; where nothing is, all of both is told, and stays told."""
    assert merge(known, seen) == left
    assert merge(seen, known) == left


def test_nights_are_days_on_which_a_fact_was_seen():
    seen = [Sighting("f", 1, 0, at, at) for at in (0.5 * DAY, 0.6 * DAY, 1.1 * DAY, 4 * DAY)]
    assert entry_of(*seen).nights == 3


def test_an_older_recording_adds_no_night():
    """Counts grow, first moves back, and nights are never more than there were."""
    entry = entry_of(Sighting("f", 1, 0, 9 * DAY, 9 * DAY), Sighting("f", 2, 0, DAY, 2 * DAY))
    assert (entry.observed, entry.nights, entry.first, entry.last) == (3, 1, DAY, 9 * DAY)


def test_a_broken_night_is_counted_once():
    seen = [Sighting("f", 0, 1, at, at) for at in (0.0, 100.0, DAY)]
    entry = entry_of(*seen, Sighting("f", 1, 0, 2 * DAY, 2 * DAY))
    assert (entry.contradicted, entry.broken_nights, entry.nights) == (3, 2, 3)


def test_a_sighting_of_nothing_changes_nothing():
    assert entry_of(Sighting("f", 0, 0, 1.0, 1.0)) == EMPTY
