"""The OpenAPI document, read when first asked for."""

from functools import cache
from importlib.resources import files
from typing import Any


@cache
def yaml_text() -> str:
    """Return the OpenAPI 3.1 document as it was written."""
    return files("plugproof_contracts").joinpath("openapi.yaml").read_text("utf-8")


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document as data, the same object every time: copy it before you change it."""
    import yaml  # only readers of the document need it, and it would slow down every import of the room

    parsed: dict[str, Any] = yaml.safe_load(yaml_text())
    return parsed
