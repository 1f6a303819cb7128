"""Who is let in: hosts on every plane, and origins, content types and secrets on the control plane."""

from itertools import product

import httpx
import pytest

from plugproof_mockserver import FakePlugchoice
from plugproof_mockserver.control.control_app import control_app
from plugproof_mockserver.control.handlers import ROUTES
from plugproof_mockserver.control.secrets import ControlSecrets
from plugproof_mockserver.faces.asgi import App
from plugproof_mockserver.faces.host_allowlist import HostAllowlist
from plugproof_mockserver.world.registries.registry import WorldRegistry
from plugproof_mockserver.world.world import World

pytestmark = pytest.mark.anyio

SECRET = "correct horse"
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


@pytest.fixture
def anyio_backend():
    return "asyncio"


def app_of(secret=None):
    return App(
        WorldRegistry(lambda name: World(name=name)),
        hosts=HostAllowlist(),
        control=control_app(ControlSecrets(secret)),
    )


async def ask(app, method, path, *headers, body=b""):
    """Ask with just these headers; an HTTP client would add its own and tidy the rest up."""
    answered = []

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        answered.append(message)

    pairs = [(name.lower().encode(), value.encode()) for name, value in headers]
    raw = path.encode()
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": raw,
        "query_string": b"",
        "headers": pairs,
    }
    await app(scope, receive, send)
    return answered[0]["status"], dict(answered[0]["headers"]), answered[1]["body"]


# Hosts.

FOREIGN_HOSTS = (
    "evil.example",
    "evil.example:8000",
    "localhost.evil.example",
    "evil.localhost.example:80",
    "127.0.0.1.evil.example",
    "127.0.0.1.nip.io:8000",
    "evil.example#localhost",
    "evil.example?localhost",
    "evil.example/localhost",
    "localhost/evil.example",
    "localhost@evil.example",
    "evil.example@localhost",
    "user:pw@localhost:8000",
    "localhost evil.example",
    "localhost,evil.example",
    "localhost:80:80",
    "localhost:80a",
    "localhost:-1",
    "localhost..",
    "ⅼocalhost",
    "10.0.0.1",
    "192.168.1.1:8000",
    "0.0.0.0",
    "0.0.0.0:8000",
    "169.254.169.254",
    "[::]",
    "[::]:8000",
    "[fe80::1]",
    "[2001:db8::1]:8000",
    "::1:8000x",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "",
    ":8000",
    "*",
    "null",
    "file://",
    "http://localhost",
)

PLANES = (
    ("GET", "/api/v3/public-charging/chargers/HAPPY"),
    ("POST", "/api/v3/public-charging/sessions/nobody/confirm"),
    ("GET", "/worlds/w/api/v3/public-charging/chargers/HAPPY"),
    ("GET", "/_plugproof/health"),
    ("POST", "/_plugproof/reset"),
    ("GET", "/worlds/w/_plugproof/sessions"),
    ("POST", "/worlds/w/_plugproof/sessions"),
    ("GET", "/"),
)

ORIGINS = ((), (("Origin", "https://evil.example"),))


async def test_no_plane_answers_a_foreign_host():
    app = app_of()
    let_in = []
    combinations = list(product(FOREIGN_HOSTS, PLANES, ORIGINS))
    for host, (method, path), origin in combinations:
        status, _, _ = await ask(app, method, path, ("Host", host), ("X-Plugproof", "1"), *origin)
        if status != 421:
            let_in.append((host, path, status))
    assert (len(combinations) >= 600, let_in, len(app.worlds)) == (True, [], 1)


@pytest.mark.parametrize(("method", "path"), PLANES)
@pytest.mark.parametrize("hosts", [(), ("localhost", "localhost"), ("localhost", "evil.example")])
async def test_a_request_has_exactly_one_host(method, path, hosts):
    status, _, _ = await ask(app_of(), method, path, *(("Host", host) for host in hosts))
    assert status == 421


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8000", "localhost.", "127.0.0.1", "127.9.8.7:1", "[::1]", "[::1]:8000"]
)
async def test_loopback_is_answered_on_every_plane(host):
    statuses = [(await ask(app_of(), method, path, ("Host", host)))[0] for method, path in PLANES]
    assert 421 not in statuses


# Origins.

FOREIGN_ORIGINS = (
    "https://evil.example",
    "http://evil.example:8000",
    "http://localhost",
    "http://localhost:3000",
    "http://127.0.0.1:8000",
    "http://localhost.evil.example:8000",
    "http://evil.example/localhost:8000",
    "http://localhost:8000/",
    "http://localhost:8000@evil.example",
    "localhost:8000",
    "://evil.example",
    "null",
    "",
    "file://",
    "chrome-extension://abcdefgh",
    "moz-extension://abcdefgh",
)


