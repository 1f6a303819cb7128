"""What the tests of the adapters share."""

from functools import partial

import pytest
from tests.contracts.adapters import shapes


@pytest.fixture
def read(tmp_path):
    """Write a file of no telling name and read it."""
    return partial(shapes.read, tmp_path / "recorded")
