"""The fast path says what the rules say, to the byte."""

import json
from datetime import timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from plugproof_contracts import RULES, Status
from plugproof_contracts.checking.checker import examine, examine_by_rules
from plugproof_contracts.checking.fast_models import _KEYS, _VARYING
from plugproof_contracts.checking.fast_path import accept
from plugproof_contracts.exchanges.headers import Headers
from plugproof_contracts.facts.error_texts import TIMED_OUT
from plugproof_contracts.facts.operations import OPERATIONS
from plugproof_contracts.rules.examples import CHARGER, NOON, PAYMENT, failure, refusal, session, success

times = st.one_of(
    st.none(),
    st.timedeltas(timedelta(hours=-2), timedelta(minutes=3)).map(lambda ago: (NOON + ago).isoformat()),
    st.sampled_from(
        [
            "2026-01-10T11:00:00.123456789Z",
            "2026-01-10T11:00:00",
            "2026-01-10 11:00:00Z",
            "2026-01-10T11:00:00.1234560Z",
            "2026-01-10T11:00:00.1234559Z",
            "20260110T110000Z",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
        ]
    ),
)
amounts = st.one_of(
    st.none(), st.integers(-2, 6000), st.sampled_from([2**53 - 1, 2**53, 2**63, 2**64, 10**30, 1.0, True])
)
words = st.one_of(
    st.none(),
    st.sampled_from(["", "a@b", "EUR", "EUR\n", 'x":y', " :", "Café", "\ud800", "4.2\n"]),
    st.text(max_size=12),
)
FIELDS = {
    "status": st.sampled_from([*Status, "paused", None]),
    "failure_reason": words,
    "connector_id": st.integers(-1, 102),
    "connector_status": words | st.sampled_from(["Charging", "charging"]),
    "charger": st.fixed_dictionaries({"public_code": words, "name": words, "online": st.booleans()}),
    "pricing": st.fixed_dictionaries({"currency": words, "price_per_kwh": amounts, "start_fee": amounts}),
    "amount_authorized": amounts,
    "energy_kwh": words | st.sampled_from(["1.5", "0", "1e3", "٣"]),
    "cost_amount": amounts,
    "amount_captured": amounts,
    "tax_amount": amounts,
    "driver_email": words,
    "created_at": times,
    "authorized_at": times,
    "charging_started_at": times,
    "completed_at": times,
    "captured_at": times,
    "vat": st.just(21),
}
HEADERS = {
    "content-type": st.sampled_from(["application/json", "application/json; charset=utf-8", "text/html", ""]),
    "date": st.sampled_from(["Sat, 10 Jan 2026 12:00:00 GMT", "soon", "Sat, 10 Jan 2026 11:00:00 GMT"]),
    "x-ratelimit-limit": st.sampled_from(["10", "30", "3", "010", "-1"]),
    "x-ratelimit-remaining": st.sampled_from(["9", "2", "0", "29", "30", "09", "x"]),
    "access-control-allow-origin": st.sampled_from(["*", ""]),
    "access-control-expose-headers": st.just("Retry-After"),
    "cf-mitigated": st.just("challenge"),
    "retry-after": st.just("3"),
}
OPERATION_STATUSES = {"start": ["created"], "cancel": ["abandoned"], "stop": ["stopping", "settling"]}
LAYOUTS: list[dict[str, object]] = [
    {"separators": (",", ":")},
    {"separators": (",", ":")},
    {"indent": 4},
    {"separators": (",", " : ")},
    {"separators": (",", "\t:"), "ensure_ascii": False},
]
HOLES = [
    b"",
    b'"status":"captured",',
    b'"cost_amount" :7,',
    b'"data":{},',
    b'"a\\":":1,',
    b" ",
    b"\xef\xbb\xbf",
    b"\xff",
    b"0",
]


@st.composite
def exchanges(draw):
    """Answers near to valid ones: a few fields, headers, bytes and sides of the request are changed."""
    operation = draw(st.sampled_from(sorted(OPERATIONS)))
    changed = draw(st.lists(st.sampled_from(sorted(FIELDS)), max_size=2, unique=True))
    usual = st.sampled_from(OPERATION_STATUSES.get(operation, list(Status)))
    status = draw(usual | usual | st.sampled_from(Status))
    changes = {name: draw(FIELDS[name]) for name in changed}
    data = CHARGER | changes if operation == "charger" else session(status) | changes
    document = {"data": data}
    if operation in ("get", "start"):
        due = PAYMENT if status == "created" else None
        document["payment"] = draw(st.sampled_from([due, due, PAYMENT, None, PAYMENT | {"client_secret": ""}]))
    if operation == "start":
        document["session_token"] = draw(st.sampled_from(["abc", "abc", "", "a/b"]))
    body = json.dumps(document, **draw(st.sampled_from(LAYOUTS))).encode("utf-8", "surrogatepass")
    at = draw(st.integers(0, len(body)))
    body = body[:at] + draw(st.one_of([st.just(b"")] * 4 + [st.sampled_from(HOLES)])) + body[at:]
    one = success(
        operation,
        without=draw(st.sampled_from([""] * 20 + [*HEADERS])),
        headers=draw(st.fixed_dictionaries({}, optional=HEADERS) if draw(st.integers(0, 3)) == 0 else st.just({})),
    )
    accept_header = draw(st.sampled_from(["application/json", "*/*", ""]))
    sent = draw(st.sampled_from([b"", b'{"code":"X","connector_id":1,"email":"x@y"}']))
    return one.replace(body=body, request_headers={"accept": accept_header}, request_body=sent)


