"""The study of learning, on a few worlds."""

from benchmarks.learn_study import study


def test_no_claim_about_thirty_worlds_is_false():
    """Every bracket holds the truth, and what can always be known is always told."""
    found = study(30)
    assert found.false == ()
    assert found.told["payment_window"] == found.told["limiter"] == 30
    assert found.told["vat"] > 20