@pytest.mark.parametrize("world", ["", "/worlds/w"])
@pytest.mark.parametrize("row", ROUTES, ids=lambda row: f"{row.method} {row.path}")
async def test_no_foreign_origin_reaches_the_control_plane(world, row):
    app = app_of()
    for origin in FOREIGN_ORIGINS:
        headers = (("Host", "localhost:8000"), ("Origin", origin), ("X-Plugproof", "1"))
        status, answered, _ = await ask(app, row.method, f"{world}/_plugproof{row.path}", *headers)
        assert (origin, status) == (origin, 403)
        assert not [name for name in answered if name.startswith(b"access-control")]


async def test_of_two_origins_both_have_to_be_its_own():
    own, foreign = ("Origin", "http://localhost"), ("Origin", "http://evil.example")
    for pair in ((own, foreign), (foreign, own)):
        assert (await ask(app_of(), "GET", "/_plugproof/health", ("Host", "localhost"), *pair))[0] == 403


@pytest.mark.parametrize("origin", ["http://localhost:8000", "https://LOCALHOST:8000"])
async def test_its_own_origin_reaches_it_and_still_gets_no_cors(origin):
    headers = (("Host", "localhost:8000"), ("Origin", origin))
    status, answered, _ = await ask(app_of(), "GET", "/_plugproof/health", *headers)
    assert status == 200
    assert not [name for name in answered if name.startswith(b"access-control")]


async def test_a_preflight_is_not_granted():
    headers = (("Host", "localhost"), ("Origin", "http://localhost"), ("Access-Control-Request-Method", "POST"))
    status, answered, _ = await ask(app_of(), "OPTIONS", "/_plugproof/reset", *headers)
    assert status == 405
    assert not [name for name in answered if name.startswith(b"access-control")]


# What a page could send without asking.

UNSAFE_ROWS = [row for row in ROUTES if row.method in UNSAFE]


@pytest.mark.parametrize(
    ("media", "expected"),
    [
        (None, 403),
        ("", 403),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("text/plain; application/json", 415),
        ("application/jsonp", 415),
        ("application/json, text/plain", 415),
    ],
)
@pytest.mark.parametrize("row", UNSAFE_ROWS, ids=lambda row: f"{row.method} {row.path}")
async def test_a_change_needs_a_header_that_no_page_can_send(row, media, expected):
    sent = (("Content-Length", "2"),) if media is None else (("Content-Length", "2"), ("Content-Type", media))
    status, _, body = await ask(app_of(), row.method, f"/_plugproof{row.path}", ("Host", "localhost"), *sent)
    assert status == expected
    assert b"Content-Type: application/json" in body
    assert b"X-Plugproof" in body


@pytest.mark.parametrize(
    "header",
    [
        ("Content-Type", "application/json"),
        ("Content-Type", "Application/JSON; charset=utf-8"),
        ("X-Plugproof", "1"),
        ("X-Plugproof", ""),
    ],
)
async def test_either_header_is_enough(header):
    assert (await ask(app_of(), "POST", "/_plugproof/reset", ("Host", "localhost"), header))[0] == 204


REFERERS = ((), ("",), ("https://evil.example/",), ("http://localhost:8000/",), ("null",))
SITES = ((), ("none",), ("same-origin",), ("same-site",), ("cross-site",), ("",), ("none", "cross-site"), ("?",))
CONTENTS = {
    "none": (),
    "empty": (("Content-Length", "0"),),
    "some": (("Content-Length", "2"),),
    "chunked": (("Transfer-Encoding", "chunked"),),
    "a form": (("Content-Length", "0"), ("Content-Type", "application/x-www-form-urlencoded")),
    "text": (("Content-Type", "text/plain"),),
}
PROGRAMS = {(referer, site) for referer in REFERERS[:1] for site in SITES[:3]}


def combined(name, values):
    return tuple((name, value) for value in values)


