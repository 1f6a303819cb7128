"""What pytest finds by itself: options, marker and fixtures.

pytest imports this module at the start of every session, whether or not a test uses the plugin.
So it imports nothing but pytest; whatever has weight is imported by the test that needs it.
"""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from plugproof_mockserver import FakePlugchoice
    from plugproof_pytest.live import LiveServer, Site

FIXTURES = frozenset({"plugchoice", "plugchoice_server"})
WATCHING = tuple(
    f"plugchoice_{name}" for name in ("check", "coverage", "coverage_fail_under", "coverage_json", "coverage_html")
)
"""The options for which the run is watched."""
MARKER = (
    "plugchoice(scenario=…, clock=…, rate_limit=…, seed=…, limits=…, check=False, unknown_routes='pass', …): "
    "set up the fake of this test; the keywords are those of plugproof_mockserver.FakePlugchoice."
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options; refuse to be loaded twice."""
    from plugproof_pytest.options import add_options

    try:
        add_options(parser)
    except ValueError as error:
        raise pytest.UsageError(
            f"the plugin plugproof can't add its options: {error}. Another plugin has them, or plugproof is "
            "loaded twice; installed, it needs no pytest_plugins and no -p. '-p no:plugproof' leaves it out."
        ) from None


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and the parts that were asked for."""
    config.addinivalue_line("markers", MARKER)
    if config.getoption("plugchoice_guard"):
        from plugproof_pytest.guard import register_guard

        register_guard(config)
    if any(config.getoption(name) not in (None, False) for name in WATCHING):
        from plugproof_pytest.parts import register_parts

        register_parts(config)


def pytest_collection_finish(session: pytest.Session) -> None:
    """In CI, guard the suites that use the plugin."""
    unsaid = session.config.getoption("plugchoice_guard") is None
    if unsaid and os.environ.get("CI") and any(map(_uses_us, session.items)):
        from plugproof_pytest.guard import register_guard

        register_guard(session.config)


def _uses_us(item: pytest.Item) -> bool:
    return not FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Refuse a wrong marker before anything of its test runs."""
    if item.get_closest_marker("plugchoice"):
        from plugproof_pytest.marker import read

        read(item)


@pytest.fixture
def _plugchoice_fake(request: pytest.FixtureRequest) -> Iterator["FakePlugchoice"]:
    """The one fake of this test, which both fixtures serve."""
    from plugproof_pytest.fakes import fake_of

    with fake_of(request.node) as fake:
        yield fake


@pytest.fixture
def plugchoice(_plugchoice_fake: "FakePlugchoice", request: pytest.FixtureRequest) -> Iterator["FakePlugchoice"]:
    """A fresh fake of the API behind https://app.plugchoice.com, for httpx and httpx2, sync and async."""
    from plugproof_pytest.intercept import intercepting
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
    from plugproof_pytest.live import site

    with site() as running:
        yield running


@pytest.fixture
def plugchoice_server(_plugchoice_fake: "FakePlugchoice", _plugchoice_site: "Site") -> Iterator["LiveServer"]:
    """A live server with a world of its own for this test, for any client: `.url` and `.fake`."""
    with _plugchoice_site.serving(_plugchoice_fake) as server:
        yield server
