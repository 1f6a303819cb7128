"""What the tests of the plugin share.

The inner runs happen in this process where they can. pytester forgets what an inner run imported,
so what they use is imported here, once.
"""

import importlib

import pytest

for _module in (
    "aiohttp",
    "anyio._backends._asyncio",
    "anyio._backends._trio",
    "httpcore",
    "httpcore2",
    "httpx",
    "httpx2",
    "pytest_asyncio.plugin",
    "pytest_httpx",
    "requests",
    "responses",
    "respx",
    "vcr",
    "schemathesis.pytest.xdist",
    "uvicorn.lifespan.off",
    "uvicorn.loops.uvloop",
    "plugproof_contracts.adapters.clients",
    "plugproof_contracts.checking.checker",
    "plugproof_mockserver.faces.transports",
    "plugproof_mockserver.faces.uvicorn_server",
):
    importlib.import_module(_module)

PLUGIN = ("-p", "no:plugproof", "-p", "plugproof_pytest.plugin", "-p", "no:cacheprovider", "-p", "no:randomly")
"""Loads the plugin whether or not it is installed; as installed only, it would be there twice."""


@pytest.fixture
def run(pytester, monkeypatch):
    """Run a suite of one file with the plugin, and return what came out."""
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)

    def run(source, *arguments, CI=""):  # noqa: N803 - the variable is called so
        monkeypatch.setenv("CI", CI)
        pytester.makepyfile(source)
        pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function")
        return pytester.runpytest_inprocess(*arguments, *PLUGIN)

    return run


@pytest.fixture
def run_apart(pytester, monkeypatch):
    """Run a suite of one file with the plugin in a process of its own, and return what came out.

    Of other plugins it has those that it is told to load: to import all that are installed takes two
    seconds, and as much again in each worker. The runs in this process have them all.
    """
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("CI", "")

    def run(source, *arguments):
        pytester.makepyfile(source)
        return pytester.runpytest_subprocess(*arguments, *PLUGIN)

    return run


@pytest.fixture(scope="session")
def two_workers():
    """The options that spread a run over two processes."""
    return "-p", "xdist", "-n", "2"
