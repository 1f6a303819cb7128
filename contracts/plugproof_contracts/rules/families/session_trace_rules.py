"""What one session may do from answer to answer."""

from collections.abc import Iterable
from decimal import Decimal

from plugproof_contracts.facts.level import Level
from plugproof_contracts.facts.session import TIMESTAMPS, Status
from plugproof_contracts.facts.session_lifecycle import CANCELLABLE, reachable
from plugproof_contracts.parsing.date_times import instant
from plugproof_contracts.parsing.finding import Finding, Text
from plugproof_contracts.parsing.parsed_response import ParsedResponse
from plugproof_contracts.parsing.trace import SessionTrace, TraceStep
from plugproof_contracts.rules.catalogue import SESSION_OPERATIONS, Findings, Subject, rule
from plugproof_contracts.rules.examples import failure, in_turn, success
from plugproof_contracts.rules.families.money_rules import ENERGY

_FINAL_AMOUNTS = ("amount_captured", "tax_amount")
_AGREED = (
    "connector_id",
    "charger.public_code",
    "pricing.currency",
    "pricing.price_per_kwh",
    "pricing.start_fee",
)
_OWING = frozenset(
    {
        Status.AUTHORIZED,
        Status.STARTING,
        Status.CHARGING,
        Status.STOPPING,
        Status.SETTLING,
        Status.CAPTURED,
        Status.CAPTURE_FAILED,
    }
)
"""On the way to a capture; elsewhere a hold may be released and a cost forgiven."""
_PAID_AT = "2026-01-10T11:01:00.000000Z"
_LATER = "2026-01-10T11:59:00.000000Z"


def _changes(life: SessionTrace, names: Iterable[str]) -> Findings:
    """Yield a finding wherever a field that was set is another or null."""
    for name in names:
        known: object = None
        for step in life.sessions:
            found, lost = _comparable(name, step), step.answer.data.get(name, known) is None
            if known is not None and (lost or found not in (None, known)):
                actual = step.answer.field(name)
                yield Finding("/data/" + name.replace(".", "/"), "the value it had", actual, step.position)
            known = known if found is None else found


def _comparable(name: str, step: TraceStep) -> object:
    """Equal moments may be written differently."""
    value = step.answer.field(name)
    return (instant(value) or value) if name in TIMESTAMPS and value is not None else value


@rule(
    "trace.lifecycle",
    Level.INFERRED,
    source="confirm-payment#response.status",
    on=Subject.LIFE,
    operations=SESSION_OPERATIONS,
    conforming=[
        in_turn(success("start", "created"), success("confirm", "authorized"), success("get", "captured")),
        in_turn(success("get", "stopping"), success("get", "charging")),
        in_turn(success("get", "captured"), success("get", "refunded")),
    ],
    violating=[
        in_turn(success("get", "settling"), success()),
        in_turn(success("get", "failed"), success("get", "charging")),
        in_turn(success("get", "refunded"), success("get", "captured")),
    ],
)
def lifecycle(life: SessionTrace) -> Findings:
    """The status moves along the lifecycle only.

    Clients stop polling at an end and start timers at a beginning; a session that goes back undoes both."""
    for before, after in life.pairs():
        earlier, later = before.answer.status, after.answer.status
        if earlier and later and not reachable(earlier, later):
            yield Finding("/data/status", f"{earlier}, or what it leads to", later, after.position)


@rule(
    "trace.timestamps-stay",
    Level.INFERRED,
    source="confirm-payment#response.created_at",
    on=Subject.LIFE,
    operations=SESSION_OPERATIONS,
    conforming=[
        in_turn(success("get", "authorized"), success("get", "charging")),
        in_turn(success(), success(created_at="2026-01-10T12:00:00+01:00")),
    ],
    violating=[
        in_turn(success(), success(created_at="2026-01-10T11:00:01Z")),
        in_turn(success(), success(), success(charging_started_at=_LATER)),
        in_turn(success("get", "captured"), success("get", "captured", completed_at=None)),
    ],
)
def timestamps_stay(life: SessionTrace) -> Findings:
    """A timestamp that is set stays as it is.

    It says when something happened; a receipt printed twice shows two times."""
    yield from _changes(life, TIMESTAMPS)


