"""A recording gives the exchanges that were recorded, and says what of it cannot be read."""

import json
import os
import zlib
from base64 import b64encode
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from plugproof_contracts import Exchange
from plugproof_contracts.adapters import bodies, ndjson
from plugproof_contracts.adapters.bodies import BodyError, undone
from plugproof_contracts.adapters.elements import objects_at
from plugproof_contracts.adapters.entry import RecordingError
from plugproof_contracts.adapters.ndjson import to_ndjson
from plugproof_contracts.adapters.recording import opened
from plugproof_contracts.rules.examples import failure, success

RECORDED = [
    success("start", "created", sends={"code": "HAPPY", "connector_id": 1}),
    success("get", "charging", after=3),
    failure(404, after=5),
]


def pairs(headers):
    return [{"name": name, "value": value} for name, value in headers]


def har_entry(one, **content):
    text = {"size": len(one.body or b"")} | ({} if one.body is None else {"text": one.body.decode()})
    sent = {"postData": {"mimeType": "application/json", "text": one.request_body.decode()}}
    return {
        "startedDateTime": one.at.isoformat() if one.at else "",
        "request": {"method": one.method, "url": one.url, "headers": pairs(one.request_headers)}
        | (sent if one.request_body else {}),
        "response": {"status": one.status, "headers": pairs(one.headers), "content": text | content},
    }


def har(exchanges):
    return json.dumps(
        {"log": {"version": "1.2", "pages": [{"entries": []}], "entries": [*map(har_entry, exchanges)]}}
    )


def lists(headers):
    return {name: [value] for name, value in headers}


def interaction(one):
    sent = one.request_body.decode() or None
    return {
        "request": {"method": one.method, "uri": one.url, "headers": lists(one.request_headers), "body": sent},
        "response": {
            "status": {"code": one.status, "message": "x"},
            "headers": lists(one.headers),
            "body": {"string": one.body.decode()},
        },
    }


def ruby(one):
    found = interaction(one)
    found["request"]["body"] = {"encoding": "UTF-8", "string": one.request_body.decode()}
    found["response"]["body"] = {"encoding": "UTF-8", "base64_string": b64encode(one.body).decode()}
    return found


WRITERS = {
    "HAR": har,
    "NDJSON": lambda all_: b"\n".join(map(to_ndjson, all_)).decode(),
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


@pytest.fixture
def read(tmp_path):
    """Write a file of no telling name and read it."""

    def read(content):
        path = tmp_path / "recorded"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        with opened(path) as recording:
            return recording.format, list(recording.entries)

    return read


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
HEADER_PAIRS = st.lists(st.tuples(TEXT, TEXT), max_size=4)
ZONES = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
EXCHANGES = st.builds(
    Exchange,
    TEXT.map(str.upper),
    TEXT,
    st.integers(-(2**60), 2**60),
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
    (entry,) = ndjson.read_ndjson(line)
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
def test_the_elements_of_an_array_are_found_whatever_stands_in_and_around_them(objects, before, after):
    text = json.dumps({"a": {"log": before}, "log": {"b": before, "entries": objects, "c": after}}).encode()
    found = list(objects_at(text, ("log", "entries")))
    assert [json.loads(element.text) for element in found] == objects
    assert all(text[: element.end].endswith(element.text) for element in found)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty; expected is a HAR file"),
        (" \n\t", "the file is empty"),
        ("hello", "the file is no recording; expected is a HAR file"),
        ("[1, 2]", "no recording"),
        ('{"a": {"log": 1}}', "no recording"),
        ('{"a": ', "no recording"),
        (b"\x1f\x8b\x08\x00", "compressed; unpack it first"),
        (b"\x00\xff\xfe" * 50, "no recording"),
        ('{"log": {"version": "1.2"}}', "no array at log.entries"),
        ('{"log": [{"entries": []}]}', "no array at log.entries"),
        ('{"log": {"entries": [{"request": "', "cut off"),
        ('{"log": {"entries": [{"request": "' + "{" * 100_000, "cut off"),
        ("interactions: 7", "has a list under one of interactions, http_interactions"),
        ("interactions:\n- a: ]", "stops making sense in line 2"),
        ("interactions: !!python/object/apply:os.getcwd []", "stops making sense in line 1"),
        ("interactions: \x00", "the YAML cannot be read"),
        ("interactions: " + "[" * 20_000, "YAML"),
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


ZIPPED = b64encode(zlib.compress(b"{}", wbits=31)).decode()
GOOD = har_entry(RECORDED[1])


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (json.dumps({"log": {"entries": [GOOD, {"request": {}, "response": {}}]}}), "$.request"),
        (
            json.dumps({"log": {"entries": [GOOD, {"a": 0}]}}).replace('"a": 0', '"a": nope'),
            "not as HAR 1.2 has it",
        ),
        (to_ndjson(RECORDED[1]) + b'{"method": "GET"', "not an exchange"),
        (to_ndjson(RECORDED[1]) + b'{"method": 7, "url": "", "status": 200}', "$.method"),
        (to_ndjson(RECORDED[1]) + b'{"method":"G","url":"","status":1,"body_base64":"!"}', "base64"),
        (json.dumps({"interactions": [interaction(RECORDED[1]), {"request": {}}]}), "'response' is missing"),
        (json.dumps({"interactions": [interaction(RECORDED[1]), {"request": 1, "response": 2}]}), "wrong type"),
        (
            json.dumps({"interactions": [interaction(RECORDED[1]), {"a": 0}]}).replace('"a": 0', '"a": nope'),
            "not JSON",
        ),
        (yaml.safe_dump({"interactions": [interaction(RECORDED[1]), None]}), "wrong type"),
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
        b'{"method":"GET","url":"https://h/","status":200,"body_base64":"!"}',
        b'{"method":"GET","url":"https://h/","status":200,"request_body_base64":"!"}',
        yaml.safe_dump({"interactions": [broken_base64(RECORDED[1])]}),
    ],
)
def test_an_exchange_whose_body_is_damaged_is_read_without_it(read, content):
    _, (entry,) = read(content)
    assert (entry.exchange.body, entry.exchange.request_body) == (None, b"")
    assert entry.problem == "the body's base64 is damaged"


