"""The verdict tells what conforms, what is broken and what nobody checked apart; a baseline ends in time."""

from datetime import date
from pathlib import Path

import pytest

from plugproof_contracts.adapters.ndjson import to_ndjson
from plugproof_contracts.checking.baseline import BaselineError, read_baseline
from plugproof_contracts.conformance.recordings import inspect
from plugproof_contracts.facts.level import Level
from plugproof_contracts.reports.builder import MOST_REASONS, Evidence, ReportPolicy
from plugproof_contracts.reports.formats import render
from plugproof_contracts.reports.report_model import (
    Breach,
    Problem,
    RuleState,
    Source,
    State,
    Verdict,
    place,
    problem_place,
    read_on,
    skipped_text,
    tally,
    worst,
)
from plugproof_contracts.rules import RULES
from plugproof_contracts.rules.examples import TOKEN, failure, success

TODAY = date(2026, 1, 10)
FINE = success("get", "charging")
BROKEN = success("get", "charging", cost_amount=5001)
DOUBTFUL = success("get", "charging", cost_amount=-1)
NOTED = failure(404, "Not Found", headers={"access-control-allow-origin": "https://h"})
FOREIGN = FINE.replace(url="https://example.org/")
PREFLIGHT = FINE.replace(method="OPTIONS", status=204)
DOWN = FINE.replace(status=502)
DAMAGED = b"{nothing\n"


@pytest.fixture
def inspected(tmp_path):
    """Write files of exchanges or bytes, and inspect them."""

    def inspected(*files, **terms):
        paths = []
        for number, entries in enumerate(files):
            paths.append(tmp_path / f"{number}.ndjson")
            lines = [entry if isinstance(entry, bytes) else to_ndjson(entry) for entry in entries]
            paths[-1].write_bytes(b"".join(lines))
        return inspect(paths, ReportPolicy(**{"today": TODAY} | terms))

    return inspected


@pytest.mark.parametrize(
    ("files", "strict", "verdict", "code"),
    [
        ([[FINE]], False, Verdict.CONFORMS, 0),
        ([[BROKEN]], False, Verdict.BROKEN, 1),
        ([[DOUBTFUL]], False, Verdict.CONFORMS, 0),
        ([[DOUBTFUL]], True, Verdict.BROKEN, 1),
        ([[NOTED]], True, Verdict.CONFORMS, 0),
        ([[FINE, DAMAGED]], False, Verdict.UNCHECKED, 3),
        ([[FINE, DOWN]], False, Verdict.UNCHECKED, 3),
        ([[b"no recording"]], False, Verdict.UNCHECKED, 3),
        ([[FOREIGN]], False, Verdict.NOTHING, 5),
        ([[PREFLIGHT]], False, Verdict.NOTHING, 5),
        ([[BROKEN, DAMAGED]], False, Verdict.BROKEN, 1),
        ([[FINE], [BROKEN]], False, Verdict.BROKEN, 1),
        ([[b""], [BROKEN]], False, Verdict.BROKEN, 1),
        ([[FINE], [FOREIGN]], False, Verdict.NOTHING, 5),
        ([[FOREIGN], [DAMAGED]], False, Verdict.UNCHECKED, 3),
        ([], False, Verdict.NOTHING, 5),
    ],
)
def test_the_verdict_is_the_worst_of_all_files(inspected, files, strict, verdict, code):
    report = inspected(*files, strict=strict)
    assert report.verdict is verdict
    assert report.verdict.exit_code == code
    assert worst(source.verdict for source in report.sources) is verdict


def test_no_verdict_but_conforming_is_zero():
    assert [verdict for verdict in Verdict if verdict.exit_code == 0] == [Verdict.CONFORMS]


def test_what_is_skipped_is_counted_with_its_reason(inspected):
    (source,) = inspected([FINE, FOREIGN, FOREIGN, PREFLIGHT]).sources
    assert source.read == 1
    assert source.skipped == {"of other APIs": 2, "preflights": 1}


def test_hosts_are_told_apart_and_judged_apart(inspected):
    other = FINE.replace(url=FINE.url.replace("app.", "staging."), at=FINE.at)
    (source,) = inspected([FINE, other]).sources
    assert source.bases == ("https://app.plugchoice.com/api", "https://staging.plugchoice.com/api")
    assert source.verdict is Verdict.CONFORMS
    assert "exchanges with 2 base URLs" in render("text", inspected([FINE, other])).decode()


