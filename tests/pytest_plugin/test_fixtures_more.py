"""Defaults of a suite, sleep on the fake's clock, answers by hand, and routes that never match."""

import pytest

from plugproof_contracts.facts.operations import BASE_URL
from plugproof_mockserver import FakePlugchoice

URL = f"{BASE_URL}/v3/public-charging/chargers/HAPPY"
HEAD = f"import time, threading, httpx, pytest, respx, requests\n\nURL = {URL!r}\n"

SETTINGS = """
@pytest.fixture(scope="session")
def plugchoice_settings():
    return {settings}
"""


def test_a_suites_defaults_stand_where_the_marker_says_nothing(run):
    settings = SETTINGS.replace("{settings}", "{'scenario': 'DECLINED', 'hold': 700}")
    done = run(
        HEAD
        + settings
        + """
def test_defaults(plugchoice):
    assert (plugchoice.world.settings.scenario, plugchoice.world.settings.hold) == ("DECLINED", 700)

@pytest.mark.plugchoice(scenario="HAPPY")
def test_marker(plugchoice_server):
    rules = plugchoice_server.fake.world.settings
    assert (rules.scenario, rules.hold) == ("HAPPY", 700)
"""
    )
    done.assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ("{'holt': 1}", "there is no argument 'holt'; did you mean 'hold'? It takes seed, clock,"),
        ("{'check': False}", "there is no argument 'check'"),
        ("{'hold': -1}", "hold can't be -1"),
    ],
)
def test_wrong_defaults_are_told_by_the_name_of_the_fixture(run, settings, complaint):
    done = run(HEAD + SETTINGS.replace("{settings}", settings) + "\ndef test_it(plugchoice):\n    pass\n")
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines([f"*fixture plugchoice_settings: *{complaint}*"])


def test_sleep_passes_on_the_fakes_clock_and_ends_with_the_test(run):
    """Threads that run already, such as a server's, go on sleeping in earnest."""
    done = run(
        HEAD
        + """
stop, before = threading.Event(), time.sleep

@pytest.fixture(scope="module")
def other():
    naps = []
    def work():
        stop.wait(60)
        time.sleep(0.001)
    thread = threading.Thread(target=work)
    thread.start()
    yield thread

def test_it(other, plugchoice, plugchoice_sleep):
    start = plugchoice.clock.now
    time.sleep(90)
    time.sleep(0)
    worker = threading.Thread(target=lambda: time.sleep(30))
    worker.start()
    worker.join()
    stop.set()
    other.join()
    assert plugchoice_sleep == [90, 30]
    assert (plugchoice.clock.now - start).total_seconds() == 120

def test_after():
    assert time.sleep is before
"""
    )
    done.assert_outcomes(passed=2)


# Answers by hand.


@pytest.mark.breaches
def test_an_answer_by_hand_takes_the_operations_place():
    """The last one that was prepared wins, the journal notes it, limits count, and reset forgets it."""
    import httpx

    fake = FakePlugchoice()
    session = fake.seed_session("authorized")
    with httpx.Client(transport=fake.transport()) as client:
        fake.respond("*", status=503, headers={"Retry-After": "3"})
        fake.respond("confirm", status=502, json={"message": "Bad Gateway"}, first=1)
        answers = [client.post(session.url("confirm")) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [502, 503]
        assert answers[0].json() == {"message": "Bad Gateway"}
        assert answers[0].headers["content-type"] == "application/json"
        assert (answers[1].headers["retry-after"], answers[1].content) == ("3", b"")
        assert answers[1].headers["x-ratelimit-remaining"] == "8"
        assert [entry.status for entry in fake.journal] == [502, 503]
        assert session.status == "authorized"
        fake.reset()
        assert client.get(URL).status_code == 200


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (
            {"operation": "confrim"},
            "operation of FakePlugchoice.respond can't be 'confrim'; did you mean confirm? It must be one of",
        ),
        ({"operation": "get", "status": 99}, "the status of an answer by hand can't be 99"),
        ({"operation": "get", "status": 100}, "a final HTTP status, such as 502"),
        ({"operation": "get", "first": 0}, "a whole number from 1"),
        ({"operation": "get", "json": {}, "content": "x"}, "either json or content"),
        ({"operation": "get", "headers": {"X-A": "a\r\nb"}}, "header x-a of an answer by hand can't be"),
        ({"operation": "get", "headers": {"Content-Length": "1"}}, "it follows from the body"),
    ],
)
def test_a_wrong_answer_by_hand_is_told(arguments, complaint):
    with pytest.raises(ValueError, match=r"can.t be|has either") as told:
        FakePlugchoice().respond(**arguments)
    assert complaint in str(told.value)


