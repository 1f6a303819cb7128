import msgspec
import pytest

from plugproof_contracts import Status
from plugproof_mockserver.engine import operation_handlers
from plugproof_mockserver.engine.seeding import seed_state
from plugproof_mockserver.http.response import ErrorResponse, Response
from plugproof_mockserver.model.session_scenarios import SCENARIOS, charger_for
from plugproof_mockserver.model.settings import Settings
from plugproof_mockserver.model.state import ChargerState, SessionState

OPERATIONS = ("confirm", "get", "stop", "cancel", "receipt-email")

DECIDED = {
    #                   confirm             get    stop              cancel             receipt-email
    "created": ((200, "authorized"), (200,), (400,), (200, "abandoned"), (200,)),
    "authorized": ((200,), (200,), (400,), (200, "abandoned"), (200,)),
    "starting": ((200,), (200,), (400,), (200, "abandoned"), (200,)),
    "charging": ((200,), (200,), (200, "stopping"), (409,), (200,)),
    "stopping": ((200,), (200,), (200,), (409,), (200,)),
    "settling": ((200,), (200,), (400,), (409,), (200,)),
    "captured": ((200,), (200,), (400,), (409,), (422,)),
    "no_charge": ((200,), (200,), (400,), (409,), (422,)),
    "expired": ((200,), (200,), (400,), (409,), (422,)),
    "failed": ((200,), (200,), (400,), (409,), (422,)),
    "abandoned": ((200,), (200,), (400,), (409,), (422,)),
    "capture_failed": ((200,), (200,), (400,), (409,), (200,)),
    "requires_review": ((200,), (200,), (400,), (409,), (200,)),
    "refunded": ((200,), (200,), (400,), (409,), (422,)),
    "written_off": ((200,), (200,), (400,), (409,), (422,)),
}
"""What each operation is answered in each status, and the status it leads to where that is another."""

CASES = [
    (status, operation, *decided)
    for status, row in DECIDED.items()
    for operation, decided in zip(OPERATIONS, row, strict=True)
]


def charger(code: str = "HAPPY", **changes) -> ChargerState:
    return msgspec.structs.replace(charger_for(code, SCENARIOS[code], 5000), **changes)


def in_status(status: str, now: int, code: str = "HAPPY") -> SessionState:
    return seed_state(Status(status), charger(code), "t" * 40, Settings(), now)


def run(
    operation: str, session: SessionState | None, where: ChargerState | None, now: int
) -> operation_handlers.OperationResult:
    body = b'{"email": "driver@example.org"}' if operation == "receipt-email" else b""
    call = operation_handlers.read_call(operation, "t" * 40, body, "application/json")
    return operation_handlers.handle(call, operation_handlers.OperationContext(Settings(), session, where), now)


def test_the_table_knows_every_status():
    assert set(DECIDED) == set(Status)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[1]}")
def test_an_operation_is_decided_by_the_status(case, noon):
    status, operation, code, *leads_to = case
    session = in_status(status, noon)
    result = run(operation, session, charger(), noon)
    answer, kept = result.answer, result.session
    assert answer.status == code
    assert kept is not None
    assert kept.status == (leads_to[0] if leads_to else status)
    if code == 200:
        assert isinstance(answer, Response)
        assert msgspec.json.decode(answer.body)["data"]["status"] == kept.status
    else:
        assert kept == session


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_leaves_the_status_leaves_the_session(operation, noon):
    """Only set-receipt-email changes anything without a move: the address, and nothing else."""
    for status, row in DECIDED.items():
        if len(row[OPERATIONS.index(operation)]) == 1:
            session = in_status(status, noon)
            kept = run(operation, session, charger(), noon).session
            allowed = msgspec.structs.replace(session, email="driver@example.org")
            assert kept in ((session, allowed) if operation == "receipt-email" else (session,))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_without_a_session_there_is_one_and_the_same_answer(operation, noon):
    assert run(operation, None, None, noon) is operation_handlers.MISSING
    assert ErrorResponse(404, "Not Found") == operation_handlers.MISSING.answer


@pytest.mark.parametrize(
    ("code", "online", "answer", "leads_to"),
    [
        ("HAPPY", True, 200, "stopping"),
        ("HAPPY", False, 400, "charging"),
        ("STOPFAIL", True, 400, "charging"),
        ("SLOW", True, 504, "stopping"),
    ],
)
def test_a_stop_depends_on_the_charger(code, online, answer, leads_to, noon):
    outcome = run("stop", in_status("charging", noon, code), charger(code, online=online), noon)
    assert outcome.answer.status == answer
    assert outcome.session is not None
    assert outcome.session.status == leads_to


def test_a_cancelled_session_keeps_its_past_and_says_why(noon):
    kept = run("cancel", in_status("starting", noon), charger(), noon).session
    assert kept is not None
    assert kept.authorized is not None
    assert kept.reason == "The driver cancelled the session."


def test_get_sends_the_payment_and_the_others_do_not(noon):
    for operation in ("get", "receipt-email"):
        reply = run(operation, in_status("created", noon), charger(), noon).answer
        assert isinstance(reply, Response)
        assert ("payment" in msgspec.json.decode(reply.body)) == (operation == "get")


def test_the_terminal_check_comes_after_the_body(noon):
    call = operation_handlers.read_call("receipt-email", "t" * 40, b"{}", "application/json")
    given = operation_handlers.OperationContext(Settings(), in_status("captured", noon), charger())
    answer = operation_handlers.handle(call, given, noon).answer
    assert isinstance(answer, ErrorResponse)
    assert answer.message == "The email field is required."


def test_the_engine_changes_nothing_that_it_was_given(noon):
    session = in_status("created", noon)
    before = msgspec.structs.asdict(session)
    run("confirm", session, charger(), noon)
    assert msgspec.structs.asdict(session) == before


@pytest.mark.parametrize(
    ("path", "takes"),
    [
        ("/v3/public-charging/sessions", True),
        ("/x/receipt-email", True),
        ("/x/confirm", False),
        ("/sessions/t", False),
    ],
)
def test_only_start_and_receipt_email_read_a_body(path, takes):
    assert operation_handlers.takes_body(path) is takes
