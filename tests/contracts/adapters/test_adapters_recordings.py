"""A recording gives the exchanges that were recorded, and says what of it cannot be read."""

import json
import os
import subprocess
import sys
from datetime import timedelta, timezone
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from tests.contracts.adapters.shapes import RECORDED, cassette, har, har_entry, har_of, interaction, lines, ruby

from plugproof_contracts import Exchange
from plugproof_contracts.adapters.ndjson import to_ndjson
from plugproof_contracts.adapters.recorded import documents
from plugproof_contracts.adapters.recorded.json_scanning import pieces
from plugproof_contracts.adapters.recorded.recorded_entry import RecordingError
from plugproof_contracts.adapters.recording import opened
from plugproof_contracts.facts.operations import BASE_URL

WRITERS = {
    "HAR": har,
    "NDJSON": lines,
    "VCR cassette (JSON)": lambda all_: json.dumps({"version": 1, "interactions": [*map(interaction, all_)]}),
    "VCR cassette (YAML)": lambda all_: yaml.safe_dump(
        {"interactions": [*map(interaction, all_)]}, sort_keys=False
    ),
    "VCR cassette (YAML), Ruby": lambda all_: (
        "---\n" + yaml.safe_dump({"http_interactions": [*map(ruby, all_)]}, sort_keys=False)
    ),
    "HAR, byte order mark": lambda all_: "\ufeff" + har(all_),
    "HAR, indented": lambda all_: json.dumps(json.loads(har(all_)), indent=2),
}


@pytest.mark.parametrize("writer", WRITERS)
def test_every_format_gives_what_was_recorded(read, writer):
    content = WRITERS[writer](RECORDED)
    found, entries = read(content)
    assert found == writer.partition(",")[0]
    assert not any(entry.problem or entry.skipped for entry in entries)
    times = [one.at for one in RECORDED] if "VCR" not in writer else [None] * len(RECORDED)
    assert [entry.exchange for entry in entries] == [
        one.replace(at=at) for one, at in zip(RECORDED, times, strict=True)
    ]
    assert 0 < entries[0].end < entries[1].end < entries[2].end <= len(content.encode())


TEXT = st.text(st.characters(exclude_categories=["Cs"]))
NAMES = st.text("abcxyz-", min_size=1)
HEADER_PAIRS = st.lists(st.tuples(NAMES, TEXT.filter(lambda text: "\n" not in text)), max_size=4)
ZONES = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
EXCHANGES = st.builds(
    Exchange,
    st.sampled_from(["GET", "POST", "BREW"]),
    TEXT.map(lambda text: f"{BASE_URL}/v3/public-charging/sessions/{text}".strip()),
    st.integers(100, 999).filter(lambda status: status not in (304, 307)),
    HEADER_PAIRS,
    st.none() | st.binary() | TEXT.map(str.encode),
    request_headers=HEADER_PAIRS,
    request_body=st.binary() | TEXT.map(str.encode),
    at=st.none() | st.datetimes(timezones=ZONES),
)


@given(one=EXCHANGES)
def test_ndjson_loses_nothing(one):
    line = to_ndjson(one)
    assert line.count(b"\n") == 1
    (entry,) = documents.read_lines(line)
    assert entry.exchange == one
    assert entry.exchange.at == one.at


def one_by_one(recording, into):
    """Read on as long as it goes."""
    for entry in recording.entries:
        into += [entry.exchange.url] if entry.exchange else []


