"""`--plugchoice-coverage`: which of the API's behaviours a suite never met."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from plugproof_contracts import Exchange
from plugproof_contracts.reports.writing import is_writable, write
from plugproof_contracts.secrets.filenames import plain_name
from plugproof_mockserver import FakePlugchoice
from plugproof_pytest import fakes
from plugproof_pytest.interception.response_recorder import ResponseRecorder
from plugproof_pytest.reporting.behaviour_coverage import BehaviourCoverage
from plugproof_pytest.reporting.coverage_reports import as_html, as_json, table

KEY = "plugproof_coverage"

Writer = Callable[[BehaviourCoverage], str]


class CoverageFeature:
    """Counts what was met, by clients and by servers."""

    def __init__(
        self,
        config: pytest.Config,
        recorder: ResponseRecorder,
        *,
        least: float | None,
        files: dict[Path | None, Writer],
    ) -> None:
        self.met = BehaviourCoverage()
        self._least, self._files = least, files
        self._unwritten: list[str] = []
        recorder.listeners.append(lambda exchange, _: self.met.see(exchange))
        config.stash.setdefault(fakes.SERVER_LISTENERS, []).append(self._served)
        config.stash.setdefault(fakes.LISTENERS, []).append(self._struck)

    def _served(self, method: str, path: str, status: int, body: bytes) -> None:
        self.met.see(Exchange(method, path, status, (), body))

    def _struck(self, fake: FakePlugchoice) -> None:
        for entry in fake.journal:
            self.met.strike(entry.faults)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        """Begin a test."""
        self.met.forget_sessions()

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand over what a worker met; else write the files, and fail a run that met too little."""
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[KEY] = self.met.plain()
            return
        for path, render in self._files.items():
            if path:
                self._write(path, render(self.met))
        if (self._fails() or self._unwritten) and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _write(self, path: Path, text: str) -> None:
        try:
            write(path, text.encode())
        except OSError as error:
            self._unwritten.append(f"{plain_name(path.name)} was not written: {error.strerror or error}")

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker met; one that crashed has nothing to hand over."""
        if plain := getattr(node, "workeroutput", {}).get(KEY):
            self.met.merge(plain)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show the table."""
        terminalreporter.section("plugchoice coverage")
        for line in table(self.met, terminalreporter.verbosity > 0):
            terminalreporter.line(line)
        for line in self._unwritten:
            terminalreporter.line(line, red=True)
        if self._fails():
            terminalreporter.line(
                f"The suite met {self.met.percent():.1f} %, less than {self._least:g} %.", red=True
            )

    def _fails(self) -> bool:
        return self._least is not None and self.met.percent() < self._least


def coverage_of(config: pytest.Config, recorder: ResponseRecorder) -> CoverageFeature:
    """Return the feature as the options ask."""
    files: dict[Path | None, Writer] = {_file(config, "json"): as_json, _file(config, "html"): as_html}
    return CoverageFeature(config, recorder, least=config.getoption("plugchoice_coverage_fail_under"), files=files)


def _file(config: pytest.Config, kind: str) -> Path | None:
    given = config.getoption(f"plugchoice_coverage_{kind}")
    if given is None:
        return None
    path = Path(given).absolute()
    if not path.parent.is_dir() or path.is_dir():
        raise pytest.UsageError(f"--plugchoice-coverage-{kind}: {given!r} is no file in a folder that exists")
    if not is_writable(path):
        raise pytest.UsageError(f"--plugchoice-coverage-{kind}: {given!r} can't be written; name a file that can")
    return path
