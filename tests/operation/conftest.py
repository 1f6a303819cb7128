from tests.servers import module_server, server, serving, spawning, until  # noqa: F401 - fixtures