@rule(
    "trace.final-amounts-stay",
    Level.INFERRED,
    source="confirm-payment#response.amount_captured",
    on=Subject.LIFE,
    operations=SESSION_OPERATIONS,
    conforming=[in_turn(success(), success("get", "captured"), success("get", "refunded"))],
    violating=[
        in_turn(success("get", "captured"), success("get", "captured", amount_captured=240)),
        in_turn(success("get", "captured"), success("get", "refunded", tax_amount=0)),
        in_turn(success("get", "captured"), success("get", "captured", tax_amount=None)),
    ],
)
def final_amounts_stay(life: SessionTrace) -> Findings:
    """The captured amount and its tax stay as they are once they are set.

    They are what the driver's bank was told; books that change afterwards do not balance."""
    yield from _changes(life, _FINAL_AMOUNTS)


@rule(
    "trace.energy-never-falls",
    Level.INFERRED,
    source="confirm-payment#response.energy_kwh",
    on=Subject.LIFE,
    operations=SESSION_OPERATIONS,
    conforming=[in_turn(success(energy_kwh="9.9"), success(energy_kwh="9.90"), success(energy_kwh="10.1"))],
    violating=[
        in_turn(success(energy_kwh="10.1"), success(energy_kwh="9.9")),
        in_turn(success(energy_kwh="10.1"), success(energy_kwh=None)),
    ],
)
def energy_never_falls(life: SessionTrace) -> Findings:
    """The delivered energy never falls, and does not vanish on the way to a capture.

    A counter that runs backwards makes the driver doubt the bill."""
    most: Decimal | None = None
    for step in life.sessions:
        text = step.answer.field("energy_kwh")
        energy = Decimal(text) if text is not None and ENERGY.fullmatch(text) else most
        if most is not None and (_has_vanished("energy_kwh", step) or (energy is not None and energy < most)):
            yield Finding("/data/energy_kwh", "no less than before", text, step.position)
        most = max(most or Decimal(0), energy) if energy is not None else most


def _has_vanished(name: str, step: TraceStep) -> bool:
    """Return whether a field is null where what it showed before still counts."""
    return step.answer.status in _OWING and step.answer.data.get(name, "") is None


@rule(
    "trace.amounts-never-fall",
    Level.INFERRED,
    source="confirm-payment#response.cost_amount",
    on=Subject.LIFE,
    operations=SESSION_OPERATIONS,
    conforming=[
        in_turn(success(cost_amount=239), success(cost_amount=240), success("get", "captured", cost_amount=240)),
        in_turn(success(), success("get", "no_charge", cost_amount=0, amount_authorized=None)),
    ],
    violating=[
        in_turn(success(cost_amount=240), success(cost_amount=239)),
        in_turn(success(cost_amount=240), success("get", "settling", cost_amount=None)),
        in_turn(success("get", "authorized"), success(amount_authorized=None)),
        in_turn(success(amount_authorized=5000), success(amount_authorized=4000)),
    ],
)
def amounts_never_fall(life: SessionTrace) -> Findings:
    """The hold and the running cost neither fall nor vanish on the way to a capture.

    The page shows both while energy flows; a cost that goes back is charged nonetheless."""
    for name in ("amount_authorized", "cost_amount"):
        known: int | None = None
        for step in life.sessions:
            found = step.answer.field(name)
            if known is not None and (_has_vanished(name, step) or _has_fallen(found, known, step)):
                yield Finding(f"/data/{name}", f"no less than before, {known}", found, step.position)
            known = found if found is not None or step.answer.status not in _OWING else known


def _has_fallen(found: int | None, known: int, step: TraceStep) -> bool:
    return step.answer.status in _OWING and found is not None and found < known


