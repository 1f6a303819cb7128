"""`--plugchoice-check` sees every mock tool, whatever is imported when, and names the mock's line."""

import pytest

from plugproof_contracts.facts.operations import BASE_URL

HEAD = f"""
import anyio, asyncio, gzip, httpx, httpx2, pytest, respx, aiohttp, urllib3, vcr
import requests, requests_mock, responses
from aioresponses import aioresponses

URL = "{BASE_URL}/v3/public-charging/chargers/AB12"
BAD = {{"data": None}}
HEADERS = {{"X-RateLimit-Limit": "30", "X-RateLimit-Remaining": "29"}}

class Adapter(requests.adapters.BaseAdapter):
    def send(self, request, **options):
        response = requests.Response()
        response.status_code, response.request, response.url = 200, request, request.url
        response._content, response.headers = b'{{"data": null}}', requests.structures.CaseInsensitiveDict(
            {{"content-type": "application/json"}})
        return response

    def close(self):
        pass
"""

SUITES = {
    "requests-mock": """
def test_it():
    with requests_mock.Mocker() as mock:
        mock.get(URL, json=BAD, headers={"content-type": "application/json"})  # here
        requests.get(URL, timeout=5)
""",
    "requests-mock, adapter": """
def test_it():
    adapter, session = requests_mock.Adapter(), requests.Session()
    session.mount("https://", adapter)
    adapter.register_uri("GET", URL, json=BAD, headers={"content-type": "application/json"})  # here
    session.get(URL)
""",
    "responses": """
@responses.activate
def test_it():
    responses.get(URL, json=BAD)  # here
    requests.get(URL, timeout=5)
""",
    "responses, session with its own send": """
class Session(requests.Session):
    def send(self, request, **options):
        return self.get_adapter(request.url).send(request, **options)

@responses.activate
def test_it():
    responses.get(URL, json=BAD)  # here
    assert Session().get(URL).json() == BAD
""",
    "an adapter of the team": """
def test_it():
    session = requests.Session()
    session.mount("https://", Adapter())
    session.get(URL)
""",
    "requests streamed to the end": """
@responses.activate
def test_it():
    responses.get(URL, json=BAD)  # here
    for part in requests.get(URL, stream=True, timeout=5).iter_content(3):
        pass
""",
    "requests streamed by lines": """
@responses.activate
def test_it():
    responses.get(URL, json=BAD)  # here
    with requests.get(URL, stream=True, timeout=5) as response:
        assert list(response.iter_lines(decode_unicode=True))
""",
    "httpx streamed to the end": """
@pytest.mark.parametrize("read", ["iter_bytes", "iter_raw", "iter_text", "iter_lines"])
@pytest.mark.parametrize("package", [httpx, httpx2])
def test_it(package, read):
    headers = {"content-type": "application/json", "content-encoding": "gzip"}

    def handle(request):
        stream = package.ByteStream(gzip.compress(b'{"data": null}'))
        return package.Response(200, headers=headers, stream=stream)  # here

    transport = package.MockTransport(handle)
    with package.Client(transport=transport) as client, client.stream("GET", URL) as response:
        assert list(getattr(response, read)())
""",
    "httpx2 async, streamed to the end": """
def test_it():
    async def call():
        def handle(request):
            stream = httpx2.ByteStream(b'{"data": null}')
            return httpx2.Response(200, headers={"content-type": "application/json"}, stream=stream)  # here

        transport = httpx2.MockTransport(handle)
        async with httpx2.AsyncClient(transport=transport) as client, client.stream("GET", URL) as response:
            assert [part async for part in response.aiter_bytes()]
    anyio.run(call)
""",
    "a client with its own send": """
class Client(httpx.Client):
    def send(self, request, **options):
        return super().send(request, **options)

def test_it():
    with Client(transport=httpx.MockTransport(lambda request: httpx.Response(200, json=BAD))) as client:  # here
        client.get(URL)
""",
    "a send in another's place": """
def send(client, request, **options):
    return client._send_handling_auth(request, auth=httpx.Auth(), follow_redirects=False, history=[])

def test_it(monkeypatch):
    monkeypatch.setattr(httpx.Client, "send", send)
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=BAD))  # here
    with httpx.Client(transport=transport) as client:
        client.get(URL).read()
""",
    "aioresponses": """
def test_it():
    async def call():
        with aioresponses() as mock:
            mock.get(URL, payload=BAD)  # here
            async with aiohttp.ClientSession() as session, session.get(URL) as response:
                assert await response.json() == BAD
    asyncio.run(call())
""",
    "vcrpy": """
CASSETTE = '''
interactions:
- request: {body: null, headers: {}, method: GET, uri: "%s"}
  response:
    body: {string: '{"data": null}'}
    headers: {content-type: [application/json]}
    status: {code: 200, message: OK}
version: 1
''' % URL

@pytest.mark.parametrize("get", [httpx.get, httpx2.get, requests.get, lambda url: urllib3.request("GET", url)])
def test_it(get, tmp_path):
    (tmp_path / "cassette.yaml").write_text(CASSETTE)
    with vcr.use_cassette(str(tmp_path / "cassette.yaml"), record_mode="none"):
        get(URL)
""",
    "respx": """
@respx.mock
def test_it():
    respx.get(URL).respond(json=BAD)  # here
    httpx.get(URL)
""",
}


@pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES)
def test_every_tool_is_seen_and_its_line_is_named(run, suite):
    """Each test fails, once, by the first line; the place is never in a tool."""
    source = (HEAD + suite).strip("\n")
    done = run(source, "--plugchoice-check")
    outcomes, shown = done.parseoutcomes(), done.stdout.str()
    assert outcomes == {"failed": outcomes.get("failed")}
    done.stdout.fnmatch_lines(["/data is null: must be object, not null"])
    assert f"{outcomes['failed']} answers of the API's host checked: {outcomes['failed']} errors" in shown
    assert not [line for line in shown.splitlines() if "mocked at" in line and "site-packages" in line]
    here = [number for number, line in enumerate(source.splitlines(), 1) if line.endswith("# here")]
    assert all(f".py:{number}" in shown for number in here)


CHARGER = """
CHARGER = {"public_code": "AB12", "name": "Car park", "online": True, "preauth_amount": 5000, "connectors": [],
    "pricing": {"currency": "EUR", "price_per_kwh": 49, "start_fee": 35}}
"""

OMITTED = {
    "ok without any header": ("json={'data': CHARGER}", 0, "1 of them leave out headers"),
    "404 without any header": ("status=404, json={'message': 'Not Found'}", 0, "1 of them leave out headers"),
    "429 without Retry-After": (
        "status=429, json={'message': 'Too Many Attempts.'}, headers=HEADERS | {'X-RateLimit-Remaining': '0'}",
        1,
        "retry-after is missing: must be whole seconds",
    ),
    "a wrong limit": ("json={'data': CHARGER}, headers=HEADERS | {'X-RateLimit-Limit': '7'}", 1, "-limit is 7"),
    "no data": ("json={}", 1, "/data is missing: must be object"),
}


@pytest.mark.parametrize(("answer", "failed", "shown"), OMITTED.values(), ids=OMITTED)
@pytest.mark.parametrize("strict", [(), ("--plugchoice-strict",)])
def test_omitted_headers_are_counted_and_wrong_ones_fail(run, answer, failed, shown, strict):
    """Nobody writes rate-limit and CORS headers into a mock of a success."""
    test = f"@responses.activate\ndef test_it():\n    responses.get(URL, {answer})\n    requests.get(URL)\n"
    done = run(HEAD + CHARGER + test, "--plugchoice-check", *strict)
    done.assert_outcomes(failed=failed, passed=1 - failed)
    assert shown in done.stdout.str().lower()


MANY = """
from answers import CREATED, LIMITS, BASE, TOKEN
import httpx, pytest

@pytest.mark.parametrize("time", range(2))
def test_it(time):
    data = CREATED | {"status": "authorised", "connector_id": None, "charger": None, "connector_status": "Busy"}
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json={"data": data}, headers=LIMITS))
    with httpx.Client(transport=transport) as client:
        for _ in range(3):
            client.post(f"{BASE}/sessions/{TOKEN}/confirm")
"""


def test_a_finding_is_one_line_and_a_place_is_told_once(run, pytester, request):
    answers = request.path.with_name("answers.py")
    (pytester.path / "answers.py").write_text(answers.read_text())
    done = run(MANY, "--plugchoice-check", "-p", "no:randomly")
    done.assert_outcomes(failed=2)
    lines = done.stdout.lines
    first = next(number for number, line in enumerate(lines) if "_ test_it[0] _" in line) + 1
    failure = lines[first : lines.index("", first)]
    fields = (
        'connector_status is "Busy": not a connector status; it is one of',
        "connector_id is null",
        "charger is null",
    )
    assert '/data/status is "authorised": not a status; did you mean "authorized"?' in failure
    assert all(sum(field in line for line in failure) == 1 for field in fields)
    assert (len(failure), sum("mocked at" in line for line in failure)) == (5, 1)
    summary = [line for line in lines if line.startswith("errors: ")]
    assert len(summary) == 4
