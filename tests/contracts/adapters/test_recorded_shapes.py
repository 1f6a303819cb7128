"""Whatever shape a recording has, conforming traffic conforms in it, and its one documented break is found."""

import json
from base64 import b64encode
from datetime import date

import pytest
import yaml
from tests.contracts.adapters.shapes import har_entry, har_of, interaction, lines

from plugproof_contracts.adapters.recorded.recorded_entry import (
    COPY,
    FOREIGN,
    INSIDE_BROWSER,
    NOT_MODIFIED,
    UNANSWERED,
)
from plugproof_contracts.conformance.recordings import inspect
from plugproof_contracts.reports.builder import ReportPolicy
from plugproof_contracts.rules.examples import TOKEN, success

START = success("start", "created", sends={"code": "HAPPY", "connector_id": 1})
CONFIRM = success("confirm", "authorized", after=5)
GOOD = [START, CONFIRM, success("get", "charging", after=40)]
BAD = [START, CONFIRM, success("get", "charging", after=40, cost_amount=5001)]


def entries(all_):
    return [*map(har_entry, all_)]


def interactions(all_):
    return [*map(interaction, all_)]


def changed(change):
    """Return a HAR of entries that were each changed."""
    return lambda all_: json.dumps(har_of([change(entry) or entry for entry in entries(all_)]))


def response(**members):
    return changed(lambda entry: entry["response"].update(members))


def each_header(change):
    return changed(
        lambda entry: entry["response"].update(headers=[change(one) for one in entry["response"]["headers"]])
    )


def with_status(kind):
    return changed(lambda entry: entry["response"].update(status=kind(entry["response"]["status"])))


def lower_method(entry):
    entry["request"]["method"] = entry["request"]["method"].lower()


def plain_headers(one):
    one["response"]["headers"] = {name: values[0] for name, values in one["response"]["headers"].items()}


def plain_status(one):
    one["response"]["status"] = one["response"]["status"]["code"]


def recoded(entry):
    content = entry["response"]["content"]
    content |= {"encoding": "base64", "text": b64encode(content["text"].encode()).decode().rstrip("=")}


def yaml_of(change, **root):
    def write(all_):
        found = interactions(all_)
        for one in found:
            change(one)
        return yaml.safe_dump(root | {"interactions": found}, sort_keys=False)

    return write


def httpx_of_vcrpy_4(one):
    answer = one["response"]
    answer["status_code"] = answer.pop("status")["code"]
    answer["content"] = answer.pop("body")["string"]
    answer["headers"] = [[name, value] for name, values in answer["headers"].items() for value in values]


def go_vcr(one):
    one["request"]["url"] = one["request"].pop("uri")
    code = one["response"]["status"]["code"]
    one["response"] |= {"code": code, "status": f"{code} OK", "body": one["response"]["body"]["string"]}


def ruby_1(all_):
    found = interactions(all_)
    for one in found:
        one["request"]["method"] = ":" + one["request"]["method"].lower()
        one["response"]["body"] = one["response"]["body"]["string"]
    text = yaml.safe_dump(found, sort_keys=False, default_style=None)
    return text.replace("- request:", "- !ruby/struct:VCR::HTTPInteraction\n  request:").replace("':", ":")


def with_stand_in(word):
    return lambda all_: json.dumps(har_of(entries(all_))).replace(TOKEN, word)


def one_har(all_):
    return json.dumps(har_of(entries(all_)))


