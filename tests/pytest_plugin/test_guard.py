"""The guard: whatever would call the real API fails, and the test that would is named."""

import pytest

from plugproof_contracts.facts.operations import BASE_URL

CLIENTS = {
    "httpx": "import httpx; httpx.get(URL)",
    "httpx2": "import httpx2; httpx2.get(URL)",
    "httpx-async": "import anyio, httpx; anyio.run(httpx.AsyncClient().get, URL)",
    "httpx2-async": "import anyio, httpx2; anyio.run(httpx2.AsyncClient().get, URL)",
    "httpx-uvloop": (
        "import anyio, httpx; anyio.run(httpx.AsyncClient().get, URL, backend_options={'use_uvloop': True})"
    ),
    "httpx-through-a-proxy": "import httpx; httpx.Client(proxy='http://127.0.0.1:9').get(URL)",
    "requests": "import requests; requests.get(URL, timeout=5)",
    "urllib3": "import urllib3; urllib3.request('GET', URL)",
    "urllib": "import urllib.request; urllib.request.urlopen(URL)",
    "aiohttp": """
    import asyncio, aiohttp
    async def get():
        async with aiohttp.ClientSession() as session:
            await session.get(URL)
    asyncio.run(get())""",
    "aiohttp-uvloop": """
    import asyncio, aiohttp, uvloop
    async def get():
        async with aiohttp.ClientSession() as session:
            await session.get(URL)
    uvloop.run(get())""",
    "uvloop": "import asyncio, uvloop; uvloop.run(asyncio.open_connection(HOST, 443))",
    "asyncio": "import asyncio; asyncio.run(asyncio.open_connection(HOST, 443))",
    "socket": "import socket; socket.create_connection((HOST, 443))",
    "bare-socket": """
    import socket
    with socket.socket() as bare:
        bare.connect((HOST, 443))""",
    "gethostbyname": "import socket; socket.gethostbyname(HOST.upper() + '.')",
}


@pytest.mark.parametrize("call", CLIENTS.values(), ids=CLIENTS)
def test_no_client_reaches_the_real_api(run, call):
    done = run(f"HOST, URL = 'app.plugchoice.com', '{BASE_URL}'\ndef test_it():\n    {call}", "--plugchoice-guard")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*::test_it would have called the real API at https://app.plugchoice.com*"])
    done.stdout.fnmatch_lines(["FAILED *::test_it - Failed*"])


def test_a_call_that_the_code_swallows_fails_its_test(run):
    done = run(
        """
import socket, threading

def call():
    try:
        socket.create_connection(("app.plugchoice.com", 443))
    except BaseException:
        pass

def test_swallowed():
    call()

def test_in_a_thread():
    thread = threading.Thread(target=call)
    thread.start()
    thread.join()

def test_neighbour():
    pass
""",
        "--plugchoice-guard",
    )
    done.assert_outcomes(failed=2, passed=1)
    done.stdout.fnmatch_lines(["*::test_in_a_thread would have called*"])


MOCKED = """
import httpx, pytest, requests, responses, respx

URL = "https://app.plugchoice.com/api/v3/chargers"

@respx.mock
def test_respx():
    respx.get(URL).respond(204)
    assert httpx.get(URL).status_code == 204

def test_pytest_httpx(httpx_mock):
    httpx_mock.add_response(url=URL, status_code=204)
    assert httpx.get(URL).status_code == 204

@responses.activate
def test_responses():
    responses.get(URL, status=204)
    assert requests.get(URL, timeout=5).status_code == 204

def test_transport():
    with httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(204))) as client:
        assert client.get(URL).status_code == 204

def test_fake(plugchoice):
    assert httpx.get(URL.replace("chargers", "public-charging/chargers/HAPPY")).status_code == 200
"""


def test_what_a_mock_answers_is_let_alone(run):
    run(MOCKED, "--plugchoice-guard").assert_outcomes(passed=5)


LOCAL = """
import http.server, socket, threading

def test_other_hosts():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1])).close()
"""


def test_other_hosts_are_let_alone(run):
    run(LOCAL, "--plugchoice-guard").assert_outcomes(passed=1)


CALL = """
import sys, pytest

def test_guarded({fixture}):
    # What a look-up tells the interpreter before it asks anybody; so nothing is asked if no guard stands.
    sys.audit("socket.getaddrinfo", "app.plugchoice.com", 443, 0, 0, 0)
"""


@pytest.mark.parametrize(
    ("environment", "fixture", "options", "guarded"),
    [
        ("", "", (), False),
        ("", "plugchoice", (), True),
        ("", "plugchoice_server", (), True),
        ("", "plugchoice", ("--no-plugchoice-guard",), False),
        ("", "plugchoice", ("--plugchoice-guard",), True),
        ("", "", ("--plugchoice-guard",), True),
        ("true", "plugchoice", (), True),
        ("true", "plugchoice_server", (), True),
        ("true", "", (), False),
        ("true", "", ("--plugchoice-check",), True),
        ("true", "", ("--plugchoice-guard",), True),
        ("true", "plugchoice", ("--no-plugchoice-guard",), False),
    ],
)
def test_the_guard_stands_when_asked_or_where_it_is_needed(run, environment, fixture, options, guarded):
    done = run(CALL.format(fixture=fixture), *options, CI=environment)
    done.assert_outcomes(failed=int(guarded), passed=int(not guarded))


def test_a_guard_stands_for_one_run_only(run):
    run(CALL.format(fixture=""), "--plugchoice-guard").assert_outcomes(failed=1)
    run(CALL.format(fixture="")).assert_outcomes(passed=1)
