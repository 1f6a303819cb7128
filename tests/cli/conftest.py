"""What the tests of the commands share with those of the fake."""

from tests.mockserver.conftest import honest, noon  # noqa: F401 - fixtures
from tests.servers import module_server, plugproof, server, serving, spawning, until  # noqa: F401 - fixtures
from tests.stores import redis_url  # noqa: F401 - a fixture