PLAIN = yaml_of(lambda one: None)
STAND_INS = ("REDACTED", "[REDACTED]", "<TOKEN>", "SESSION TOKEN", "***")
SHAPES = {
    "HAR": one_har,
    "HAR, CRLF": lambda all_: json.dumps(har_of(entries(all_)), indent=1).replace("\n", "\r\n"),
    "HAR, marks": lambda all_: "\ufeff\ufeff\n" + one_har(all_),
    "HAR, UTF-16": lambda all_: one_har(all_).encode("utf-16"),
    "HAR, UTF-16 without a mark": lambda all_: one_har(all_).encode("utf-16-le"),
    "HAR, UTF-32": lambda all_: one_har(all_).encode("utf-32"),
    "HAR, keys before": lambda all_: json.dumps({"url": "https://x/", "_": "log"} | har_of(entries(all_))),
    "HAR, title like a HAR": lambda all_: json.dumps(
        {"log": {"pages": [{"title": '{"log":{"entries":['}], "entries": entries(all_)}}
    ),
    "HAR, entries twice": lambda all_: '{"log":' + ",".join(
        f'"entries":{json.dumps([one])}' for one in entries(all_)
    ).join("{}") + "}",
    "HARs, joined": lambda all_: "".join(one_har([one]) for one in all_),
    "HARs, one a line": lambda all_: "\n".join(one_har([one]) for one in all_),
    "HARs, in an array": lambda all_: json.dumps([har_of(entries([one])) for one in all_]),
    "HAR entries, one a line": lambda all_: "\n".join(map(json.dumps, entries(all_))),
    "HAR, status a float": with_status(float),
    "HAR, status a text": with_status(str),
    "HAR, size null": changed(lambda entry: entry["response"]["content"].update(size=None)),
    "HAR, base64 without padding": changed(recoded),
    "HAR, time NaN": lambda all_: one_har(all_).replace('"request"', '"time": NaN, "request"'),
    "HAR, times without an offset": lambda all_: one_har(all_).replace("+00:00", ""),
    "HAR, times since 1970": changed(lambda entry: entry.update(startedDateTime=1768046400000)),
    "HAR, no times": changed(lambda entry: entry.pop("startedDateTime") and None),
    "HAR, newest first": lambda all_: one_har(all_[::-1]).replace("startedDateTime", "_"),
    "HAR, header values are numbers": each_header(
        lambda one: one | {"value": int(one["value"]) if one["value"].isdigit() else one["value"]}
    ),
    "HAR, headers joined by lines": changed(
        lambda entry: entry["response"]["headers"].append({"name": "vary", "value": "a\nb"})
    ),
    "HAR, headers without values": changed(
        lambda entry: entry["request"]["headers"].append({"name": "x-trace"})
    ),
    "HAR, no headers": response(headers=[]),
    "HAR, headers null": response(headers=None),
    "HAR, method in lower case": changed(lower_method),
    "HAR, port and dot": lambda all_: one_har(all_).replace("plugchoice.com/", "plugchoice.com.:443/"),
    "NDJSON": lines,
    "NDJSON, CRLF": lambda all_: lines(all_).replace("\n", "\r\n"),
    "NDJSON, separated by RS": lambda all_: "\x1e" + lines(all_).replace("\n", "\n\x1e").rstrip("\x1e"),
    "NDJSON, commas": lambda all_: lines(all_).replace("\n", ",\n"),
    "NDJSON, in an array": lambda all_: "[" + lines(all_).replace("\n", ",\n").rstrip(",\n") + "]",
    "NDJSON, indented": lambda all_: "\n".join(
        json.dumps(json.loads(row), indent=1) for row in lines(all_).splitlines()
    ),
    "NDJSON, key log first": lambda all_: lines(all_).replace('{"method"', '{"log":{"level":"x"},"method"'),
    "NDJSON, status a text": lambda all_: lines(all_).replace(":200,", ':"200",').replace(":201,", ':"201",'),
    "NDJSON, empty lines": lambda all_: "\n\n" + lines(all_).replace("\n", "\n\n"),
    "cassette": PLAIN,
    "cassette, JSON": lambda all_: json.dumps({"version": 1, "interactions": interactions(all_)}),
    "cassette, JSON, list twice": lambda all_: ",".join(
        f'"interactions":{json.dumps([one])}' for one in interactions(all_)
    ).join("{}"),
    "cassette, mark": lambda all_: "\ufeff" + PLAIN(all_),
    "cassette, quoted key": lambda all_: PLAIN(all_).replace("interactions:", '"interactions":', 1),
    "cassette, symbols": lambda all_: PLAIN(all_).replace("interactions:", ":http_interactions:", 1),
    "cassette, CRLF": lambda all_: PLAIN(all_).replace("\n", "\r\n"),
    "cassette, list twice": lambda all_: "".join(PLAIN([one]) for one in all_),
    "cassette, documents": lambda all_: "---\n".join(PLAIN([one]) for one in all_),
    "cassette, flow": lambda all_: yaml.safe_dump({"interactions": interactions(all_)}, default_flow_style=True),
    "cassette, extra root keys": yaml_of(lambda one: None, recorded_with="x", meta={"log": []}),
    "cassette, Python 2": lambda all_: PLAIN(all_).replace("method: ", "method: !!python/unicode "),
    "cassette, tuples": lambda all_: PLAIN(all_).replace("interactions:", "interactions: !!python/tuple", 1),
    "cassette, headers null": yaml_of(lambda one: one["response"].update(headers=None)),
    "cassette, header values plain": yaml_of(plain_headers),
    "cassette, status a number": yaml_of(plain_status),
    "cassette, old httpx": yaml_of(httpx_of_vcrpy_4),
    "cassette, go-vcr": yaml_of(go_vcr, version=2),
    "cassette, Ruby's first": ruby_1,
    **{f"HAR, {word}": with_stand_in(word) for word in STAND_INS},
}  # fmt: skip


