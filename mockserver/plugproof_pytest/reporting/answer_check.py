"""`--plugchoice-check`: every answer of the API's host is checked, and a test that met a break fails."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from plugproof_contracts import RULES, Exchange, Level, Violation, check
from plugproof_mockserver.faces.transports import BY_FAKE
from plugproof_pytest.interception.mock_locations import location_of, remembering
from plugproof_pytest.interception.response_recorder import ResponseRecorder
from plugproof_pytest.marker import read
from plugproof_pytest.reporting.check_findings import CheckTally, MockFinding, failure_text

KEY = "plugproof_check"

_OMITTED = frozenset({"ratelimit.headers", "ratelimit.headers-on-failures", "headers.any-origin"})
"""The rules of headers that nobody writes into a mock; one that leaves them out is incomplete, not wrong."""
_TOO_MANY = 429


class AnswerChecker:
    """The part of the plugin that checks. What the fake answers is its own affair and not checked here."""

    def __init__(self, recorder: ResponseRecorder, failing: frozenset[str]) -> None:
        self.tally = CheckTally()
        self._recorder, self._failing = recorder, failing
        self._met: list[MockFinding] = []
        self._stack = ExitStack()
        self._stack.enter_context(remembering())
        recorder.listeners.append(self.judge)

    def judge(self, exchange: Exchange, response: Any) -> None:
        """Check one answer."""
        if getattr(response, "extensions", {}).get(BY_FAKE):
            self.tally.counts["by_fakes"] += 1
            return
        violations = check(exchange)
        wrong = [violation for violation in violations if not _is_omission(violation, exchange.status)]
        self.tally.counts["answers"] += 1
        self.tally.counts["incomplete"] += len(wrong) < len(violations)
        where = location_of(response)
        self._met += [MockFinding(violation, where) for violation in wrong]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Fail a test that met a break; one that has failed already gets it as a section of its report."""
        try:
            yield
        except BaseException:
            if breaks := self._settled(item):
                item.add_report_section("call", "plugchoice-check", breaks)
            raise
        if breaks := self._settled(item):
            pytest.fail(breaks, pytrace=False)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Iterator[None]:
        """Fail a teardown that met a break."""
        yield
        if breaks := self._settled(item):
            pytest.fail(breaks, pytrace=False)

    def _settled(self, item: pytest.Item) -> str:
        """Count what was met, and return what fails the test."""
        self._recorder.settle()
        met, self._met = self._met, []
        for finding in met:
            self.tally.add(finding, item.nodeid)
        failing = [finding for finding in met if finding.violation.rule in self._failing]
        if not failing or not read(item).checks:
            return ""
        return failure_text(failing)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand over what a worker counted."""
        self.tally.counts["unread"] = self._recorder.unread
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[KEY] = self.tally.plain()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker counted; one that crashed has nothing to hand over."""
        if plain := getattr(node, "workeroutput", {}).get(KEY):
            self.tally.merge(plain)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Sum up."""
        terminalreporter.section("plugchoice check")
        for line in self.tally.lines():
            terminalreporter.line(line)

    def pytest_unconfigure(self) -> None:
        """Let go of the tools."""
        self._stack.close()


def failing_rules(*, strict: bool, allowed: list[str]) -> frozenset[str]:
    """Return the rules whose breaks fail a test; raise `UsageError` for one that does not exist."""
    if unknown := set(allowed) - RULES.keys():
        known = "\n  ".join(RULES)
        raise pytest.UsageError(f"--plugchoice-allow: there is no rule {unknown.pop()!r}; there are\n  {known}")
    levels = {Level.DOCUMENTED, Level.INFERRED} if strict else {Level.DOCUMENTED}
    return frozenset(rule.slug for rule in RULES.values() if rule.level in levels) - set(allowed)


def _is_omission(violation: Violation, status: int) -> bool:
    return violation.rule in _OMITTED and violation.actual == "none" and status != _TOO_MANY
