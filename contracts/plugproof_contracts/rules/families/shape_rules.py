"""The answer has the documented members, each of its documented type."""

from plugproof_contracts.facts.level import Level
from plugproof_contracts.parsing.parsed_response import ParsedResponse
from plugproof_contracts.parsing.schema import Misfit
from plugproof_contracts.rules.catalogue import Findings, Subject, rule
from plugproof_contracts.rules.examples import CHARGER, success

_FINE = success()
_BODY = _FINE.body or b""


def _of(answer: ParsedResponse, kind: Misfit) -> Findings:
    return (finding for found, finding in answer.misfits if found is kind)


@rule(
    "shape.envelope",
    Level.DOCUMENTED,
    source="confirm-payment#response",
    on=Subject.SUCCESS,
    conforming=[_FINE, success("start", "created"), success("charger")],
    violating=[_FINE.replace(body=b"[]"), _FINE.replace(body=b'{"payment":null}'), _FINE.replace(body=b'"ok"')],
)
def envelope(answer: ParsedResponse) -> Findings:
    """A success is an object with the operation's documented members.

    Every client reads `data` first; without it there is nothing to read."""
    yield from _of(answer, Misfit.ENVELOPE)


@rule(
    "shape.types",
    Level.DOCUMENTED,
    source="confirm-payment#response",
    on=Subject.SUCCESS,
    conforming=[_FINE, success("charger")],
    violating=[
        success(cost_amount="239"),
        success(energy_kwh=4.2),
        success(connector_id=True),
        success(amount_authorized=5000.5),
        success("charger", connectors={}),
        success("get", "created", payment=[]),
    ],
)
def types(answer: ParsedResponse) -> Findings:
    """Every field has its documented type.

    A typed client fails on the whole answer; an untyped one computes with "239" + 1. (JSON has one type of
    number: 45.0 is the integer 45 to JSON Schema, and so it is here.)"""
    yield from _of(answer, Misfit.TYPE)


@rule(
    "shape.fields-present",
    Level.INFERRED,
    source="confirm-payment#response",
    on=Subject.SUCCESS,
    conforming=[_FINE, success("charger")],
    violating=[
        _FINE.replace(body=_BODY.replace(b'"tax_amount":null,', b"")),
        success(pricing={"currency": "EUR", "price_per_kwh": 45}),
        _FINE.replace(body=_BODY.replace(b',"payment":null', b"")),
    ],
)
def fields_present(answer: ParsedResponse) -> Findings:
    """Every documented field is there, even if it is null.

    All samples show all fields; a client that indexes them fails on the first that is left out."""
    yield from _of(answer, Misfit.MISSING)


@rule(
    "shape.known-fields",
    Level.ASSUMED,
    source="confirm-payment#response",
    on=Subject.SUCCESS,
    conforming=[_FINE],
    violating=[success(vat_rate=21), success("charger", connectors=[CHARGER["connectors"][0] | {"max_kw": 11}])],
)
def known_fields(answer: ParsedResponse) -> Findings:
    """Only documented fields are sent.

    A new field breaks nobody who ignores what they do not know, but it is news, and strict decoders refuse it."""
    yield from _of(answer, Misfit.UNKNOWN)


@rule(
    "nulls.only-where-documented",
    Level.DOCUMENTED,
    source="confirm-payment#response",
    on=Subject.SUCCESS,
    conforming=[success(connector_status=None, driver_email=None), success("get", "authorized")],
    violating=[
        success(connector_id=None),
        success(pricing=None),
        success(charger={"public_code": "HAPPY", "name": None, "online": True}),
        success("charger", preauth_amount=None),
        _FINE.replace(body=b'{"data":null,"payment":null}'),
    ],
)
def only_where_documented(answer: ParsedResponse) -> Findings:
    """Only the fields that the reference calls nullable are null.

    Clients guard the nullable fields and rely on the rest: `null` where none is due crashes the payment page."""
    yield from _of(answer, Misfit.NULL)