@rule(
    "trace.same-session",
    Level.INFERRED,
    source="confirm-payment#response.connector_id",
    on=Subject.LIFE,
    operations=SESSION_OPERATIONS,
    conforming=[in_turn(success(), success(connector_status="Charging"))],
    violating=[
        in_turn(success(), success(connector_id=2)),
        in_turn(success(), success(charger={"public_code": "OTHER", "name": "Quay 4", "online": True})),
        in_turn(success(), success(pricing={"currency": "EUR", "price_per_kwh": 99, "start_fee": 50})),
        in_turn(success(), success(pricing={"currency": "SEK", "price_per_kwh": 45, "start_fee": 50})),
    ],
)
def same_session(life: SessionTrace) -> Findings:
    """A token shows one session: connector, charger and pricing stay.

    The driver agreed to a price at a socket; anything else is somebody else's session or another deal."""
    yield from _changes(life, _AGREED)


@rule(
    "trace.confirm-again",
    Level.INFERRED,
    source="confirm-payment#description",
    on=Subject.LIFE,
    operations=("confirm",),
    conforming=[
        in_turn(success("confirm", "created"), success("confirm", "authorized"), success("confirm", "charging")),
        in_turn(success("confirm", "authorized"), failure(404, operation="confirm")),
    ],
    violating=[
        in_turn(success("confirm", "authorized"), success("confirm", "authorized", amount_authorized=6000)),
        in_turn(success("confirm", "authorized"), failure(409, operation="confirm")),
    ],
)
def confirm_again(life: SessionTrace) -> Findings:
    """Confirming again changes nothing: the hold is the same, and the repeat is not refused.

    Clients repeat it when an answer was lost; a second hold takes the driver's money twice."""
    hold = None
    for step in life.steps:
        if step.answer.name != "confirm":
            continue
        if hold is not None and step.answer.code in (400, 409, 422):
            yield Finding("", "the session again", Text(f"{step.answer.code}"), step.position)
        found = step.answer.field("amount_authorized")
        if hold is not None and found is not None and found != hold:
            yield Finding("/data/amount_authorized", f"the hold as it was, {hold}", found, step.position)
        hold = hold if found is None else found


@rule(
    "trace.cancel-in-time",
    Level.DOCUMENTED,
    source="cancel-session#errors.409",
    on=Subject.LIFE,
    operations=("cancel",),
    conforming=[
        in_turn(success("get", "authorized"), success("cancel", "abandoned", authorized_at=_PAID_AT)),
        in_turn(success("get", "charging"), failure(409, operation="cancel")),
    ],
    violating=[
        in_turn(success("get", "charging"), success("cancel", "abandoned", authorized_at=_PAID_AT)),
        in_turn(success("get", "failed"), success("cancel", "failed")),
    ],
)
def cancel_in_time(life: SessionTrace) -> Findings:
    """Cancelling is refused once the session can no longer be cancelled.

    A client that is told it worked lets the driver go, and energy or a hold runs on."""
    for before, after in life.pairs():
        if after.answer.name == "cancel" and before.answer.status not in CANCELLABLE:
            yield Finding(
                "", f"a 409, for the session was {before.answer.status}", Text("a success"), after.position
            )


@rule(
    "trace.cancel-while-possible",
    Level.DOCUMENTED,
    source="cancel-session#errors.409",
    on=Subject.LIFE,
    operations=("cancel",),
    codes=(409,),
    conforming=[in_turn(success("get", "starting"), failure(409, operation="cancel"), success("get", "charging"))],
    violating=[
        in_turn(failure(409, operation="cancel"), success("get", "created")),
        in_turn(success("get", "starting"), failure(409, operation="cancel"), success("get", "starting")),
    ],
)
def cancel_while_possible(life: SessionTrace) -> Findings:
    """Cancelling is not refused while the session can still be cancelled.

    The driver wants out before charging, is told that it is too late, and pays."""
    refused: TraceStep | None = None
    for step in life.steps:
        status = step.answer.status
        if refused and status in CANCELLABLE:
            words = f"a success, for the session was {status} afterwards"
            yield Finding("", words, Text("409"), refused.position)
            refused = None
        elif status is not None and status not in CANCELLABLE:
            return  # from here on a refusal is due, and what comes back breaks the lifecycle
        elif (step.answer.name, step.answer.code) == ("cancel", 409):
            refused = step