@st.composite
def failures(draw):
    """Failures near to documented ones, some with a word, a field, a header or a byte of another."""
    code = draw(st.sampled_from([400, 401, 403, 404, 405, 409, 410, 413, 422, 429, 500, 502, 503, 504]))
    text = draw(st.sampled_from(["Not Found", "Too Many Attempts.", "", 'x":y', 7, None, TIMED_OUT]))
    errors = draw(st.sampled_from([{"email": ["Invalid."]}, {"email": []}, {}, [], {"email": "Invalid."}, None]))
    more = draw(st.sampled_from([{}, {}, {"errors": errors}, {"trace": []}, {"code": "x"}]))
    one = failure(code, text, operation=draw(st.sampled_from(sorted(OPERATIONS))), **more)
    headers = draw(st.sampled_from([dict(refusal(30).headers), dict(one.headers)]))
    headers |= draw(st.fixed_dictionaries({}, optional=HEADERS) if draw(st.booleans()) else st.just({}))
    at, hole = draw(st.integers(0, len(one.body))), draw(st.sampled_from([b""] * 8 + HOLES))
    accept_header = draw(st.sampled_from(["application/json", "*/*", ""]))
    return one.replace(
        body=one.body[:at] + hole + one.body[at:], headers=headers, request_headers={"accept": accept_header}
    )


@st.composite
def partly_recorded(draw, answers):
    """Answers whose recorder may have left headers out."""
    one = draw(answers)
    kept = [pair for pair in one.headers if draw(st.booleans())]
    return one.replace(headers=Headers(kept, is_partial=draw(st.booleans())))


@settings(max_examples=1000, deadline=None)
@given(exchanges() | failures() | partly_recorded(exchanges() | failures()))
@example(success(driver_email="a@b\n"))
@example(success(energy_kwh="1\n"))
@example(success(driver_email="d" * 254 + "@e"))
def test_the_fast_path_and_all_rules_say_the_same(exchange):
    assert examine(exchange) == examine_by_rules(exchange.replace())


@pytest.mark.parametrize(
    "duplicate", [b'"cost_amount":1,', b'"cost_amount" :1,', b'"cost_amount"\n\t:1,', b'"cost_amount"\r:1,']
)
def test_the_fast_path_is_not_fooled_by_a_key_that_comes_twice(duplicate):
    body = success().body.replace(b'"cost_amount"', duplicate + b'"cost_amount"')
    assert accept(success().replace(body=body)) is None


@pytest.mark.parametrize("one", RULES.values(), ids=RULES)
def test_the_fast_path_leaves_no_violating_example_unasked(one):
    """A rule that finds something is asked, whatever the fast path knows of the answer."""
    singles = [example[0] for example in one.violating if len(example) == 1]
    accepted = [found for exchange in singles if (found := accept(exchange))]
    assert all(one in found.open_rules for found in accepted)
    assert [examine(exchange) for exchange in singles] == [
        examine_by_rules(exchange.replace()) for exchange in singles
    ]


@pytest.mark.parametrize(
    "exchange",
    [
        failure(404),
        failure(409, operation="cancel"),
        failure(422, operation="receipt-email", errors={"email": ["Invalid."]}),
        failure(500),
        failure(504, TIMED_OUT, operation="stop"),
    ],
)
def test_an_ordinary_failure_takes_the_fast_path(exchange):
    """A failure in the documented words, with the documented headers, leaves no rule to ask."""
    assert accept(exchange).open_rules == ()


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("operation", ["get", "confirm"])
def test_an_ordinary_session_takes_the_fast_path(operation, status):
    assert accept(success(operation, status)) is not None


@pytest.mark.parametrize(
    ("operation", "status"), [("start", "created"), ("stop", "stopping"), ("cancel", "abandoned"), ("charger", "")]
)
def test_the_other_operations_take_it_too(operation, status):
    assert accept(success(operation, status)) is not None


CORS = "access-control-allow-origin"


@pytest.mark.parametrize(
    "exchange",
    [
        success(without=CORS),
        success(headers={CORS: "https://app.plugchoice.com"}),
        success(headers={"access-control-expose-headers": "Retry-After"}),
        success("cancel", "expired"),
    ],
)
def test_an_assumed_break_keeps_the_fast_path(exchange):
    """What is only assumed is told, and does not send an answer the long way."""
    assert examine(exchange) == examine_by_rules(exchange.replace())
    (violation,) = examine(exchange).violations
    assert violation.rule in {rule.slug for rule in accept(exchange).open_rules}


def test_the_count_of_keys_follows_the_models():
    """A field that the models gain is counted without a second statement of it."""
    for operation in OPERATIONS:
        body = success(operation, "created", **({"connectors": []} if operation == "charger" else {})).body
        varying = sum(each for _, each, is_list in _VARYING[operation] if not is_list)
        assert _KEYS[operation] + varying == body.count(b'":')
