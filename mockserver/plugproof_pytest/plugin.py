"""What pytest finds by itself: options, marker and fixtures.

pytest imports this module at the start of every session, whether or not a test uses the plugin.
So it imports nothing but pytest; whatever has weight is imported by the test that needs it.
"""

import os
import sys
import warnings
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from plugproof_mockserver import FakePlugchoice
    from plugproof_mockserver.live_server import LiveServer, Site

FIXTURES = frozenset({"plugchoice", "plugchoice_server"})
WATCHING = tuple(
    f"plugchoice_{name}" for name in ("check", "coverage", "coverage_fail_under", "coverage_json", "coverage_html")
)
"""The options for which the run is watched."""
REDACTED = ("longrepr", "sections", "user_properties", "wasxfail", "context")
"""The parts of a report that may show a token."""
LOGS = ("log_cli_level", "log_file")
RECENT = "plugproof_pytest.known_secrets"
"""The module that knows tokens; until it is imported, nothing of ours has been used."""
HIDES_TOKENS = pytest.StashKey[bool]()
MARKER = (
    "plugchoice(scenario=…, clock=…, rate_limit=…, seed=…, limits=…, check=False, unknown_routes='pass', …): "
    "set up the fake of this test; the keywords are those of plugproof_mockserver.FakePlugchoice."
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options; refuse to stand beside another plugin that has them."""
    from plugproof_pytest.options import add_options

    try:
        add_options(parser)
    except ValueError as error:
        raise pytest.UsageError(
            f"the plugin plugproof can't add its options, because another plugin has them: {error}. Leave out "
            "one of the two, plugproof with '-p no:plugproof'."
        ) from None


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and the parts that were asked for."""
    config.addinivalue_line("markers", MARKER)
    if config.getoption("plugchoice_guard"):
        from plugproof_pytest.interception.host_guard import register_guard

        register_guard(config)
    if _is_watched(config):
        from plugproof_pytest.features import register_features

        register_features(config)


def pytest_unconfigure() -> None:
    """End the run; another may follow in the same process."""
    if RECENT in sys.modules:
        sys.modules[RECENT].forget()


def pytest_collection_finish(session: pytest.Session) -> None:
    """In CI, guard the suites that use the plugin."""
    unsaid = session.config.getoption("plugchoice_guard") is None
    if unsaid and os.environ.get("CI") and (_is_watched(session.config) or any(map(_uses_us, session.items))):
        from plugproof_pytest.interception.host_guard import register_guard

        register_guard(session.config)


def _is_watched(config: pytest.Config) -> bool:
    return any(config.getoption(name) not in (None, False) for name in WATCHING)


def _uses_us(item: pytest.Item) -> bool:
    return not FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Refuse a wrong marker before anything of its test runs."""
    if item.get_closest_marker("plugchoice"):
        from plugproof_pytest.marker import read

        read(item)


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Remember whose parameters are about to get ids."""
    used = not FIXTURES.isdisjoint(metafunc.fixturenames)
    metafunc.config.stash[HIDES_TOKENS] = used or _is_watched(metafunc.config)


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Keep tokens out of the ids of the tests that use the plugin."""
    if "token" in argname and isinstance(val, str) and config.stash.get(HIDES_TOKENS, False):
        return argname
    return None


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Take tokens out of a test's report before any other plugin sees it."""
    if RECENT in sys.modules:
        from plugproof_pytest.reporting.redaction import note_arguments

        note_arguments(getattr(item, "funcargs", None) or {})
    return _redacted((yield))


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_make_collect_report() -> Generator[None, Any, Any]:
    """Take tokens out of the report of a collection that failed."""
    return _redacted((yield))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Take tokens out of what other plugins added, and of reports that they made themselves."""
    _redacted(report)


def _redacted(report: Any) -> Any:
    if parts := {name: found for name in REDACTED if (found := getattr(report, name, None))}:
        from plugproof_pytest.reporting.redaction import redact

        redact(report, parts)
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_warning_recorded(warning_message: warnings.WarningMessage) -> None:
    """Take tokens out of a warning before it is summed up."""
    from plugproof_pytest.reporting.redaction import redact_warning

    if isinstance(warning_message.message, Warning):
        redact_warning(warning_message.message)


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Take tokens out of the logs that are shown while tests run."""
    config = session.config
    if any(config.getoption(name) for name in LOGS) or config.getini("log_cli") or config.getini("log_file"):
        from plugproof_pytest.reporting.redaction import clean_live_logs

        clean_live_logs(config.pluginmanager.get_plugin("logging-plugin"))


@pytest.fixture
def _plugchoice_fake(request: pytest.FixtureRequest) -> Iterator["FakePlugchoice"]:
    """The one fake of this test, which both fixtures serve."""
    from plugproof_pytest.fakes import fake_of

    with fake_of(request.node) as fake:
        yield fake


@pytest.fixture
def plugchoice(_plugchoice_fake: "FakePlugchoice", request: pytest.FixtureRequest) -> Iterator["FakePlugchoice"]:
    """A fresh fake of the API behind https://app.plugchoice.com, for httpx and httpx2, sync and async."""
    from plugproof_pytest.interception.host_interception import intercepting
    from plugproof_pytest.marker import read

    for other in ("httpx_mock", "respx_mock"):
        # Theirs go below: they take every host, and ours takes only one.
        if other in request.fixturenames:
            request.getfixturevalue(other)
    with intercepting(_plugchoice_fake, refuses=read(request.node).refuses_unknown_routes):
        yield _plugchoice_fake


@pytest.fixture(scope="session")
def _plugchoice_site() -> Iterator["Site"]:
    """The server of this process, which all its tests share."""
    from plugproof_mockserver.live_server import site

    with site() as running:
        yield running


@pytest.fixture
def plugchoice_server(_plugchoice_fake: "FakePlugchoice", _plugchoice_site: "Site") -> Iterator["LiveServer"]:
    """A live server with a world of its own for this test, for any client: `.url` and `.fake`."""
    with _plugchoice_site.serving(_plugchoice_fake) as server:
        yield server
