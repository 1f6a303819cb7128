"""The OpenAPI document, read when first asked for."""

import json
from copy import deepcopy
from functools import cache
from typing import Any

from plugproof_contracts.facts.operations import BASE_URL

_LINKS = "  # --links"
"""Ends the lines of a link whose request body is an object: OpenAPI allows it, and most tools refuse it."""


@cache
def yaml_text(*, server: str = BASE_URL, links: bool = False) -> str:
    """Return the OpenAPI 3.1 document as it was written, with another server if one is given.

    `links` adds the link whose request body is an object, which Schemathesis follows and few other tools read.
    """
    from importlib.resources import files  # here, for a server starts without it

    written = files("plugproof_contracts").joinpath("openapi.yaml").read_text("utf-8")
    lines = [line for line in written.splitlines() if links or not line.endswith(_LINKS)]
    text = "".join(f"{line.removesuffix(_LINKS)}\n" for line in lines)
    return text.replace(f"  - url: {json.dumps(BASE_URL)}\n", f"  - url: {json.dumps(server)}\n")


def document(*, links: bool = False) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document as data, a copy of the caller's own; `links` is that of `yaml_text`."""
    # Tools that resolve references write into what they are given.
    return deepcopy(_parsed(links=links))


@cache
def _parsed(*, links: bool) -> dict[str, Any]:
    import yaml  # only readers of the document need it, and it would slow down every import of the room

    parsed: dict[str, Any] = yaml.safe_load(yaml_text(links=links))
    return parsed


def json_text(*, server: str = BASE_URL, links: bool = False, indent: int | None = None) -> str:
    """Return the document as JSON; `server` and `links` are those of `yaml_text`."""
    found = _parsed(links=links) | {"servers": [{"url": server}]}
    return json.dumps(found, indent=indent, ensure_ascii=False)