@pytest.mark.parametrize("writer", ["HAR", "NDJSON", "VCR cassette (JSON)"])
def test_what_was_whole_before_the_end_of_a_cut_file_is_read(tmp_path, writer):
    content, path = WRITERS[writer](RECORDED).encode(), tmp_path / "cut"
    reasons, urls = [], [one.url for one in RECORDED]
    for length in range(80, len(content) - 4, 37):
        path.write_bytes(content[:length])
        whole: list[str] = []
        try:
            with opened(path) as recording:
                one_by_one(recording, whole)
        except RecordingError as error:
            reasons.append(str(error))
        assert whole == urls[: len(whole)]
    assert len(whole) == 2
    assert all("cut off" in reason for reason in reasons)
    assert bool(reasons) == (writer != "NDJSON")


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(objects=st.lists(st.dictionaries(st.text(), JSON, max_size=3)), before=JSON, after=JSON)
@example(objects=[{'"entries":[{': "]}\\"}], before='{"log"', after=None)
def test_the_objects_of_an_array_are_found_amid_anything(objects, before, after):
    """Strings may look like the path, and whatever stands before, in and behind the array is passed over."""
    text = json.dumps({"a": {"log": before}, "log": {"b": before, "entries": objects, "c": after}}).encode()
    *found, end = pieces(b"  " + text + b"{}", 2, frozenset({("log", "entries")}))
    assert [json.loads(text[piece.start - 2 : piece.end - 2]) for piece in found] == objects
    assert (end.start, end.end, end.has_array) == (2, 2 + len(text), True)
    assert {"a", "log"} <= end.names


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty; expected is a HAR file"),
        (" \n\t\ufeff", "the file is empty"),
        ("hello", "the file is no recording; expected is a HAR file"),
        ("[1, 2]", "no recording"),
        ('{"a": {"log": 1}}', "no recording"),
        ('{"a": ', "cut off, or is not the JSON that it began as"),
        (b"\x1f\x8b\x08\x00", "compressed with gzip; unpack it first"),
        (b"PK\x03\x04", "a zip archive; unpack it first"),
        (b"\x00\xff\xfe" * 50, "no recording"),
        ('{"log": {"version": "1.2"}}', "no array at log.entries"),
        ('{"log": [{"entries": []}]}', "no array at log.entries"),
        ('{"log": {"entries": [{"request": "', "cut off"),
        ('{"log": {"entries": [{"request": "' + "{" * 100_000, "cut off"),
        ("interactions: 7", "has a list under one of interactions, http_interactions"),
        ("interactions:\n- a: ]", "stops making sense in line 2"),
        ("interactions: \x00", "a character that it cannot have"),
        ("interactions: *a", "refers to what does not come before it, in line 1"),
        ("interactions:\n- &a [*a]", "refers to what does not come before it, in line 2"),
        ("interactions: " + "[" * 20_000, "more than 64 levels in line 1"),
    ],
)
def test_what_is_no_whole_recording_is_refused_in_words(read, content, message):
    with pytest.raises(RecordingError) as told:
        read(content)
    assert message in str(told.value)


@pytest.mark.parametrize("name", ["missing", "."])
def test_what_is_no_file_is_refused_in_words(tmp_path, name):
    with pytest.raises(RecordingError, match=r"no such file|directory"), opened(tmp_path / name):
        pass


def test_a_pipe_can_be_read(tmp_path):
    reading, writing = os.pipe()
    os.write(writing, to_ndjson(RECORDED[0]))
    os.close(writing)
    try:
        with opened(Path(f"/dev/fd/{reading}")) as recording:
            assert [entry.exchange for entry in recording.entries] == RECORDED[:1]
    finally:
        os.close(reading)


GOOD = har_entry(RECORDED[1])


