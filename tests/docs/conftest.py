"""What the tests of the pages share: a server that really runs."""

from tests.servers import module_server  # noqa: F401 - a fixture
