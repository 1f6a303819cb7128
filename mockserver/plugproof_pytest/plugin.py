"""What pytest finds by itself: options, marker and fixtures.

pytest imports this module at the start of every session, whether or not a test uses the plugin.
So it imports nothing but pytest; whatever has weight is imported by the test that needs it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from plugproof_pytest.interception.host_guard import GUARD, HostGuard, guarding
from plugproof_pytest.known_secrets import SECRETS, KnownSecrets, names_secret
from plugproof_pytest.reporting.redaction import ReportRedactor

if TYPE_CHECKING:
    from plugproof_mockserver import FakePlugchoice
    from plugproof_mockserver.live_server import LiveServer, Site

FIXTURES = frozenset({"plugchoice", "plugchoice_server", "plugchoice_sleep"})
WATCHING = tuple(
    f"plugchoice_{name}" for name in ("check", "coverage", "coverage_fail_under", "coverage_json", "coverage_html")
)
"""The options for which the run is watched."""
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
    secrets = config.stash[SECRETS] = KnownSecrets()
    config.pluginmanager.register(ReportRedactor(secrets), "plugproof-redactor")
    guard = config.stash[GUARD] = HostGuard()
    config.pluginmanager.register(guard, "plugproof-guard")
    if config.getoption("plugchoice_guard"):
        guard.stand_for_the_run()
    if _is_watched(config):
        from plugproof_pytest.features import register_features

        register_features(config)


def pytest_collection_finish(session: pytest.Session) -> None:
    """In CI, guard the whole run of a suite that uses the plugin; elsewhere the tests that have a fixture."""
    config = session.config
    unsaid = config.getoption("plugchoice_guard") is None
    if unsaid and os.environ.get("CI") and (_is_watched(config) or any(map(_uses_us, session.items))):
        config.stash[GUARD].stand_for_the_run()


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
    if names_secret(argname) and isinstance(val, str) and config.stash.get(HIDES_TOKENS, False):
        return argname
    return None


@contextmanager
def _name_missing_package() -> Iterator[None]:
    """Fail with one line about a package that a fixture needs and that is not installed."""
    from plugproof_contracts.extras import MissingPackageError, name_missing_extra

    try:
        with name_missing_extra():
            yield
        return
    except MissingPackageError as error:
        line = str(error)
    pytest.fail(line, pytrace=False)


@pytest.fixture(scope="session")
def plugchoice_settings() -> dict[str, object]:
    """The suite's own defaults for its fakes, none; override it in a conftest.py, the marker has the last word."""
    return {}


@pytest.fixture
def _plugchoice_fake(
    request: pytest.FixtureRequest, plugchoice_settings: dict[str, object]
) -> Iterator["FakePlugchoice"]:
    """The one fake of this test, which both fixtures serve."""
    from plugproof_pytest.fakes import fake_of

    with fake_of(request.node, plugchoice_settings) as fake:
        yield fake


@pytest.fixture
def plugchoice_sleep(_plugchoice_fake: "FakePlugchoice", request: pytest.FixtureRequest) -> Iterator[list[float]]:
    """`time.sleep` advances the fake's clock instead of waiting; the list has the seconds of each call."""
    from plugproof_pytest.fakes import sleeping_on

    if "plugchoice_server" in request.fixturenames:
        # Its start may wait for a moment, which is not a sleep of the client's.
        request.getfixturevalue("plugchoice_server")
    with sleeping_on(_plugchoice_fake) as naps:
        yield naps


@pytest.fixture
def plugchoice(_plugchoice_fake: "FakePlugchoice", request: pytest.FixtureRequest) -> Iterator["FakePlugchoice"]:
    """A fresh fake of the API behind https://app.plugchoice.com, for httpx and httpx2, sync and async."""
    with _name_missing_package():
        from plugproof_pytest.interception.host_interception import intercepting
    from plugproof_pytest.interception.unreachable_routes import UnreachableRoutes
    from plugproof_pytest.marker import read

    for other in ("httpx_mock", "respx_mock"):
        # Theirs go below: they take every host, and ours takes only one.
        if other in request.fixturenames:
            request.getfixturevalue(other)
    routes = UnreachableRoutes(request.node)
    refuses = read(request.node).refuses_unknown_routes
    with guarding(request.config, "plugchoice"), intercepting(_plugchoice_fake, refuses=refuses, sees=routes.see):
        yield _plugchoice_fake
    routes.warn()


@pytest.fixture(scope="session")
def _plugchoice_site(pytestconfig: pytest.Config) -> Iterator["Site"]:
    """The server of this process, which all its tests share."""
    with _name_missing_package():
        from plugproof_mockserver.live_server import site
    from plugproof_pytest.fakes import SERVER_LISTENERS

    listeners = pytestconfig.stash.setdefault(SERVER_LISTENERS, [])
    with site(listeners) as running:
        yield running


@pytest.fixture
def plugchoice_server(
    _plugchoice_fake: "FakePlugchoice", _plugchoice_site: "Site", request: pytest.FixtureRequest
) -> Iterator["LiveServer"]:
    """A live server with a world of its own for this test, for any client: `.url` and `.fake`."""
    with guarding(request.config, "plugchoice_server"), _plugchoice_site.serving(_plugchoice_fake) as server:
        yield server
