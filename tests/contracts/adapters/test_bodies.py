"""A body is what was sent, or it is said why it is not available."""

import json
import zlib
from base64 import b64encode, encodebytes, urlsafe_b64encode

import pytest
from tests.contracts.adapters.shapes import RECORDED, har_entry, har_of

from plugproof_contracts.adapters.recorded import bodies
from plugproof_contracts.adapters.recorded.bodies import BodyDecoder, BodyError, from_base64
from plugproof_contracts.facts.operations import BASE_URL

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
    assert BodyDecoder().undo(body, encoding) == BODY


@pytest.mark.parametrize(
    ("encoding", "body", "reason"),
    [
        ("gzip", GZIP[:-9], "cut off"),
        ("gzip", b"\xff" + GZIP, "damaged"),
        ("deflate", b"\xff\xff\xff", "damaged"),
        ("unheard-of", GZIP, "other than br, deflate, gzip"),
        ("br", b"\xff\xfe", r"brotli is not installed|damaged"),
        ("zstd", b"\x28\xb5\x2f\xfd\xff", r"zstandard is not installed|cut off"),
    ],
)
def test_a_body_that_cannot_be_decoded_is_not_available(encoding, body, reason):
    with pytest.raises(BodyError, match=reason):
        BodyDecoder().undo(body, encoding)


def test_a_body_that_inflates_beyond_measure_is_not_available(monkeypatch):
    """A few kilobytes can be made to inflate to gigabytes."""
    monkeypatch.setattr(bodies, "MOST_BYTES", 500)
    with pytest.raises(BodyError, match="more than"):
        BodyDecoder().undo(GZIP, "gzip")


@pytest.mark.parametrize(("encoding", "package"), [("br", "brotli"), ("zstd", "zstandard")])
def test_optional_packages_are_used_where_they_are_there(encoding, package, monkeypatch):
    library = pytest.importorskip(package)  # none of the project's dependencies; installed by hand it is used
    packed = (library.compress if encoding == "br" else library.ZstdCompressor().compress)(BODY)
    assert BodyDecoder().undo(packed, encoding) == BODY
    with pytest.raises(BodyError, match=r"cut off|damaged"):
        BodyDecoder().undo(packed[:-3], encoding)
    monkeypatch.setattr(bodies, "MOST_BYTES", 500)
    with pytest.raises(BodyError, match="more than"):
        BodyDecoder().undo(packed, encoding)


def test_all_bodies_of_a_file_together_have_a_measure(monkeypatch):
    """Ten thousand small bombs are as bad as a large one."""
    monkeypatch.setattr(bodies, "MOST_BYTES_OF_FILE", 2 * len(BODY) + 10)
    decoder = BodyDecoder()
    assert [decoder.undo(GZIP, "gzip") for _ in range(2)] == [BODY, BODY]
    for _ in range(2):
        with pytest.raises(BodyError, match="the bodies of the file have more than"):
            decoder.undo(GZIP, "gzip")


BYTES = bytes(range(256))
PLAIN = b64encode(BYTES).decode()


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        PLAIN.rstrip("="),
        encodebytes(BYTES).decode(),
        PLAIN.replace("A", "\r\nA"),
        urlsafe_b64encode(BYTES).decode(),
    ],
)
def test_base64_is_read_however_it_is_written(text):
    """With line breaks, without padding, in either alphabet."""
    assert from_base64(text) == BYTES


@pytest.mark.parametrize("text", ["!", "e30é", "abcde", "e3=0"])
def test_damaged_base64_is_told(text):
    with pytest.raises(BodyError, match="base64 is damaged"):
        from_base64(text)


@pytest.mark.parametrize("packed", [GZIP, ZLIB, BODY, b"\xffBODY"])
def test_an_encoding_without_a_header_is_known_by_its_start(packed):
    """An encoding whose header is missing is known by its first bytes."""
    assert BodyDecoder().undo_unnamed(packed) == (packed if packed[:1] == b"\xff" else BODY)


ZIPPED = b64encode(zlib.compress(b"{}", wbits=31)).decode()
DATE = {"date": "Sat, 10 Jan 2026 12:00:00 GMT"}
CUT, REPLACED = "cut when it was recorded, to", "replaced when it was recorded"


