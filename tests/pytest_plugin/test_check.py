"""`--plugchoice-check`: whoever mocked it, an answer that the API can't give fails its test."""

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

answers: Any = ModuleType("answers")
exec(Path(__file__).with_name("answers.py").read_text(), answers.__dict__)

SUITE = """
import json, pathlib
import anyio, httpx, httpx2, pytest, requests, responses, respx

ANSWERS = json.loads(pathlib.Path(__file__).with_name("answers.json").read_text())

@pytest.fixture(params=ANSWERS)
def answer(request):
    return ANSWERS[request.param]
"""

RESPX = """
@respx.mock
def test_respx(answer):
    respx.request(answer["method"], answer["url"]).respond(
        answer["status"], json=answer["json"], headers=answer["headers"])
    httpx.request(answer["method"], answer["url"])
"""
PYTEST_HTTPX = """
def test_pytest_httpx(answer, httpx_mock):
    httpx_mock.add_response(
        url=answer["url"], status_code=answer["status"], json=answer["json"], headers=answer["headers"])
    httpx.request(answer["method"], answer["url"])
"""
RESPONSES = """
@responses.activate
def test_responses(answer):
    responses.add(
        answer["method"], answer["url"], json=answer["json"], status=answer["status"], headers=answer["headers"])
    requests.request(answer["method"], answer["url"], timeout=5)
"""
TRANSPORT = """
@pytest.mark.parametrize("package", [httpx, httpx2])
def test_transport(answer, package):
    def handle(request):
        return package.Response(answer["status"], json=answer["json"], headers=answer["headers"])
    with package.Client(transport=package.MockTransport(handle)) as client:
        client.request(answer["method"], answer["url"])
"""
ASYNC_TRANSPORT = """
@pytest.mark.parametrize("package", [httpx, httpx2])
def test_async_transport(answer, package):
    async def handle(request):
        return package.Response(answer["status"], json=answer["json"], headers=answer["headers"])
    async def call():
        async with package.AsyncClient(transport=package.MockTransport(handle)) as client:
            await client.request(answer["method"], answer["url"])
    anyio.run(call)
"""

TOOLS = {
    "respx": (RESPX, 1),
    "pytest-httpx": (PYTEST_HTTPX, 1),
    "responses": (RESPONSES, 1),
    "transport": (TRANSPORT, 2),
    "async-transport": (ASYNC_TRANSPORT, 2),
}
"""A suite for each tool that mocks, and how many tests it makes of each answer."""


@pytest.fixture(params=list(TOOLS.values()), ids=list(TOOLS))
def tool(request):
    """One tool's suite, and its number of tests for each answer."""
    return request.param


@pytest.fixture
def check(run, pytester):
    """Run a suite with the check on, over some answers."""

    def check(source, mocks, *options):
        (pytester.path / "answers.json").write_text(
            json.dumps({name: mock.plain() for name, mock in mocks.items()})
        )
        return run(SUITE + source, "--plugchoice-check", *options)

    return check


def test_enough_mocks_are_planted():
    assert len(answers.BAD) >= 20
    assert len(answers.GOOD) >= 20


def test_every_bad_mock_fails_its_test_under_strict(check, tool):
    source, times = tool
    check(source, answers.BAD, "--plugchoice-strict").assert_outcomes(failed=len(answers.BAD) * times)


def test_no_good_mock_fails_its_test(check, tool):
    source, times = tool
    done = check(source, answers.GOOD, "--plugchoice-strict")
    done.assert_outcomes(passed=len(answers.GOOD) * times)
    done.stdout.fnmatch_lines(
        [f"{len(answers.GOOD) * times} answers of the API's host checked: 0 errors, 0 warn*"]
    )


def test_what_is_only_inferred_is_a_warning(check):
    bad = {"captured-without-amount": answers.BAD["captured-without-amount"]}
    done = check(RESPX, bad)
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(
        [
            "1 answers of the API's host checked: 0 errors, 1 warnings, 0 notes.",
            "1 of them leave out headers that the API sends (rate limit, CORS): incomplete, not wrong.",
            "warnings: status.captured-has-capture: /data/amount_captured is null: must be set*",
        ]
    )


def test_without_the_option_nothing_is_checked(run, pytester):
    (pytester.path / "answers.json").write_text(json.dumps({"bad": answers.BAD["status-null"].plain()}))
    done = run(SUITE + RESPX)
    done.assert_outcomes(passed=1)
    done.stdout.no_fnmatch_line("*plugchoice check*")


@pytest.mark.parametrize(
    ("source", "line"),
    [(RESPX, "respx.request"), (PYTEST_HTTPX, "httpx_mock.add"), (RESPONSES, "responses.add")]
    + [(source, "package.Response") for source in (TRANSPORT, ASYNC_TRANSPORT)],
    ids=TOOLS,
)
def test_a_break_names_the_line_that_mocked_it(check, source, line):
    done = check(source, {"bad": answers.BAD["status-null"]})
    written = (SUITE + source).lstrip("\n").splitlines()
    number = next(at for at, text in enumerate(written, 1) if line in text)
    done.stdout.fnmatch_lines([f"*mocked at *test_a_break_names_the_line_that_mocked_it.py:{number}*"])


BROKEN = answers.BAD["status-null"].plain()
CONFIRM = f"""
import httpx, pytest, respx

URL = {BROKEN["url"]!r}

def confirm(json={BROKEN["json"]!r}):
    with respx.mock:
        respx.post(URL).respond(200, json=json, headers={BROKEN["headers"]!r})
        return httpx.post(URL)
"""


