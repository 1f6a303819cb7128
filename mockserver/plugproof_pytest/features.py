"""The features that record a run: check and coverage."""

from contextlib import ExitStack

import pytest

from plugproof_pytest.interception.response_recorder import ResponseRecorder
from plugproof_pytest.known_secrets import SECRETS
from plugproof_pytest.options import COVERAGE


def register_features(config: pytest.Config) -> None:
    """Register the features that the options ask for, on one recorder."""
    recorder = ResponseRecorder(config.stash[SECRETS])
    if config.getoption("plugchoice_check"):
        from plugproof_pytest.reporting.answer_check import AnswerChecker, failing_rules

        failing = failing_rules(
            strict=config.getoption("plugchoice_strict"), allowed=config.getoption("plugchoice_allow")
        )
        config.pluginmanager.register(AnswerChecker(recorder, failing), "plugproof-check")
    if any(config.getoption(name) not in (None, False) for name in COVERAGE):
        from plugproof_pytest.reporting.coverage_feature import coverage_of

        config.pluginmanager.register(coverage_of(config, recorder), "plugproof-coverage")
    stack = ExitStack()
    stack.enter_context(recorder.watching())
    config.add_cleanup(stack.close)