@pytest.mark.parametrize(
    ("content", "headers", "body", "problem"),
    [
        ({"text": "{}"}, {}, b"{}", ""),
        ({}, {}, None, ""),
        (None, {}, None, ""),
        ({"text": None, "size": None}, {}, None, ""),
        ({"size": 50}, {}, None, ""),
        ("{}", {}, b"{}", ""),
        ({}, {"content-length": "0"}, b"", ""),
        ({"text": ""}, {"content-length": "0"}, b"", ""),
        ({"text": ""}, {}, None, ""),
        ({"text": ""}, DATE, None, "the body is empty, and no length was recorded"),
        ({"text": "", "size": 0}, {"content-length": "695"}, None, f"{CUT} 0 of 695 bytes"),
        ({"text": "", "size": 695}, {}, None, f"{CUT} 0 of 695 bytes"),
        ({"text": "e30=", "encoding": "base64"}, {}, b"{}", ""),
        ({"text": "e30", "encoding": "BASE64"}, {}, b"{}", ""),
        ({"text": "e30!", "encoding": "base64"}, {}, None, "base64 is damaged"),
        ({"text": '{"a":1}', "size": 7}, {"content-encoding": "gzip"}, b'{"a":1}', ""),
        ({"text": ZIPPED, "encoding": "base64"}, {"content-encoding": "gzip"}, b"{}", ""),
        ({"text": ZIPPED, "encoding": "base64"}, {}, b"{}", ""),
        ({"text": '{"a":1', "size": 7}, {}, None, f"{CUT} 6 of 7 bytes"),
        ({"text": '{"a":1', "size": "7.0"}, {}, b'{"a":1', ""),
        ({"text": '{"a":1'}, {"content-length": "7"}, None, f"{CUT} 6 of 7 bytes"),
        ({"text": '{"a":1'}, {"content-length": "6"}, b'{"a":1', ""),
        ({"text": '{"a":1}', "size": 8}, {}, b'{"a":1}', ""),
        ({"text": "[REDACTED]"}, {}, None, REPLACED),
        ({"text": "***"}, {"content-length": "3"}, None, REPLACED),
        ({"text": {"a": 1}}, {}, None, "the body was not recorded as text"),
        ({"text": "\ud83d"}, {}, None, "the body was not recorded as UTF-8"),
    ],
)
def test_what_a_recorder_did_to_a_body_is_told(read, content, headers, body, problem):
    """A body that is whole is judged whatever its lengths say, and so is one that is as long as was declared."""
    entry = har_entry(RECORDED[1].replace(headers=headers))
    entry["response"]["content"] = content
    _, (found,) = read(json.dumps(har_of([entry])))
    assert found.exchange.body == body
    assert problem in found.problem
    assert bool(problem) == bool(found.problem)


@pytest.mark.parametrize("status", [204, 302, 304])
def test_an_answer_that_has_no_body_lacks_none(read, status):
    entry = har_entry(RECORDED[1].replace(status=status, body=b"", request_headers={"accept": "*/*"}))
    _, (found,) = read(json.dumps(har_of([entry])))
    assert (found.exchange.body, found.problem) == (b"", "")


@pytest.mark.parametrize("place", ["response", "entry"])
@pytest.mark.parametrize("error", ["net::ERR_ABORTED", None])
@pytest.mark.parametrize("text", ["", '{"data":', None])
def test_a_transfer_that_broke_off_gives_no_body(read, place, error, text):
    entry = har_entry(RECORDED[1])
    (entry if place == "entry" else entry["response"])["_error"] = error
    entry["response"]["content"] = {"text": text, "size": 0}
    _, (found,) = read(json.dumps(har_of([entry])))
    assert ("broke off" in found.problem) is (error is not None)


@pytest.mark.parametrize(
    ("sent", "length", "size", "kept"),
    [
        ('{"email":"d@example.org"}', "25", None, True),
        ('{"email":"d@example.org"}', None, None, True),
        ('{"email":"d@example.org"}', None, -1, True),
        ('{"email":"d@example.org"}', None, 25, True),
        ('{"email":"REDACTED"}', "25", 20, False),
        ("{}", None, 25, False),
        ("{}", 25.0, None, False),
        ("", "25", None, False),
    ],
)
def test_a_request_that_was_filtered_is_not_known(read, sent, length, size, kept):
    """Its own Content-Length tells."""
    one = RECORDED[1].replace(method="POST", url=f"{BASE_URL}/v3/public-charging/sessions/T/receipt-email")
    entry = har_entry(one.replace(request_body=b"x"))
    entry["request"]["postData"]["text"] = sent
    entry["request"] |= {"bodySize": size, "headers": {"content-length": length}}
    _, (found,) = read(json.dumps(har_of([entry])))
    assert found.exchange.request_body == (sent.encode() if kept else b"")
