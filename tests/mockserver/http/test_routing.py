import random
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from plugproof_contracts import Status
from plugproof_contracts.facts.operations import OPERATIONS, PREFIX
from plugproof_mockserver.http.request import Request
from plugproof_mockserver.http.routing import find_route
from plugproof_mockserver.model.timestamps import parse

TOKEN = "0123456789abcdef0123456789abcdef01234567"
NOON = parse("2026-01-10T12:00:00Z")

TRICKS = [
    *("%2F", "%2f", "%00", "%0d%0a", "%0D%0AX-A:b", "%ff", "%fe", "%C0%AF", "%E2%80%8B", "%25", "%2561", "%u0061"),
    *("%20", "%09", "%7f", "%80", "%252e", "%2e%2e", "/%2e%2e/", "/../", "/./", "//", "..", ".", "\\", "~", "|"),
    *(";", ";a=b", ",", ":", "@", "!", "*", "+", "&", "=", "#", "'", '"', "<", ">", "?", " "),
    *("\x00", "\r\n", "\t", "\x7f", "\xff", "\ufeff", "\ud800", "é"),
]
"""What proxies, servers and file systems have been known to take for something else."""

VERBS = ("", "/confirm", "/stop", "/cancel", "/receipt-email")


def sessions(tail: str) -> str:
    return f"{PREFIX}/sessions/{tail}"


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda op: op.name)
def test_every_operation_is_found_at_its_place(operation):
    place = find_route(operation.template.replace("{token}", "T").replace("{code}", "C"))
    assert place is not None
    assert place.template == operation.template
    assert place.methods[operation.method] is operation
    assert place.argument == {"start": "", "charger": "C"}.get(operation.name, "T")
    assert place.has_token == ("{token}" in operation.path)


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/sessions", "POST"),
        ("/sessions/T", "GET, HEAD"),
        ("/sessions/T/confirm", "POST"),
        ("/chargers/C", "GET, HEAD"),
    ],
)
def test_a_place_says_which_methods_it_allows(path, allow):
    place = find_route(PREFIX + path)
    assert place is not None
    assert place.allow == allow


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/v3",
        PREFIX,
        PREFIX + "/",
        PREFIX + "/chargers",
        PREFIX + "/chargers/",
        PREFIX + "/sessions/",
        PREFIX + "/sessions//confirm",
        PREFIX + "/sessions/T/",
        PREFIX + "/sessions/T/Confirm",
        PREFIX + "/sessions/T/confirm/",
        PREFIX + "/sessions/T/confirm/x",
        PREFIX + "/sessions/T/get",
        PREFIX + "/Sessions/T",
        "/v3/public%2Dcharging/sessions/T",
        "/v2/public-charging/sessions/T",
        PREFIX + "/sessions?T",
        "/x" + PREFIX + "/sessions/T",
    ],
)
def test_nothing_lives_anywhere_else(path):
    assert find_route(path) is None


def percent_encodings(token: str) -> list[str]:
    """Return other spellings of a token: every one decodes to it, and none is it."""
    spelled = [
        token[:at] + f"%{ord(char):{case}}" + token[at + 1 :]
        for at, char in enumerate(token)
        for case in ("02x", "02X")
    ]
    whole = "".join(f"%{ord(char):02x}" for char in token)
    return [*spelled, whole, whole.replace("%", "%25"), quote(token[0], safe="") + "%31" + token[2:]]


@pytest.mark.parametrize("verb", VERBS)
def test_a_percent_encoded_token_is_another_token(verb):
    for spelled in percent_encodings(TOKEN):
        place = find_route(sessions(spelled + verb))
        assert place is not None
        assert place.argument == spelled != TOKEN


hostile = st.lists(
    st.sampled_from([*TRICKS, TOKEN, TOKEN[:20], TOKEN.upper(), "a", *VERBS]) | st.text(max_size=3),
    min_size=1,
    max_size=6,
).map("".join)


@settings(max_examples=300)
@given(hostile, hostile)
@example("a", "%61")
@example("%ff%fe", "%C0%AF")
def test_two_arguments_are_one_only_if_their_bytes_are(one, other):
    first, second = find_route(sessions(one)), find_route(sessions(other))
    if one != other and first and second:
        assert (first.argument, first.template) != (second.argument, second.template)


def hostile_paths(token: str, count: int, chance: random.Random) -> list[str]:
    """Return so many paths around a token that somebody who means harm might send."""
    parts = [*TRICKS, token, token[:20], token[20:], token.upper(), "sessions", "chargers", "confirm", "HAPPY"]
    paths = {"x" * 60_000, sessions("x" * 60_000), sessions(token + "%00" * 20_000)}
    while len(paths) < count:
        inner = "".join(chance.choices(parts, k=chance.randint(1, 5)))
        paths.add(sessions(inner + chance.choice(VERBS)) if chance.random() < 0.9 else f"{PREFIX}/{inner}")
    return sorted(paths - {sessions(token + verb) for verb in VERBS})


def test_no_hostile_path_is_a_server_error_or_the_token(make_world, answer):
    """Of 5000 hostile paths, none is a server error and none is the token."""
    world = make_world(rate_limit="off")
    token = world.seed_session(Status.CHARGING).token
    state = world.sessions.get(token, NOON)
    for path in hostile_paths(token, 5200, random.Random(7)):
        method = "GET" if len(path) % 2 else "POST"
        found = answer(world, Request(method, path))
        assert found.status in {400, 404, 405, 422} or path.endswith("chargers/HAPPY"), path
    assert world.sessions.get(token, NOON) is state


def test_other_spellings_of_a_token_are_unknown_tokens(make_world, answer):
    """Other spellings of a token are answered like a token that never existed."""
    world = make_world(rate_limit="off")
    token = world.seed_session(Status.CREATED).token
    unknown = answer(world, Request("POST", sessions("0" * 40 + "/confirm")))
    assert unknown.status == 404
    for spelled in percent_encodings(token):
        assert answer(world, Request("POST", sessions(spelled + "/confirm"))) == unknown
    assert world.sessions.get(token, NOON).status == "created"