@pytest.fixture
def inspected(tmp_path):
    """Write a file of no telling name, and inspect it strictly."""

    def inspected(content):
        path = tmp_path / "recorded"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return inspect([path], ReportPolicy(date(2026, 1, 10)))

    return inspected


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_has_the_verdict_of_its_traffic(inspected, shape):
    good, bad = inspected(SHAPES[shape](GOOD)), inspected(SHAPES[shape](BAD))
    assert (good.verdict_text, good.sources[0].read) == ("conforms", 3), good.problems
    assert (bad.verdict, bad.sources[0].read) == ("broken", 3), bad.problems
    assert {one.rule for one in bad.breaches if one.counts} == {"money.cost-within-hold"}


FOREIGN_ENTRY = har_entry(GOOD[2].replace(url="https://cdn.example/a.js"))


@pytest.mark.parametrize(
    "damage",
    [
        {"response": None},
        {"request": {"url": "https://h/"}},
        {"request": {"url": "https://h/", "headers": 7}, "response": 8},
        {"response": {"status": "net::ERR_FAILED"}},
        {"response": {"status": 10**30, "headers": [{"name": None, "value": None}], "content": []}},
        {"response": {"status": 200, "content": {"text": "!", "encoding": "base64"}}},
        {"startedDateTime": {}, "time": float("nan")},
        {"comment": "\ud800"},
        {"comment": "LATIN"},
        {"comment": "BROKEN"},
    ],
)
@pytest.mark.parametrize("exchanges", [GOOD, BAD])
def test_an_entry_of_another_site_never_costs_the_verdict(inspected, damage, exchanges):
    """Whatever is wrong with it."""
    text = json.dumps(har_of([*entries(exchanges[:2]), FOREIGN_ENTRY | damage, *entries(exchanges[2:])]))
    report = inspected(text.encode().replace(b"LATIN", b"caf\xe9").replace(b'"BROKEN"', b"nope"))
    assert report.verdict == ("conforms" if exchanges is GOOD else "broken")
    assert report.sources[0].skipped == {FOREIGN: 1}


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        (
            lambda all_: one_har(all_[:2]) + "\nHAR dump finished\n" + one_har(all_[2:]),
            "stands in line 2 is no rec",
        ),
        (lambda all_: one_har(all_) + "\n]", "stands in line 2"),
        (lambda all_: one_har(all_) + "null", "stands in line 1"),
        (lambda all_: "[" + one_har(all_), "cut off"),
        (lambda all_: one_har(all_) + '{"a": 1}', "has no URL"),
        (lambda all_: lines(all_) + lines(all_)[:90], "not one JSON object"),
        (lambda all_: PLAIN(all_) + "---\na: b\n", "document 2 has no list"),
        (lambda all_: PLAIN(all_) + '{"log": 1}\n', "stops making sense"),
    ],
)
def test_what_is_not_read_is_told_with_its_place(inspected, shape, reason):
    """And what follows it is read all the same."""
    good, bad = inspected(shape(GOOD)), inspected(shape(BAD))
    assert (good.verdict, bad.verdict) == ("could not check", "broken")
    assert reason in good.problems[0].reason


@pytest.mark.parametrize("status", [None, 0, 99, -1, 12999, "", "error", "(failed)", float("nan"), True, [], 0.0])
def test_a_status_that_is_none_says_that_no_answer_came(inspected, status):
    lost = har_entry(GOOD[2])
    lost["response"]["status"] = status
    report = inspected(json.dumps(har_of([*entries(GOOD), lost])))
    assert report.verdict == "conforms"
    assert report.sources[0].skipped == {UNANSWERED: 1}


