"""While a fixture is on, nothing leaves for the real API, and the message names the fixture to use."""

import pytest

from plugproof_contracts.facts.operations import BASE_URL

CALLS = {
    "requests": "requests.get(URL, timeout=5)",
    "upper case": "requests.get(URL.replace('app.', 'APP.'), timeout=5)",
    "trailing dot": "httpx.get(URL.replace('.com', '.com.'))",
    "urllib3": "urllib3.request('GET', URL)",
    "http.client": "http.client.HTTPSConnection(HOST).request('GET', '/api/v3')",
    "by its number": "http.client.HTTPConnection('192.0.2.1', timeout=1).putrequest('GET', '/') or named(HOST)",
    "aiohttp": "asyncio.run(aiohttp_get(URL))",
}

SUITE = f"""
import asyncio, http.client, socket
import aiohttp, httpx, httpx2, pytest, requests, urllib3

HOST, URL = "app.plugchoice.com", "{BASE_URL}/v3/public-charging/chargers/HAPPY"

async def aiohttp_get(url):
    async with aiohttp.ClientSession() as session:
        await session.get(url)

def named(host):
    # What a connection that is open already tells the interpreter before it sends.
    import sys
    connection = http.client.HTTPConnection("192.0.2.1")
    sys.audit("http.client.send", connection, b"GET / HTTP/1.1\\r\\nHost: " + host.encode() + b"\\r\\n\\r\\n")
"""


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_other_clients_are_refused_beside_plugchoice(run, call):
    """The message names the fixture for other clients; the next test is free again."""
    done = run(SUITE + f"def test_it(plugchoice):\n    {call}\n")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*::test_it would have called the real API*fixture plugchoice_server*"])


@pytest.mark.parametrize("call", ["httpx.get(URL)", "httpx2.get(URL)", "requests.get(URL, timeout=5)"])
def test_the_host_is_refused_beside_the_server(run, call):
    done = run(SUITE + f"def test_it(plugchoice_server):\n    {call}\n")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*::test_it would have called the real API*plugchoice_server.url as its base URL*"])


def test_the_guard_ends_with_the_fixture(run):
    """A test without a fixture, before or after, is not ours; a fixture that is asked for late counts, too."""
    audit = "    import sys; sys.audit('socket.getaddrinfo', HOST, 443, 0, 0, 0)\n"
    done = run(
        SUITE
        + f"def test_before():\n{audit}"
        + f"def test_late(request):\n    request.getfixturevalue('plugchoice')\n{audit}"
        + f"def test_after():\n{audit}"
    )
    done.assert_outcomes(failed=1, passed=2)


def test_a_local_server_may_be_called_by_the_name(run):
    """A proxy or a server of the team's own on this machine is not the real API."""
    done = run(
        SUITE
        + """
def test_it(plugchoice_server):
    port = int(plugchoice_server.url.split(":")[2].partition("/")[0])
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/", headers={"Host": HOST})
    connection.getresponse().read()
    connection.close()
"""
    )
    done.assert_outcomes(passed=1)


VCR = """
@pytest.mark.parametrize("package", [httpx, httpx2])
def test_it({fixture}, package, tmp_path):
    with vcr.use_cassette(str(tmp_path / "cassette.yaml")):
        assert package.get(URL).json()["data"]["online"] is True
    assert "HAPPY" in (tmp_path / "cassette.yaml").read_text()
"""


def test_vcrpy_records_the_fake(run):
    """vcrpy keeps the method that it replaces when it is imported, so the fake goes below it, too."""
    done = run("import vcr\n" + SUITE + VCR.replace("{fixture}", "plugchoice"))
    done.assert_outcomes(passed=2)


def test_under_vcrpy_nothing_leaves_beside_the_server(run):
    done = run("import vcr\n" + SUITE + VCR.replace("{fixture}", "plugchoice_server"))
    done.assert_outcomes(failed=2)
    done.stdout.fnmatch_lines(["*would have called the real API*plugchoice_server.url as its base URL*"])


# Handlers whose test has ended.

DEAD = """
def other(real):
    return lambda self, request: real(self, request)

def test_patched_late(monkeypatch, plugchoice):
    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", other(httpx.HTTPTransport.handle_request))
    assert httpx.get(URL).status_code == 200

def test_alone():
    httpx.get(URL)

def test_again(plugchoice):
    plugchoice.set_charger("HAPPY", online=False)
    assert httpx.get(URL).json()["data"]["online"] is False

def test_nothing_is_left():
    assert not hasattr(httpx.HTTPTransport.handle_request, "plugproof_patch")
"""


def test_a_handler_whose_test_has_ended_hands_on(run):
    """monkeypatch undoes after the fixture and puts the ended handler back; it no longer answers."""
    done = run(SUITE + DEAD, "--plugchoice-guard")
    done.assert_outcomes(passed=3, failed=1)
    done.stdout.fnmatch_lines(["*::test_alone would have called the real API*"])


def test_a_patch_on_top_stays(run):
    """What somebody else put on top of ours is not taken away with ours."""
    done = run(
        SUITE
        + """
def mine(self, request):
    return httpx.Response(200, json={"mine": True})

@pytest.fixture(scope="module")
def late():
    with pytest.MonkeyPatch.context() as patch:
        yield patch

def test_patches(late, plugchoice):
    late.setattr(httpx.HTTPTransport, "handle_request", mine)

def test_still_patched(late):
    assert httpx.get(URL).json() == {"mine": True}

def test_with_a_fake_again(late, plugchoice):
    assert httpx.get(URL).json()["data"]["online"] is True

def test_still_mine(late):
    assert httpx.get(URL).json() == {"mine": True}
"""
    )
    done.assert_outcomes(passed=4)