def test_a_line_that_is_too_long_is_passed_over(read, monkeypatch):
    monkeypatch.setattr(ndjson, "LONGEST_LINE", 2000)
    long = RECORDED[1].replace(body=b"x" * 2000)
    _, entries = read(to_ndjson(long) + to_ndjson(RECORDED[2]))
    assert entries[0].problem == "a line of more than 2000 bytes"
    assert entries[1].exchange == RECORDED[2]


@pytest.mark.parametrize(
    ("content", "headers", "body", "problem"),
    [
        ({"text": "{}"}, {}, b"{}", ""),
        ({"text": ""}, {}, b"", ""),
        ({}, {}, None, ""),
        ({"size": 50}, {}, None, ""),
        ({}, {"content-length": "0"}, b"", ""),
        ({"text": "e30=", "encoding": "base64"}, {}, b"{}", ""),
        ({"text": "e30", "encoding": "base64"}, {}, None, "base64 is damaged"),
        ({"text": '{"a":1}', "size": 7}, {"content-encoding": "gzip"}, b'{"a":1}', ""),
        ({"text": ZIPPED, "encoding": "base64"}, {"content-encoding": "gzip"}, b"{}", ""),
        ({"text": '{"a":1', "size": 7}, {}, None, "cut when it was recorded, to 6 bytes"),
        ({"text": '{"a":1}', "size": 8}, {}, b'{"a":1}', ""),
    ],
)  # fmt: skip
def test_the_body_of_a_har_entry_is_read_or_it_is_said_why_not(read, content, headers, body, problem):
    entry = har_entry(RECORDED[1].replace(headers=headers))
    entry["response"]["content"] = content
    _, (found,) = read(json.dumps({"log": {"entries": [entry]}}))
    assert found.exchange.body == body
    assert problem in found.problem
    assert bool(problem) == bool(found.problem)


def test_a_request_without_an_answer_is_skipped(read):
    _, (entry,) = read(har([RECORDED[0].replace(status=0)]))
    assert entry.exchange is None
    assert entry.skipped == "without an answer"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-10T12:00:00Z", datetime(2026, 1, 10, 12, tzinfo=UTC)),
        ("2026-01-10T12:00:00.123+01:00", datetime(2026, 1, 10, 11, 0, 0, 123000, tzinfo=UTC)),
        ("2026-01-10T12:00:00", None),
        ("yesterday", None),
    ],
)
def test_a_time_without_an_offset_is_none(read, text, moment):
    _, (entry,) = read(json.dumps({"log": {"entries": [GOOD | {"startedDateTime": text}]}}))
    assert entry.exchange.at == moment


BODY = '{"name":"Überlingen"}'.encode() * 50
GZIP, ZLIB, RAW = (zlib.compress(BODY, wbits=bits) for bits in (31, 15, -15))


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        (None, BODY),
        ("identity", BODY),
        ("gzip", GZIP),
        ("X-GZip", GZIP),
        ("deflate", ZLIB),
        ("deflate", RAW),
        ("deflate, gzip", zlib.compress(ZLIB, wbits=31)),
        ("gzip", BODY),
        ("br", BODY),
        ("unheard-of", BODY),
    ],
)
def test_content_encodings_are_undone_unless_they_were_before(encoding, body):
    assert undone(body, encoding) == BODY


@pytest.mark.parametrize(
    ("encoding", "body", "reason"),
    [
        ("gzip", GZIP[:-9], "cut off"),
        ("gzip", b"\xff" + GZIP, "damaged"),
        ("deflate", b"\xff\xff\xff", "damaged"),
        ("unheard-of", GZIP, "none of br, deflate, gzip"),
        ("br", b"\xff\xfe", r"brotli is not installed|damaged"),
        ("zstd", b"\x28\xb5\x2f\xfd\xff", r"zstandard is not installed|cut off"),
    ],
)
def test_a_body_that_cannot_be_decoded_is_not_available(encoding, body, reason):
    with pytest.raises(BodyError, match=reason):
        undone(body, encoding)


def test_a_body_that_inflates_beyond_measure_is_not_available(monkeypatch):
    monkeypatch.setattr(bodies, "MOST_BYTES", 500)
    with pytest.raises(BodyError, match="more than"):
        undone(GZIP, "gzip")


@pytest.mark.parametrize(("encoding", "package"), [("br", "brotli"), ("zstd", "zstandard")])
def test_encodings_of_optional_packages_are_undone_where_those_are_there(encoding, package, monkeypatch):
    library = pytest.importorskip(package)  # none of the project's dependencies; installed by hand it is used
    packed = (library.compress if encoding == "br" else library.ZstdCompressor().compress)(BODY)
    assert undone(packed, encoding) == BODY
    with pytest.raises(BodyError, match=r"cut off|damaged"):
        undone(packed[:-3], encoding)
    monkeypatch.setattr(bodies, "MOST_BYTES", 500)
    with pytest.raises(BodyError, match="more than"):
        undone(packed, encoding)
