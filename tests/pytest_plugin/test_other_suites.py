"""A suite that uses nothing of ours does not notice us."""

import re

import pytest

SUITE = """
import unittest
import pytest

class TestUnit(unittest.TestCase):
    def test_sub(self):
        for number in range(3):
            with self.subTest("of three", number=number):
                self.assertLess(number, 3)

def test_subtests(subtests):
    for number in range(3):
        with subtests.test(msg="of three", number=number):
            assert number < 3

def test_failing_subtest(subtests):
    with subtests.test(msg="bad", token="0123456789abcdef0123"):
        assert False

def test_output(record_property, capsys):
    print("token = '0123456789abcdef0123'")
    record_property("token", "0123456789abcdef0123")

def test_failing():
    client_secret = "pi_1234567890_secret_abcdefgh"
    assert client_secret == ""
"""

with_subtests = pytest.mark.skipif(pytest.version_tuple < (9,), reason="pytest 9 brought the fixture `subtests`")


@with_subtests
@pytest.mark.parametrize("uses", [False, True])
def test_subtests_pass_as_without_us(run, uses):
    """The context of a subtest has slots, and passing ones are reported, too."""
    using = "\n@pytest.fixture(autouse=True)\ndef using(plugchoice):\n    plugchoice.start_session()\n"
    more = using if uses else ""
    done = run(SUITE + more, "-rA", "-o", "verbosity_subtests=1")
    outcomes = done.parseoutcomes()
    assert (outcomes["failed"], outcomes["passed"]) == (3, 3)
    assert "INTERNALERROR" not in done.stdout.str()
    shown = "pi_1234567890_secret_abcdefgh" in done.stdout.str()
    assert shown is not uses


def test_reports_of_other_suites_read_as_without_us(run):
    """Apart from times, the output is the same to the letter."""
    with_us, without = (
        re.sub(r"0x[0-9a-f]+|=+ .* in [0-9.]+s", "", run(SUITE, "-rA", *more).stdout.str())
        for more in ((), ("-p", "no:plugproof_pytest.plugin"))
    )
    assert with_us == without


@with_subtests
def test_a_suite_of_subtests_runs_on_two_workers(run_apart, two_workers):
    done = run_apart(SUITE, *two_workers)
    assert done.parseoutcomes()["failed"] == 3


PLUGINS = """
import pytest

class Odd:
    __slots__ = ("nodeid", "outcome", "when", "longrepr", "sections", "duration", "keywords", "location")

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    report.item = item
    report.config = item.config
    report.extras = [{"content": object(), "loop": item}]
    report._json_report_extra = {"call": call, "log": [{"msg": "x"}]}
"""


def test_attributes_of_other_plugins_are_left_as_they_are(run, pytester):
    """Items, configs and the like hang on reports; nobody walks through them or changes them."""
    pytester.makeconftest(PLUGINS)
    done = run("def test_it(plugchoice):\n    plugchoice.start_session()\n    assert plugchoice.sessions == []\n")
    done.assert_outcomes(failed=1)
    assert "INTERNALERROR" not in done.stdout.str()


def test_failing_tests_with_thousands_of_sessions_are_fast(run):
    """Three failures over 4,000 sessions each: what they show is clean, and pytest waits for no redaction."""
    done = run(
        """
import pytest, time

@pytest.mark.parametrize("number", range(3))
def test_it(plugchoice, number):
    tokens = [str(plugchoice.start_session("HAPPY").url()) for _ in range(1000)]
    print(tokens)
    assert tokens == []
""",
        "--durations=0",
    )
    done.assert_outcomes(failed=3)
    assert "sessions/token~redacted" in done.stdout.str()
