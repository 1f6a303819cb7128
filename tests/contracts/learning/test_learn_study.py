"""The study of learning, on a few worlds."""

from benchmarks.study.learn_study import study
from benchmarks.study.replay_study import round_trips


def test_no_claim_about_thirty_worlds_is_false():
    """Every bracket holds the truth, and what can always be known is always told."""
    found = study(30)
    assert found.false == found.demoted == ()
    assert found.share > 0.95
    assert found.told["payment_window"] == found.told["limiter"] == 30
    assert found.told["vat"] > 20
    assert found.arrows > 300


def test_recorded_learned_and_served_worlds_replay():
    """With what was learned nothing is unexplained, and little differs of what differed before."""
    found = round_trips(8)
    assert found.compared == 8 * 120
    assert not found.after["unexplained"]
    assert found.after.total() < found.before.total() / 10
