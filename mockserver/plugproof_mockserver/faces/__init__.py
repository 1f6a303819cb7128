"""How a request reaches the fake: ASGI, a transport in a client, a socket, a proxy."""