def test_the_server_gives_answers_by_hand(run):
    done = run(
        HEAD
        + """
def test_it(plugchoice_server):
    plugchoice_server.fake.respond("charger", status=502, content=b"Bad Gateway")
    answer = requests.get(f"{plugchoice_server.url}/v3/public-charging/chargers/HAPPY", timeout=5)
    assert (answer.status_code, answer.text) == (502, "Bad Gateway")
"""
    )
    done.assert_outcomes(passed=1)


# Routes that never match.

ROUTES = {
    "respx_mock": """
def test_it(plugchoice, respx_mock):
    respx_mock.get(URL).respond(502)
    httpx.get(URL)
""",
    "respx.mock": """
def test_it(plugchoice):
    with respx.mock(assert_all_called=False) as router:
        router.get(host="app.plugchoice.com").respond(502)
        httpx.get(URL)
""",
    "httpx_mock": """
@pytest.mark.httpx_mock(assert_all_responses_were_requested=False)
def test_it(plugchoice, httpx_mock):
    httpx_mock.add_response(url=URL, status_code=502)
    httpx.get(URL)
""",
}


@pytest.mark.parametrize("source", ROUTES.values(), ids=ROUTES)
def test_a_route_that_never_matches_is_told(run, source):
    done = run(HEAD + source)
    done.stdout.fnmatch_lines(['*UnreachableRouteWarning: *never matches: *plugchoice.respond("get", status=502*'])


@pytest.mark.parametrize(
    "body",
    [
        "router.get('https://example.org').respond(204); httpx.get('https://example.org')",
        "router.route().respond(204); httpx.get('https://example.org'); httpx.get(URL)",
        "router.route(host='app.plugchoice.com').pass_through(); httpx.get(URL)",
        "httpx.get(URL)",
    ],
)
def test_other_routes_are_no_reason_to_warn(run, body):
    with_router = f"    with respx.mock(assert_all_called=False) as router:\n        {body}\n"
    done = run(f"{HEAD}def test_it(plugchoice):\n{with_router}", "-W", "error")
    done.assert_outcomes(passed=1)


INI = ("-o", "plugchoice_facts=plugproof.toml")

HOLD = """
def test_hold(plugchoice):
    assert plugchoice.world.settings.hold == {hold}
"""


@pytest.mark.parametrize(("arguments", "hold"), [((), 4000), (("--plugchoice-facts=other.toml",), 300)])
def test_an_ini_file_names_the_facts_of_every_fake(pytester, run, arguments, hold):
    """What was learned holds for all fakes; the option goes before the ini file."""
    pytester.path.joinpath("plugproof.toml").write_text("hold = 4000")
    pytester.path.joinpath("other.toml").write_text("hold = 300")
    run(HOLD.format(hold=hold), *INI, *arguments).assert_outcomes(passed=1)


def test_a_marker_goes_before_the_facts(pytester, run):
    """The closest word is the last one."""
    pytester.path.joinpath("plugproof.toml").write_text("hold = 4000")
    run("import pytest\n\n@pytest.mark.plugchoice(hold=70)" + HOLD.format(hold=70), *INI).assert_outcomes(passed=1)


def test_facts_that_cannot_be_read_fail_in_one_line(pytester, run):
    """The line names the file and the value, and there is no traceback."""
    pytester.path.joinpath("plugproof.toml").write_text("vat = 101")
    done = run(HOLD.format(hold=5000), *INI)
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*the facts file *plugproof.toml: vat can't be 101*"])
    done.stdout.no_fnmatch_line("*Traceback*")
