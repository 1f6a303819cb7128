import os
from pathlib import Path

import pytest

INSTALLED = Path(__file__).parents[2] / ".venv/npm/node_modules/.bin/prism"


@pytest.fixture(scope="session")
def prism() -> Path:
    """The command of Prism; where it is absent the test is skipped, and under `CI=true` it fails."""
    command = Path(os.environ.get("PLUGPROOF_PRISM") or INSTALLED)
    if command.is_file():
        return command
    absent = f"there is no Prism at {command}: `make peers` installs it, PLUGPROOF_PRISM names another"
    return pytest.fail(absent) if os.environ.get("CI") == "true" else pytest.skip(absent)