def without_time(status, after, remaining=29, without=""):
    return success("get", status, after=after, remaining=remaining, without=without).replace(at=None)


def test_without_times_the_dates_of_the_answers_give_the_order(inspected):
    """Some tools list the newest first, and equal dates too then."""
    rows = [without_time("captured", 9, 27), without_time("settling", 9, 28), without_time("charging", 0)]
    assert inspected(rows, strict=True).verdict == "conforms"
    assert inspected([rows[2], rows[0], rows[1]], strict=True).verdict == "broken"


def test_without_times_and_dates_the_order_is_that_of_the_file(inspected):
    late, early = without_time("captured", 9), without_time("charging", 0, without="date")
    report = inspected([late, early], strict=True)
    assert [breach.entry for breach in report.breaches if breach.rule == "trace.lifecycle"] == [2]


def test_what_is_given_again_is_judged_once(inspected):
    """Joined recordings overlap; the same answer a second later is another one."""
    report = inspected([BROKEN, BROKEN, success("get", "charging", cost_amount=5001, after=2)])
    assert [breach.entry for breach in report.breaches if breach.counts] == [1, 3]
    assert report.sources[0].skipped == {"copies of other entries": 1}


def test_equal_answers_without_a_count_are_several(inspected):
    one = success("get", "charging", cost_amount=5001, without="x-ratelimit-remaining")
    assert inspected([one, one]).sources[0].read == 2


@pytest.mark.parametrize(
    ("one", "verdict"),
    [
        (FINE, "conforms"),
        (FINE.replace(body=None), "conforms, but no body was judged"),
        (FINE.replace(method="HEAD", body=b"{}"), "could not check"),
        (NOTED, "conforms"),
        (BROKEN.replace(status=299, body=None), "broken"),
    ],
)
def test_a_verdict_without_a_body_says_so(inspected, one, verdict):
    report = inspected([one])
    assert report.verdict_text == verdict
    if report.caveat:
        for format_ in ("text", "markdown", "html", "junit", "json", "sarif", "github"):
            assert report.caveat in render(format_, report).decode()


def test_an_annotation_says_that_nothing_was_checked(inspected):
    assert (
        render("github", inspected([FOREIGN])).decode()
        == "::error title=nothing was checked::no rule was checked\n"
    )


def test_a_finding_names_its_entry_in_a_file_out_of_order(inspected):
    """A finding names its entry, also where the file is out of order."""
    early = success("get", "charging", after=0, cost_amount=5001)
    late = success("get", "charging", after=60)
    report = inspected([FOREIGN, late, early])
    assert [(breach.rule, breach.entry) for breach in report.breaches if breach.counts] == [
        ("money.cost-within-hold", 3)
    ]


def test_equal_problems_are_counted_and_many_are_put_together(inspected):
    (problem,) = inspected([FINE, *[DAMAGED] * 3]).problems
    assert (problem.entry, problem.count) == (2, 3)
    length = {"content-length": "999"}
    many = inspected([success("get", headers=length).replace(body=b"{" * n) for n in range(50)])
    assert len(many.problems) == 21
    assert sum(problem.count for problem in many.problems) == 50


def test_the_states_of_the_rules_add_up(inspected):
    report = inspected([BROKEN])
    states = {rule.slug: rule.state for rule in report.rules}
    assert list(states) == list(RULES)
    assert states["money.cost-within-hold"] is State.BROKEN
    assert states["money.not-negative"] is State.PASSED
    assert states["request.email-is-kept"] is State.NOT_APPLICABLE
    counts = tally(report.rules)
    assert counts["known"] >= counts["applicable"] >= counts["checked"] > counts["passed"]
    assert report.counts["rules passed"] == counts["passed"]


def test_seen_statuses_are_in_the_order_of_the_lifecycle(inspected):
    """The statuses that a recording shows are in the order of the lifecycle."""
    report = inspected([success("get", "captured", after=9), success("get", "created")])
    assert report.seen == ("created", "captured")


def test_a_known_reason_is_counted_when_there_is_no_more_room():
    """A known reason is counted even if there is no room for another one."""
    found = Evidence("a.har")
    for number in range(MOST_REASONS):
        found.note(f"reason {number}", number)
    for reason in ("reason 3", "another", "reason 3", "yet another"):
        found.note(reason, 99)
    assert found.problems["reason 3"] == Problem("a.har", "reason 3", 3, 3)
    assert found.problems["damaged in other ways"] == Problem("a.har", "damaged in other ways", 2, 99)
    assert len(found.problems) == MOST_REASONS + 1


