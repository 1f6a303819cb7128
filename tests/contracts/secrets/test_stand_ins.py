import pytest

from plugproof_contracts.secrets.stand_ins import is_stand_in


@pytest.mark.parametrize("text", ["[REDACTED]", "%5BRedacted%5D", "***", "{token}", " <your_session_token> "])
def test_signs_and_words_for_something_else_are_stand_ins(text):
    """However they are written and encoded."""
    assert is_stand_in(text)


@pytest.mark.parametrize("text", ["", " ", "%20", "q7", "token9", "dGhlIHNlY3JldA", "Bearer abc"])
def test_what_may_be_a_secret_is_no_stand_in(text):
    """One character beyond the words is enough; and an empty text stands for nothing."""
    assert not is_stand_in(text)
