import pickle

import pytest

from plugproof_contracts import Status, Token
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.model.timestamps import seconds
from plugproof_mockserver.world.faults.faults import make_fault
from plugproof_mockserver.world.nouns.journal import KEPT_BODY, SIZE, Journal


def raw(number: int, body: bytes = b""):
    return (number, "GET", "/x/{token}", "get", f"token {number}", 200, "::1", (), body)


def test_a_journal_is_a_ring_oldest_first():
    journal = Journal(3)
    for number in range(5):
        journal.add(raw(number))
    assert [entry.at for entry in journal] == [2, 3, 4]
    assert (len(journal), journal[0].at, journal[-1].at) == (3, 2, 4)
    assert [entry.at for entry in journal[1:]] == [3, 4]
    journal.clear()
    assert list(journal) == []
    assert repr(journal) == "<Journal of 0 requests>"


def test_a_world_keeps_its_last_thousand_requests(world, answer):
    for number in range(SIZE + 5):
        answer(world, Request("GET", f"/{number}"))
    assert len(world.journal) == 1000
    assert world.journal[0].path == "/5"


def test_an_entry_says_who_asked_what_and_how_it_was_answered(world, ask, noon):
    token = world.seed_session(Status.CREATED).token
    world.faults.append(make_fault("confirm", "500"))
    world.advance(seconds(1))
    ask(world, "confirm", token, client="10.0.0.9")
    (entry,) = world.journal
    assert entry == (
        noon + seconds(1),
        "POST",
        "/v3/public-charging/sessions/{token}/confirm",
        "confirm",
        token,
        500,
        "10.0.0.9",
        ("500",),
        b"",
    )
    assert entry.describe() == {
        "at": "2026-01-10T12:00:01.000000Z",
        "method": "POST",
        "path": f"/v3/public-charging/sessions/{Token(token)}/confirm",
        "operation": "confirm",
        "token": str(Token(token)),
        "status": 500,
        "client": "10.0.0.9",
        "faults": ["500"],
        "body": "",
    }


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("PUT", "/v3/public-charging/sessions", 405), ("OPTIONS", "/v3/x", 404)],
)
def test_what_no_operation_answers_is_noted_too(world, answer, method, path, status):
    answer(world, Request(method, path))
    (entry,) = world.journal
    assert (entry.method, entry.path, entry.operation, entry.token, entry.status) == (
        method,
        path,
        None,
        None,
        status,
    )


def test_a_refused_request_is_noted(make_world, ask):
    world = make_world(rate_limit="shared")
    for _ in range(11):
        ask(world, "confirm", "x")
    assert [entry.status for entry in world.journal] == [404] * 10 + [429]


def test_a_long_body_is_cut():
    journal = Journal()
    journal.add(raw(1, b"many words " * 500))
    assert journal[0].body == (b"many words " * 500)[:KEPT_BODY]


def test_no_more_of_a_body_is_kept_than_is_shown():
    """A thousand bodies of 64 KB would be 64 MB."""
    journal = Journal()
    journal.add(raw(1, b"many words " * 5000))
    assert len(pickle.dumps(journal._ring)) < KEPT_BODY + 500


TOKEN = "3f9a1c0b52" * 4


@pytest.mark.parametrize(
    "written",
    [
        TOKEN,
        "".join(f"%{ord(letter):02x}" for letter in TOKEN),
        "".join(f"\\u{ord(letter):04X}" for letter in TOKEN),
        f"%33{TOKEN[1:]}",
        f"\\u0033{TOKEN[1:]}",
    ],
)
@pytest.mark.parametrize(
    "around",
    ['{{"session_token": "{}"}}', "session_token={}&x=1", "{}", "[{}]", "https://x.example/sessions/{}/confirm"],
)
def test_a_token_in_a_body_is_shown_as_its_fingerprint(written, around):
    journal = Journal()
    journal.add(raw(1, around.format(written).encode()))
    assert journal[0].body.decode() == around.format(Token(TOKEN))


@pytest.mark.parametrize("before", range(KEPT_BODY - 45, KEPT_BODY, 4))
def test_a_token_is_not_shown_in_part_where_a_body_is_cut(before):
    journal = Journal()
    journal.add(raw(1, b" " * before + TOKEN.encode() + b" " * 5000))
    assert set(journal[0].body.strip().decode()) <= set(str(Token(TOKEN)))
    assert TOKEN[:12] not in journal[0].describe()["body"]


def test_what_a_test_looks_for_in_a_body_stays():
    body = b'{"code": "HAPPY", "connector_id": 1, "email": "first.last+tag@a-rather-long.example.org"}'
    journal = Journal()
    journal.add(raw(1, body))
    assert journal[0].body == body