def test_what_was_seen_and_counted_is_that_of_all_files(inspected):
    elsewhere = [one.replace(url=one.url.replace("app.", "a.")) for one in (FINE, FOREIGN)]
    report = inspected([success("get", "captured")], [FINE, *elsewhere, PREFLIGHT, FOREIGN])
    assert report.seen == ("charging", "captured")
    assert (report.counts["files"], report.counts["exchanges read"], report.counts["entries skipped"]) == (2, 3, 3)
    assert list(report.sources[1].skipped) == ["of other APIs", "preflights"]
    assert report.sources[1].bases == ("https://a.plugchoice.com/api", "https://app.plugchoice.com/api")


def test_a_breach_says_the_rule_and_place_with_numbered_tokens(inspected):
    """A breach says what is required and where, and names tokens by number."""
    other = BROKEN.replace(url=BROKEN.url.replace(TOKEN, "another-session"))
    report = inspected([BROKEN, other, success("get", "charging", cost_amount=5001, after=1, remaining=28)])
    found = [one for one in report.breaches if one.counts]
    assert {one.requirement for one in found} == {RULES["money.cost-within-hold"].requirement}
    assert [one.where.partition("sessions/")[2].partition(" ")[0] for one in found] == [
        "token~1",
        "token~2",
        "token~1",
    ]
    assert {Path(one.file).name for one in found} == {"0.ndjson"}


@pytest.mark.parametrize(
    ("breach", "words"),
    [
        ({"file": "a.har", "entry": 3}, "a.har, entry 3: GET …"),
        ({"file": "a.har"}, "a.har: GET …"),
        ({"entry": 3}, "GET …"),
    ],
)
def test_the_place_of_a_finding_in_words(breach, words):
    texts = dict.fromkeys(("rule", "message", "pointer", "expected", "actual", "source"), "")
    assert place(Breach(level=Level.DOCUMENTED, where="GET …", **texts, **breach)) == words


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (Problem("a.har", "why"), "a.har"),
        (Problem("a.har", "why", 2), "a.har"),
        (Problem("a.har", "why", 1, 7), "a.har, entry 7"),
        (Problem("a.har", "why", 3, 7), "a.har, entry 7 and 2 more"),
    ],
)
def test_the_place_of_a_problem_in_words(problem, words):
    assert problem_place(problem) == words


@pytest.mark.parametrize(
    ("read", "skipped", "words"),
    [
        (1, {}, "1 exchange read, 0 skipped"),
        (0, {"preflights": 2}, "0 exchanges read, 2 skipped (2 preflights)"),
        (2, {"of other APIs": 3, "preflights": 1}, "2 exchanges read, 4 skipped (3 of other APIs, 1 preflights)"),
    ],
)
def test_what_was_read_and_skipped_in_words(read, skipped, words):
    assert skipped_text(Source("a.har", "HAR", read, skipped, (), Verdict.CONFORMS)) == words


def test_verdicts_and_states_are_the_words_programs_read():
    """Verdicts and states are the words that other programs read."""
    assert list(Verdict) == ["broken", "changed", "could not check", "nothing was checked", "conforms"]
    assert list(State) == ["broken", "accepted", "passed", "not checked", "not applicable"]


def test_a_judged_rule_counts_as_checked_whatever_the_outcome():
    """A rule that is judged counts as checked, whatever comes of it."""
    rules = [RuleState("money.not-negative", Level.INFERRED, "a#b", "It asks.", state) for state in State]
    assert tally(rules) == {"known": 5, "applicable": 4, "checked": 3, "passed": 1}
    assert {rule.family for rule in rules} == {"money"}


def test_a_rule_is_explained_by_whose_it_is():
    assert read_on("money.not-negative") == "plugproof rules money.not-negative"
    assert read_on("schemathesis.not-a-server-error") == "schemathesis's own documentation"


def test_findings_are_grouped_by_rule_best_known_first(inspected):
    """Findings are grouped by rule, and what is better known comes first."""
    found = inspected([NOTED, DOUBTFUL, BROKEN]).by_rule()
    levels = [RULES[slug].level for slug in found]
    assert levels == sorted(levels, key=list(Level).index)
    assert set(levels) == set(Level)
    assert all({breach.rule for breach in breaches} == {slug} for slug, breaches in found.items())


