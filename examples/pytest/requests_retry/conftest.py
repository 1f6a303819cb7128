from typing import Any

import pytest


@pytest.fixture(scope="session")
def plugchoice_settings() -> dict[str, Any]:
    """This suite's defaults, for every fake; a marker has the last word."""
    return {"limits": {"start": (1, 60)}, "hold": 2500}