@pytest.mark.parametrize("row", UNSAFE_ROWS, ids=lambda row: f"{row.method} {row.path}")
async def test_only_a_program_may_leave_the_header_out(row):
    """What has no content and none of a browser's marks is let in; every other combination is refused."""
    app, wrong, count = app_of(), [], 0
    origins = [(), *((origin,) for origin in FOREIGN_ORIGINS), ("http://localhost:8000",)]
    for origin, referer, site, content in product(origins, REFERERS, SITES, CONTENTS):
        marks = combined("Origin", origin) + combined("Referer", referer) + combined("Sec-Fetch-Site", site)
        headers = (("Host", "localhost:8000"), *CONTENTS[content], *marks)
        status, _, _ = await ask(app, row.method, f"/_plugproof{row.path}", *headers)
        is_of_program = not origin and (referer, site) in PROGRAMS and content in ("none", "empty")
        count += 1
        if (status not in (403, 415)) != is_of_program:
            wrong.append((headers, status))
    assert (wrong, count) == ([], len(origins) * len(REFERERS) * len(SITES) * len(CONTENTS))


@pytest.mark.parametrize(
    "headers",
    [
        (("Accept", "*/*"), ("Sec-Fetch-Mode", "cors"), ("User-Agent", "node"), ("Content-Length", "0")),
        (("Accept", "*/*"), ("User-Agent", "python-requests/2.34.2"), ("Content-Length", "0")),
        (("Content-Length", "0"), ("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c")),
    ],
    ids=["fetch of node", "requests", "java"],
)
async def test_a_reset_by_a_usual_client_is_let_in(headers):
    assert (await ask(app_of(), "POST", "/_plugproof/reset", ("Host", "localhost"), *headers))[0] == 204


async def test_with_its_own_header_any_content_type_is_json():
    headers = (("Host", "localhost"), ("X-Plugproof", "1"), ("Content-Type", "application/x-www-form-urlencoded"))
    status, _, _ = await ask(app_of(), "POST", "/_plugproof/clock/advance", *headers, body=b'{"seconds": 1}')
    assert status == 200


# The secret.

WRONG = [
    (),
    (("Authorization", f"Basic {SECRET}"),),
    (("Authorization", SECRET),),
    (("Authorization", "Bearer"),),
    (("Authorization", "Bearer "),),
    (("Authorization", f"Bearer {SECRET}x"),),
    (("Authorization", f"Bearer {SECRET.upper()}"),),
    (("X-Plugproof-Secret", ""),),
    (("X-Plugproof-Secret", SECRET[:-1]),),
    (("X-Plugproof-Secret", "schlüssel"),),
    (("X-Plugproof", SECRET),),
]
RIGHT = [
    (("Authorization", f"Bearer {SECRET}"),),
    (("Authorization", f"bearer  {SECRET}"),),
    (("X-Plugproof-Secret", SECRET),),
    (("X-Plugproof-Secret", SECRET), ("Authorization", "Bearer wrong")),
]
BASE = (("Host", "localhost"), ("Content-Type", "application/json"))


@pytest.mark.parametrize("given", WRONG)
async def test_without_the_secret_nothing_is_done_or_told(given):
    app = app_of(SECRET)
    for row in ROUTES:
        status, answered, body = await ask(app, row.method, f"/_plugproof{row.path}", *BASE, *given)
        if row.path == "/health":
            assert (status, body) == (200, b'{"status":"ok"}')
        else:
            assert (status, answered[b"www-authenticate"]) == (401, b"Bearer")
        assert SECRET.encode() not in body
    assert (await ask(app, "GET", "/_plugproof/nowhere", *BASE, *given))[0] == 401
    assert (await ask(app, "POST", "/_plugproof/health", *BASE, *given))[0] == 401


@pytest.mark.parametrize("given", RIGHT)
async def test_with_the_secret_everything_is_as_without_one(given):
    app = app_of(SECRET)
    assert (await ask(app, "POST", "/_plugproof/reset", *BASE, *given))[0] == 204
    assert b"identity" in (await ask(app, "GET", "/_plugproof/health", *BASE, *given))[2]


async def test_the_secret_is_of_the_control_plane_alone():
    path = "/api/v3/public-charging/chargers/HAPPY"
    assert (await ask(app_of(SECRET), "GET", path, ("Host", "localhost")))[0] == 200


async def test_a_secret_may_have_any_letters():
    headers = (*BASE, ("X-Plugproof-Secret", "schlüssel"))
    assert (await ask(app_of("schlüssel"), "POST", "/_plugproof/reset", *headers))[0] == 204


def test_an_empty_secret_is_refused():
    with pytest.raises(ValueError, match="empty"):
        ControlSecrets("")


async def test_no_answer_is_kept_by_a_cache():
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(FakePlugchoice().asgi), base_url="http://localhost/_plugproof"
    ) as client:
        answers = [await client.get("/sessions"), await client.get("/nowhere"), await client.post("/reset")]
    assert [answer.headers["cache-control"] for answer in answers] == ["no-store"] * 3
