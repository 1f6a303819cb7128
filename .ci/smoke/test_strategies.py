"""The extra `strategies`: Hypothesis gets what the API promises."""

from hypothesis import given, settings
from hypothesis import strategies as st

from plugproof import Session, client_machine, sessions


@settings(max_examples=5)
@given(sessions())
def test_the_strategies_draw(session):
    """Hypothesis gets sessions."""
    assert session.status


@settings(max_examples=5)
@given(st.from_type(Session))
def test_hypothesis_knows_the_types(session):
    """The entry point has told it."""
    assert session.status


def test_a_client_can_be_run_at_random():
    """The machine of the harness is there."""
    assert callable(client_machine)