def not_from_the_api():
    """Entries that a browser has of the API, and that no server of it answered."""
    plain = har_entry(GOOD[2].replace(status=307, body=b"", headers={}))
    secure = plain["request"]["url"]
    bare = {"request": plain["request"] | {"url": secure.replace("https:", "http:")}}
    location = [{"name": "Location", "value": secure}]
    yield bare | {"response": {"status": 307, "headers": location}}, INSIDE_BROWSER
    yield bare | {"response": {"status": 307, "statusText": "Internal Redirect"}}, INSIDE_BROWSER
    yield bare | {"response": {"status": 307, "headers": {"Non-Authoritative-Reason": "HSTS"}}}, INSIDE_BROWSER
    conditional = plain["request"] | {"headers": [{"name": "If-None-Match", "value": "x"}]}
    yield {"request": conditional, "response": {"status": 304, "headers": []}}, NOT_MODIFIED
    yield har_entry(GOOD[2]) | {"_fetchedViaServiceWorker": True}, COPY
    yield har_entry(GOOD[2]) | {"_fromCache": "disk", "startedDateTime": "2027-01-01T00:00:00Z"}, COPY


@pytest.mark.parametrize(("entry", "reason"), [*not_from_the_api()])
def test_what_a_browser_answered_is_not_the_apis_break(inspected, entry, reason):
    report = inspected(json.dumps(har_of([*entries(GOOD), entry])))
    assert (report.verdict, report.breaches) == ("conforms", ())
    assert report.sources[0].skipped == {reason: 1}


def test_a_beacon_without_headers_breaks_nothing(inspected):
    beacon = har_entry(success("stop", "stopping", after=50).replace(headers={}))
    beacon["response"]["content"] = {"size": 0, "text": ""}
    assert inspected(json.dumps(har_of([*entries(GOOD), beacon]))).verdict == "conforms"


@pytest.mark.parametrize("host", ["app.plugchoice.com:443", "app.plugchoice.com.", "APP.plugchoice.com.:443"])
def test_one_host_is_one_however_it_is_written(inspected, host):
    """A session that goes back is found across the ways to write its host."""
    rows = entries([*GOOD, success("get", "authorized", after=50)])
    rows[-1]["request"]["url"] = rows[-1]["request"]["url"].replace("app.plugchoice.com", host)
    report = inspected(json.dumps(har_of(rows)))
    assert "trace.lifecycle" in {one.rule for one in report.breaches}
    assert report.sources[0].bases == ("https://app.plugchoice.com/api",)


@pytest.mark.parametrize("word", ["REDACTED", "<TOKEN>", "another-word"])
def test_sessions_with_one_stand_in_are_kept_apart(inspected, word):
    """A second session is created after the first was paid, under the same word."""
    again = {"created_at": "2026-01-10T11:30:00Z"}
    second = [success("start", "created", after=600, **again), success("get", "created", after=603, **again)]
    report = inspected(json.dumps(har_of(entries([*GOOD, *second]))).replace(TOKEN, word))
    assert report.breaches == ()
    returned = success("get", "created", after=50)
    report = inspected(json.dumps(har_of(entries([*GOOD, returned]))).replace(TOKEN, word))
    assert "trace.lifecycle" in {one.rule for one in report.breaches}


BOMB = "interactions:\n" + "".join(
    f"- &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefghi", "bcdefghij", strict=True)
).replace("- &b", "- &a [x]\n- &b", 1)


def test_anchors_and_levels_have_a_measure(inspected):
    """Five hundred bytes can stand for gigabytes, and a header is a scalar."""
    assert "aliases stand for more than" in inspected(BOMB).problems[-1].reason
    deep = PLAIN(GOOD) + "extra: " + "[" * 100 + "]" * 100
    assert "more than 64 levels" in inspected(deep).problems[0].reason


def test_aliases_and_merges_are_read(inspected):
    text = PLAIN(GOOD).replace("interactions:", "base: &base {x-extra: [a]}\ninteractions:", 1)
    text = text.replace("    headers:\n      date:", "    headers:\n      <<: *base\n      date:")
    assert "<<" in text
    assert inspected(text).verdict_text == "conforms"
