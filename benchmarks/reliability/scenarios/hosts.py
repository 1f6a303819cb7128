"""Foreign `Host` and `Origin` headers on every plane: none is answered, and nothing happens.

A page whose name was made to resolve to 127.0.0.1 is same-origin with the fake and sends what it likes, but its
own name in `Host`. Each of 20 requests is sent with each of 19 such hosts and each of 23 origins. Then the
control plane is asked by this machine's own name for pages of other origins. The API itself answers every
origin, as the real one does, and pages are given to whoever asks by a right name: without a CORS header no other
page can read them.
"""

from collections.abc import Iterator
from itertools import islice, product

from benchmarks.reliability.call import API, NO_ANSWER, START, Caller, Reply, request_bytes
from benchmarks.reliability.outcome import Outcome
from benchmarks.reliability.process import Fake

CONTROL = "/_plugproof"
REQUESTS: tuple[tuple[str, str, object], ...] = (
    ("GET", f"{API}/chargers/HAPPY", None),
    ("POST", f"{API}/sessions", START),
    ("OPTIONS", f"{API}/sessions", None),
    ("GET", f"/worlds/w{API}/chargers/HAPPY", None),
    ("POST", f"/worlds/w{API}/sessions", START),
    ("GET", "/api/openapi.json", None),
    ("GET", "/_plugproof/", None),
    ("GET", "/pay/HAPPY", None),
    ("GET", "/stripe/v3/", None),
    ("GET", "/browser/client.js", None),
    ("GET", f"{CONTROL}/health", None),
    ("GET", f"{CONTROL}/sessions", None),
    ("POST", f"{CONTROL}/sessions", {"status": "captured"}),
    ("POST", f"{CONTROL}/clock/advance", {"seconds": 60}),
    ("GET", f"/worlds/w{CONTROL}/journal", None),
    ("PUT", f"{CONTROL}/worlds/new", {"ttl": "1h"}),
    ("DELETE", f"{CONTROL}/worlds/w", None),
    ("GET", f"{CONTROL}/metrics", None),
    ("GET", f"{CONTROL}/stream", None),
    ("POST", f"{CONTROL}/faults", {"operation": "confirm", "kind": "503"}),
)
HOSTS = (
    None, "evil.example", "evil.example:{port}", "localhost.evil.example", "127.0.0.1.evil.example:{port}",
    "0.0.0.0", "10.0.0.1:{port}", "192.168.1.5", "[::]:{port}", "[fe80::1]", "2130706433:{port}", "0x7f000001",
    "127.1", "evil.example@localhost", "localhost@evil.example:{port}",
    "localhost, evil.example", "localhost\\@evil.example",
    "xn--lcalhost-54a:{port}", "localhost\r\nHost: evil.example",
)  # fmt: skip
"""None is no `Host` at all, and the last one two of them."""
OWN = (None, "http://localhost:{port}", "http://127.0.0.1:{port}", "http://[::1]:{port}")
FOREIGN = (
    "null", "", "http://evil.example", "https://evil.example", "http://evil.example:{port}", "https://app.plugchoice.com",
    "https://js.stripe.com", "http://localhost.evil.example:{port}", "http://127.0.0.1.evil.example", "http://localhost:1",
    "http://localhost", "http://10.0.0.1:{port}", "http://[::]:{port}", "http://evil.example@localhost", "file://",
    "chrome-extension://abcdefgh", "http://localhost:{port}.evil.example", "localhost:{port}",
    "http://localhost:{port}, http://evil.example",
)  # fmt: skip
"""A page of another port of this machine is another origin, too."""


def run(size: int) -> Outcome:
    """Send so many requests by a foreign host, and those of foreign pages to the control plane."""
    with Fake("--speed", "0") as fake, Caller(fake.port) as caller:
        caller.call("PUT", f"{CONTROL}/worlds/w", {"ttl": "1h"})
        before = _state(caller)
        of_hosts = [(*request, host, origin) for request, host, origin in product(REQUESTS, HOSTS, OWN + FOREIGN)]
        losses: list[str] = []
        sent = 0
        # Spread evenly, so that a small run has some of everything.
        for request in islice(of_hosts, 0, None, max(1, len(of_hosts) // size)):
            losses += _losses(fake.port, *request)
            sent += 1
        control = [
            request for request in REQUESTS if request[1].removeprefix("/worlds/w").startswith(f"{CONTROL}/")
        ]
        of_pages = list(product(control[1:], FOREIGN))
        for request, origin in of_pages:
            losses += _losses(fake.port, *request, "localhost:{port}", origin)
        if _state(caller) != before:
            losses.append("something has happened in the fake")
    figures = f"{sent:,} foreign hosts with every origin, {len(of_pages)} foreign pages; {len(losses)} accepted"
    return Outcome(figures, tuple(losses))


def _losses(
    port: int, method: str, path: str, body: object, host: str | None, origin: str | None
) -> Iterator[str]:
    headers = () if origin is None else (("Origin", origin.format(port=port)),)
    with Caller(port) as caller:
        named = None if host is None else host.format(port=port)
        reply = caller.send(request_bytes(method, path.encode(), body, (*headers, ("X-Plugproof", "1")), named))
    if not _is_refused(reply):
        yield f"{method} {path} of {host!r} from {origin!r} was answered {reply.status or 'nothing'}"


def _is_refused(reply: Reply) -> bool:
    return reply.status != NO_ANSWER and 400 <= reply.status < 500 and reply.status not in (404, 405, 429)


def _state(caller: Caller) -> list[object]:
    paths = ("/sessions", "/clock", "/faults", "/journal", "/worlds")
    found = [caller.call("GET", f"{CONTROL}{path}").content for path in paths]
    worlds = [(world["name"], world["sessions"]) for world in found[-1]["worlds"]]
    return [*found[:-1], worlds, found[-1]["ended"]]