ACCEPT = """
[[accept]]
rule = "money.cost-within-hold"
reason = "known, in work"
until = 2026-01-10
"""


@pytest.fixture
def baseline(tmp_path):
    """Write a baseline and read it."""

    def baseline(text):
        path = tmp_path / "baseline.toml"
        path.write_text(text)
        return read_baseline(path)

    return baseline


@pytest.mark.parametrize(
    ("text", "today", "verdict", "stale"),
    [
        (ACCEPT, TODAY, Verdict.CONFORMS, []),
        (ACCEPT, date(2026, 1, 11), Verdict.BROKEN, ["expired on 2026-01-10"]),
        (ACCEPT + 'pointer = "/data/cost_amount"', TODAY, Verdict.CONFORMS, []),
        (ACCEPT + 'pointer = "/data/tax_amount"', TODAY, Verdict.BROKEN, ["accepts nothing that was found"]),
        (ACCEPT.replace("cost", "capture"), TODAY, Verdict.BROKEN, ["accepts nothing that was found"]),
        (ACCEPT + ACCEPT, TODAY, Verdict.CONFORMS, ["accepts nothing that was found"]),
        ("", TODAY, Verdict.BROKEN, []),
    ],
)
def test_a_baseline_accepts_what_it_names_until_its_day_is_over(inspected, baseline, text, today, verdict, stale):
    report = inspected([BROKEN], accepts=baseline(text), today=today)
    assert report.verdict is verdict
    assert [one.reason for one in report.stale] == stale
    assert bool(report.accepted_by_rule()) == (verdict is Verdict.CONFORMS)
    assert bool(report.by_rule()) == (verdict is Verdict.BROKEN)


@pytest.mark.parametrize("turned", [False, True])
def test_a_rule_is_accepted_only_where_all_its_findings_are(inspected, baseline, turned):
    text = ACCEPT.replace("cost-within-hold", "not-negative") + 'pointer = "/data/cost_amount"'
    pair = [DOUBTFUL, success("get", "captured", tax_amount=-1)]
    report = inspected(pair[::-1] if turned else pair, accepts=baseline(text), strict=True)
    states = {rule.slug: rule.state for rule in report.rules}
    assert (states["money.not-negative"], report.verdict) == (State.BROKEN, Verdict.BROKEN)
    assert [one.reason for one in report.stale] == []
    assert inspected([DOUBTFUL], accepts=baseline(text), strict=True).rules != report.rules


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[accept]", "it is not TOML"),
        ("ignore = 1", "it holds ignore; allowed are tables"),
        ("accept = 1", "allowed are tables [[accept]]"),
        ("accept = [1]", "entry 1 is not a table"),
        ("[[accept]]", "entry 1: rule is missing"),
        (ACCEPT + "[[accept]]\nrule = 'x.y'", "entry 2: reason is missing"),
        (ACCEPT + "by = 'me'", "entry 1: unknown field 'by'; allowed are rule, reason, until, pointer"),
        (ACCEPT.replace("cost-within-hold", "cost-with-hold"), "did you mean money.cost-within-hold?"),
        (ACCEPT.replace("money.cost-within-hold", "zzz"), "see plugproof rules"),
        (ACCEPT.replace("2026-01-10", "'2026-01-10'"), "entry 1: until is '2026-01-10'; allowed is a date"),
        (ACCEPT.replace("2026-01-10", "2026-01-10T00:00:00"), "allowed is a date"),
        (ACCEPT.replace('"known, in work"', '""'), "entry 1: reason is ''; allowed is a text that is not empty"),
    ],
)
def test_a_refused_baseline_names_entry_field_and_the_allowed(baseline, text, message):
    """A refusal of a baseline names the entry, the field and what is allowed."""
    with pytest.raises(BaselineError) as told:
        baseline(text)
    assert message in str(told.value)


def test_a_baseline_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(BaselineError, match="cannot be read: No such file"):
        read_baseline(tmp_path / "none.toml")
    (tmp_path / "latin").write_bytes(b"\xff")
    with pytest.raises(BaselineError, match="not UTF-8"):
        read_baseline(tmp_path / "latin")
