"""The parts that watch a run: check and coverage."""

import pytest

from plugproof_pytest.checking import Checker, failing_rules
from plugproof_pytest.watch import Watch


def register_parts(config: pytest.Config) -> None:
    """Register the parts that the options ask for, on one watch."""
    watch = Watch()
    if config.getoption("plugchoice_check"):
        failing = failing_rules(
            strict=config.getoption("plugchoice_strict"), allowed=config.getoption("plugchoice_allow")
        )
        config.pluginmanager.register(Checker(watch, failing), "plugproof-check")
    watching = watch.watching()
    watching.__enter__()
    config.add_cleanup(lambda: watching.__exit__(None, None, None))
