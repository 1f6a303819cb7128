"""Drawn requests are taken by the fake, and invalid ones are refused by it."""

import re

import msgspec
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from plugproof_contracts.parsing.date_times import instant
from plugproof_mockserver.http.request_bodies import StartBody, read_email, read_start
from plugproof_mockserver.http.response import ErrorResponse
from plugproof_strategies import (
    amounts,
    charger_codes,
    connector_ids,
    emails,
    energies,
    invalid_charger_codes,
    invalid_connector_ids,
    invalid_emails,
    invalid_start_requests,
    public_chargers,
    start_requests,
    timestamps,
    tokens,
)

JSON = "application/json"


def start(body):
    return read_start(msgspec.json.encode(body), JSON)


def complaints(answer):
    assert isinstance(answer, ErrorResponse)
    return set(answer.fields or ())


@given(start_requests())
def test_a_start_request_is_taken(body):
    assert start(body) == StartBody(body["code"], body["connector_id"], body.get("email"))


@given(emails())
def test_an_address_is_taken(email):
    assert read_email(msgspec.json.encode({"email": email}), JSON) == email


@given(start_requests(), invalid_charger_codes())
def test_an_invalid_code_is_refused(body, code):
    assert complaints(start(body | {"code": code})) == {"code"}


@given(start_requests(), invalid_connector_ids())
def test_an_invalid_connector_is_refused(body, number):
    assert complaints(start(body | {"connector_id": number})) == {"connector_id"}


@given(invalid_emails())
def test_an_invalid_address_is_refused(email):
    assert complaints(read_email(msgspec.json.encode({"email": email}), JSON)) == {"email"}


@given(invalid_start_requests())
def test_an_invalid_start_is_refused_for_exactly_one_field(body):
    """An invalid start request is refused for exactly one field."""
    assert len(complaints(start(body))) == 1


@given(tokens(), charger_codes(), connector_ids(), amounts(), energies())
def test_values_are_within_their_documented_bounds(token, code, number, amount, energy):
    assert re.fullmatch(r"[A-Za-z0-9_-]{8,64}", token)
    assert re.fullmatch(r"[A-Za-z0-9]{1,10}", code)
    assert 1 <= number <= 100
    assert amount >= 0
    assert re.fullmatch(r"[0-9]+(\.[0-9]+)?", energy)


@pytest.mark.parametrize("coherent", [True, False])
@given(data=st.data())
def test_a_timestamp_is_iso_8601_and_has_an_offset_if_coherent(data, coherent):
    """A timestamp is ISO 8601, and a coherent one has an offset."""
    moment = instant(data.draw(timestamps(coherent=coherent)))
    assert moment is not None
    assert moment.tzinfo is not None or not coherent


@pytest.mark.parametrize("wanted", ["02-29T", "W", "+05:45", "-12:00", ",", ".123456789", "9999-"])
def test_odd_timestamps_include(wanted):
    assert find(timestamps(coherent=False), lambda text: wanted in text)


@given(public_chargers())
def test_the_connectors_of_a_charger_have_different_numbers(charger):
    numbers = [connector.connector_id for connector in charger.connectors]
    assert len(set(numbers)) == len(numbers) <= 4


@settings(max_examples=1)
@given(st.data())
def test_a_number_of_connectors_that_no_charger_has_is_refused(data):
    with pytest.raises(InvalidArgument, match="min_connectors can't be 5; it must be one of 0, 1, 2, 3, 4"):
        data.draw(public_chargers(min_connectors=5))


@pytest.mark.parametrize(
    ("strategy", "least"),
    [
        (tokens(), "00000000"),
        (charger_codes(), "0"),
        (emails(), "0@example.org"),
        (timestamps(), "2026-01-01T00:00:00.000000Z"),
        (energies(), "0.000"),
        (amounts(), 0),
        (start_requests(), {"code": "0", "connector_id": 1}),
    ],
)
def test_values_shrink_to_what_is_short_and_usual(strategy, least):
    assert find(strategy, lambda _: True) == least
