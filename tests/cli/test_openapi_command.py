"""`plugproof openapi`."""

import json

import pytest
import yaml
from click.testing import CliRunner

from plugproof_cli.main import main
from plugproof_contracts.facts.openapi_document import document, yaml_text


def run(*arguments):
    return CliRunner().invoke(main, ["openapi", *arguments])


def test_the_document_is_printed_as_it_was_written():
    assert run().stdout == yaml_text()


def test_the_document_is_printed_as_json():
    assert json.loads(run("--json").stdout) == document()


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_openapi_names_the_server_that_is_asked_for(form):
    """Only the server differs from the document as it is."""
    told = yaml.safe_load(run(*form, "--server", "http://localhost:8000/worlds/a/api/").stdout)
    assert told == document() | {"servers": [{"url": "http://localhost:8000/worlds/a/api"}]}


@pytest.mark.parametrize(
    "server", ["", "localhost:8000", "/api", "https://u:p@h/api", "http://h/v3/public-charging"]
)
def test_openapi_refuses_a_server_that_is_no_base_url(server):
    """The message names the option."""
    told = run("--server", server)
    assert (told.exit_code, "Invalid value for --server: " in told.stderr) == (2, True), told.stderr


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_openapi_shows_a_link_with_an_object_only_when_asked(form):
    """Most tools refuse a link whose request body is an object."""
    bodies = {}
    for links in ((), ("--links",)):
        told = yaml.safe_load(run(*form, *links).stdout)
        bodies[links] = [link.get("requestBody", "") for link in told["components"]["links"].values()]
        assert "--links" not in str(told)
    assert all(isinstance(body, str) for body in bodies[()])
    assert any(isinstance(body, dict) for body in bodies["--links",])