def with_damage(content):
    return content.replace('"a": 0', f'"url": "{RECORDED[1].url}", "a": nope')


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (json.dumps(har_of([GOOD, {"request": {}, "response": {}}])), "the request has no URL"),
        (json.dumps(har_of([GOOD, {"request": {"url": RECORDED[1].url}}])), "the request has no method"),
        (with_damage(json.dumps(har_of([GOOD, {"a": 0}]))), "the entry is not JSON"),
        (json.dumps(har_of([GOOD, None])).replace("null", "[]"), "the entry is not JSON"),
        (lines([RECORDED[1]]) + '{"method": "GET"', "not one JSON object"),
        (lines([RECORDED[1]]) + "[]", "not one JSON object"),
        (lines([RECORDED[1]]) + '{"method": "GET"}', "the request has no URL"),
        (lines([RECORDED[1]]) + '{"log": {}}', "no array at log.entries"),
        (lines([RECORDED[1]]) + json.dumps({"request": 1, "response": 2}), "no URL"),
        (json.dumps({"interactions": [interaction(RECORDED[1]), {"request": 1, "response": 2}]}), "no URL"),
        (with_damage(json.dumps({"interactions": [interaction(RECORDED[1]), {"a": 0}]})), "not JSON"),
        (yaml.safe_dump({"interactions": [interaction(RECORDED[1]), None]}), "no URL"),
        (cassette([RECORDED[1]]) + "---\na: 0\n", "document 2 has no list under one of interactions"),
        (cassette([RECORDED[1]]) + "---\n0\n", "document 2 has no list"),
    ],
)
def test_a_damaged_entry_is_told_and_the_others_are_read(read, content, problem):
    _, (good, bad) = read(content)
    assert good.exchange.url == RECORDED[1].url
    assert problem in bad.problem


def broken_base64(one):
    found = ruby(one)
    found["response"]["body"]["base64_string"] = "!"
    return found


@pytest.mark.parametrize(
    "content",
    [
        lines([RECORDED[1].replace(body=b"\xff")]).replace('"/w=="', '"!"'),
        yaml.safe_dump({"interactions": [broken_base64(RECORDED[1])]}),
    ],
)
def test_an_exchange_whose_body_is_damaged_is_read_without_it(read, content):
    _, (entry,) = read(content)
    assert entry.exchange.body is None
    assert entry.problem == "the body's base64 is damaged"


def test_a_line_that_is_too_long_is_passed_over(read, monkeypatch):
    monkeypatch.setattr(documents, "LONGEST", 2000)
    long = RECORDED[1].replace(body=b"x" * 2000)
    _, entries = read(to_ndjson(long) + to_ndjson(RECORDED[2]))
    assert entries[0].problem == "a line of more than 2000 bytes"
    assert entries[1].exchange == RECORDED[2]


def test_an_entry_may_be_nested_deeply(read):
    """An entry with more levels than are found at once is read like any other."""
    deep: object = "}]"
    for _ in range(40):
        deep = {"more": [deep]}
    entries = [har_entry(RECORDED[0]) | {"_extension": deep}, har_entry(RECORDED[1])]
    _, found = read(json.dumps(har_of(entries)))
    assert [one.exchange for one in found] == RECORDED[:2]


MEMORY = """
import sys
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from plugproof_contracts.adapters.recording import opened

def peak():
    return getrusage(RUSAGE_SELF).ru_maxrss // 1024

def count(path):
    with opened(Path(path)) as recording:
        return sum(1 for _ in recording.entries)

count(sys.argv[1])
before = peak()
print(count(sys.argv[2]), peak() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is told in other units, and given back otherwise")
def test_a_large_file_takes_little_memory(tmp_path):
    """A file is read entry by entry, and what was read is given back, also where it is one line."""
    entry = json.dumps(har_entry(RECORDED[1]))
    foreign = entry.replace(BASE_URL, "https://example.org").replace("{", '{"_body": "' + "x" * 100_000 + '",', 1)
    head, tail = '{"log": {"entries": [', "]}}"
    (tmp_path / "small.har").write_text(head + entry + tail)
    with (tmp_path / "large.har").open("w") as file:
        file.write(head + entry)
        file.writelines("," + foreign for _ in range(1000))
        file.write(tail)
    files = [tmp_path / "small.har", tmp_path / "large.har"]
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, *files], capture_output=True, text=True, check=True, timeout=60
    )
    entries, megabytes = map(int, done.stdout.split())
    assert entries == 1001
    assert megabytes < 40
