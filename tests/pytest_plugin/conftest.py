"""What the tests of the plugin share.

The inner runs happen in this process where they can. pytester forgets what an inner run imported,
so what they use is imported here, once.
"""

import importlib

import pytest

for _module in (
    "httpx",
    "httpx2",
    "pytest_httpx",
    "requests",
    "responses",
    "respx",
    "plugproof_mockserver.inprocess",
):
    importlib.import_module(_module)

PLUGIN = ("-p", "no:plugproof", "-p", "plugproof_pytest.plugin", "-p", "no:cacheprovider", "-p", "no:randomly")
"""Loads the plugin whether or not it is installed; as installed only, it would be there twice."""


@pytest.fixture
def run(pytester, monkeypatch):
    """Run a suite of one file with the plugin, and return what came out."""
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)

    def run(source, *arguments, how="inprocess", CI=""):  # noqa: N803 - the variable is called so
        monkeypatch.setenv("CI", CI)
        pytester.makepyfile(source)
        pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function")
        start = pytester.runpytest_inprocess if how == "inprocess" else pytester.runpytest_subprocess
        return start(*arguments, *PLUGIN)

    return run