def test_a_failure_begins_with_the_finding_and_names_the_way_on(run):
    done = run(CONFIRM + "\ndef test_it():\n    confirm()", "--plugchoice-check")
    done.stdout.fnmatch_lines(
        [
            "*_ test_it _*",
            "/data/status is null: must be string, not null",
            "  in POST https://app.plugchoice.com/*/sessions/token~*/confirm*200, mocked at *.py:*",
            "The API does not answer like this: nulls.only-where-documented (plugproof rules nulls.*",
            "*plugchoice(check=False)*",
            "FAILED *::test_it*",
        ]
    )
    assert answers.TOKEN not in done.stdout.str()


def test_a_failing_test_gets_the_breaches_as_a_section(run):
    """A test that fails by itself gets the breaches as a section of its report."""
    done = run(CONFIRM + "\ndef test_it():\n    confirm()\n    assert not 'mine'", "--plugchoice-check")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["E*assert not 'mine'", "*plugchoice-check*", "/data/status is null*"])


def test_a_break_in_setup_or_teardown_fails_as_well(run):
    done = run(
        CONFIRM
        + """
@pytest.fixture
def before():
    confirm()

@pytest.fixture
def after():
    yield
    confirm()

def test_before(before):
    pass

def test_after(after):
    pass

def test_neither():
    pass
""",
        "--plugchoice-check",
    )
    done.assert_outcomes(failed=1, passed=2, errors=1)


def test_a_marker_allows_impossible_answers(run):
    done = run(
        CONFIRM + "\n@pytest.mark.plugchoice(check=False)\ndef test_it():\n    confirm()", "--plugchoice-check"
    )
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(["1 answers*1 errors*", "errors: nulls.only-where-documented: *"])


def test_an_option_allows_the_breaks_of_one_rule(run):
    source = CONFIRM + "\ndef test_it():\n    confirm()"
    allow = "--plugchoice-allow=nulls.only-where-documented"
    run(source, "--plugchoice-check", allow).assert_outcomes(passed=1)


def test_an_unknown_rule_is_refused_with_those_that_are_known(run):
    done = run(CONFIRM, "--plugchoice-check", "--plugchoice-allow=nulls")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["*there is no rule 'nulls'; there are*", "*nulls.only-where-documented"])


def test_what_a_fake_answers_is_not_checked(run):
    done = run(
        """
import httpx

def test_it(plugchoice):
    session = plugchoice.seed_session("captured").set(amount_captured=-1)
    plugchoice.faults.add("get", "malformed")
    httpx.get(session.url())
""",
        "--plugchoice-check",
    )
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(["0 answers*", "1 more were given by a fake*"])


def test_other_hosts_are_not_checked(run):
    done = run(CONFIRM.replace("app.plugchoice.com", "example.org") + "\ndef test_it():\n    confirm()",
               "--plugchoice-check")  # fmt: skip
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(["0 answers*"])


STREAMED = (
    CONFIRM
    + """
def stream():
    with respx.mock, httpx.Client() as client:
        respx.post(URL).respond(200, json={"data": None})
        with client.stream("POST", URL) as response:
            yield response

def test_read():
    for response in stream():
        response.read()

def test_unread():
    for response in stream():
        pass
"""
)


def test_a_streamed_answer_is_checked_once_it_was_read(run):
    done = run(STREAMED, "--plugchoice-check")
    done.assert_outcomes(failed=1, passed=1)
    done.stdout.fnmatch_lines(["1 more were streamed and not read whole*"])


REDIRECTED = """
import httpx, requests, responses, respx

ELSEWHERE = "https://example.org/"

@respx.mock
def with_httpx(source, target):
    respx.get(source).respond(307, headers={"location": target})
    respx.get(target).respond(404, json={"message": "Not Found"})
    httpx.get(source, follow_redirects=True)

@responses.activate
def with_requests(source, target):
    responses.get(source, status=307, headers={"location": target})
    responses.get(target, status=404, json={"message": "Not Found"})
    requests.get(source, timeout=5)
"""


@pytest.mark.parametrize("client", ["with_httpx", "with_requests"])
@pytest.mark.parametrize(
    ("source", "target", "answered"),
    [
        ("ELSEWHERE", "URL", 1),
        ("URL", "ELSEWHERE", 1),
        ("URL", "URL + '/other'", 2),
        ("ELSEWHERE", "ELSEWHERE + '2'", 0),
    ],
)
def test_every_answer_on_a_redirects_way_is_checked_once(run, client, source, target, answered):
    done = run(
        f"{REDIRECTED}\nURL = {BROKEN['url']!r}\ndef test_it(): {client}({source}, {target})", "--plugchoice-check"
    )
    done.stdout.fnmatch_lines([f"{answered} answers*"])


def test_workers_hand_over_what_they_counted(run_apart, two_workers):
    test = '\n@pytest.mark.parametrize("time", range(4))\ndef test_it(time):\n    confirm()'
    done = run_apart(CONFIRM + test, "--plugchoice-check", *two_workers)
    done.assert_outcomes(failed=4)
    done.stdout.fnmatch_lines(["4 answers*: 4 errors*", "*(4 ×)*"])


def test_a_run_leaves_the_clients_as_they_were(run):
    code = """
import httpx, httpx2, requests, responses, pytest_httpx

def methods():
    return [httpx.Client.send, httpx2.AsyncClient.send, requests.Session.send, httpx.Response.__init__,
            responses.Response.get_response, pytest_httpx.HTTPXMock.add_callback]
"""
    namespace: dict[str, Any] = {}
    exec(code, namespace)
    before = namespace["methods"]()
    run(CONFIRM + "\ndef test_it():\n    confirm()", "--plugchoice-check")
    assert namespace["methods"]() == before