def _above_known_hold(life: SessionTrace, amount: str) -> Findings:
    """Yield a finding wherever an amount exceeds a hold that another answer showed."""
    hold = None
    for step in life.sessions:
        shown, found = step.answer.field("amount_authorized"), step.answer.field(amount)
        if shown is None and hold is not None and found is not None and found > hold:
            yield Finding(f"/data/{amount}", f"at most the hold as it was, {hold}", found, step.position)
        hold = hold if shown is None else shown


@rule(
    "trace.cost-within-hold",
    Level.INFERRED,
    source="confirm-payment#response.cost_amount",
    on=Subject.LIFE,
    operations=SESSION_OPERATIONS,
    conforming=[in_turn(success(), success("get", "no_charge", amount_authorized=None, cost_amount=5000))],
    violating=[in_turn(success(), success("get", "no_charge", amount_authorized=None, cost_amount=5001))],
)
def cost_within_hold(life: SessionTrace) -> Findings:
    """The running cost is capped at the hold also where the answer does not show the hold.

    The driver was told once how much at most; leaving it out later does not make it more."""
    yield from _above_known_hold(life, "cost_amount")


@rule(
    "trace.capture-within-hold",
    Level.INFERRED,
    source="confirm-payment#response.amount_captured",
    on=Subject.LIFE,
    operations=SESSION_OPERATIONS,
    conforming=[in_turn(success(), success("get", "refunded", amount_authorized=None, amount_captured=5000))],
    violating=[in_turn(success(), success("get", "refunded", amount_authorized=None, amount_captured=5001))],
)
def capture_within_hold(life: SessionTrace) -> Findings:
    """No more is captured than was held, also where the answer does not show the hold.

    Stripe cannot capture above the authorisation, so one of the two answers is wrong."""
    yield from _above_known_hold(life, "amount_captured")


@rule(
    "trace.token-stays-gone",
    Level.INFERRED,
    source="get-session#errors.404",
    on=Subject.LIFE,
    operations=SESSION_OPERATIONS,
    codes=(404,),
    conforming=[in_turn(success(), failure(404), failure(404, operation="confirm"))],
    violating=[
        in_turn(success(), failure(404), success()),
        in_turn(failure(404), success("confirm", "created")),
        in_turn(failure(404), failure(500), failure(409, operation="cancel")),
    ],
)
def token_stays_gone(life: SessionTrace) -> Findings:
    """A token that was not found is not found later.

    Clients drop the session and tell the driver it is over; one that comes back may still cost money."""
    gone = False
    for step in life.steps:
        known = _knows_token(step.answer)
        if gone and known:
            yield Finding("", "404, as before", Text(f"{step.answer.code}"), step.position)
        gone = not known and (gone or (step.answer.code == 404 and step.answer.operation is not None))


def _knows_token(answer: ParsedResponse) -> bool:
    """A 422 may come before anybody looks for the session; what refuses to stop or to cancel has found it."""
    return answer.is_success or (answer.name, answer.code) in (("stop", 400), ("cancel", 409))


@rule(
    "trace.payment-stays-gone",
    Level.INFERRED,
    source="get-session#response.payment",
    on=Subject.LIFE,
    operations=("get",),
    conforming=[in_turn(success("start", "created"), success("get", "created"), success("get", "authorized"))],
    violating=[
        in_turn(success("confirm", "authorized"), success("get", "created")),
        in_turn(success("get", "failed"), success("get", "created")),
    ],
)
def payment_stays_gone(life: SessionTrace) -> Findings:
    """The payment does not come back after the session has left `created`.

    A form that appears again lets the driver pay twice."""
    left = False
    for step in life.sessions:
        if left and step.answer.name == "get" and step.answer.document.get("payment") is not None:
            yield Finding(
                "/payment", "null, for the session was paid or over before", Text("a payment"), step.position
            )
        left = left or step.answer.status is not Status.CREATED
