"""The state machine: Hypothesis chooses the steps of a run."""

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from plugproof_contracts import Status
from plugproof_contracts.argument_checks import check_arguments
from plugproof_harness.client.adapter import Adapter, AdapterError, offered
from plugproof_harness.laws.client_laws import BrokenLawError
from plugproof_harness.runs.client_run import ClientRun, run_steps
from plugproof_harness.runs.steps import FAULTS, OPERATION_OF, Step
from plugproof_harness.search.shrinking import shrink
from plugproof_mockserver import FakePlugchoice
from plugproof_mockserver.model.events import Event
from plugproof_mockserver.model.session_scenarios import SCENARIOS
from plugproof_strategies import emails

UNKNOWN_CODE = "NOBODY"
CODES = st.sampled_from((*SCENARIOS, UNKNOWN_CODE))
WAITS = st.sampled_from((0, 0, 0, 1, 10, 60, 300, 900, 3600))
"""Seconds, from a tap to a long session; 0 is until something happens by itself."""
BACK = st.sampled_from((0, 0, 0, 1, 2))
"""Most is done to the last session, the rest to those before it."""


def _statuses(*most: str) -> st.SearchStrategy[str]:
    """Where a session gets to before a button is pressed: nowhere, where it matters to the button, or anywhere."""
    return st.sampled_from(("", "", *most * 2, *Status))


_UNDER_WAY = (Status.AUTHORIZED, Status.STARTING, Status.CHARGING, Status.SETTLING)
TROUBLES = st.sampled_from((*[""] * 6, *FAULTS, "limit", "expire"))
"""What disturbs a request: often nothing."""
MOST_RUNNING = 2
"""Sessions that a client has at a time. When they are over it may start others."""

_HAS_SESSIONS = precondition(lambda self: self.client_run.sessions)


class ClientMachine(RuleBasedStateMachine):
    """Takes one client through one run; `client_machine` makes the subclass for an adapter."""

    adapter: ClassVar[type[Adapter]]
    world: ClassVar[dict[str, Any]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.client_run = ClientRun(self.adapter, **self.world)
        self.steps: list[Step] = []

    def teardown(self) -> None:
        """End the run."""
        self.client_run.close()

    @precondition(lambda self: self.client_run.running() < MOST_RUNNING)
    @rule(code=CODES, connector_id=st.sampled_from((1, 2)), email=st.none() | emails(), trouble=TROUBLES)
    def start(self, code: str, connector_id: int, email: str | None, trouble: str) -> None:
        """Start a session."""
        self._trouble("start", trouble)
        self._do("start", code, connector_id, *([email] if email else []))

    # A rule for each button, since Hypothesis gives each rule the same share.

    @_HAS_SESSIONS
    @rule(back=BACK, status=_statuses(*_UNDER_WAY), trouble=TROUBLES)
    def poll(self, back: int, status: str, trouble: str) -> None:
        """Ask how a session is."""
        self._press("poll", back, status, trouble)

    @_HAS_SESSIONS
    @rule(back=BACK, status=_statuses(*[""] * 4), trouble=TROUBLES)
    def confirm(self, back: int, status: str, trouble: str) -> None:
        """Confirm the payment."""
        self._press("confirm", back, status, trouble)

    @_HAS_SESSIONS
    @rule(back=BACK, status=_statuses(*[Status.CHARGING] * 4), trouble=TROUBLES)
    def stop(self, back: int, status: str, trouble: str) -> None:
        """Stop charging."""
        self._press("stop", back, status, trouble)

    @_HAS_SESSIONS
    @rule(back=BACK, status=_statuses(Status.AUTHORIZED, Status.STARTING), trouble=TROUBLES)
    def cancel(self, back: int, status: str, trouble: str) -> None:
        """Cancel a session."""
        self._press("cancel", back, status, trouble)

    @_HAS_SESSIONS
    @rule(back=BACK, status=_statuses(*_UNDER_WAY), trouble=TROUBLES, email=emails())
    def set_email(self, back: int, status: str, trouble: str, email: str) -> None:
        """Set the receipt address."""
        self._press("email", back, status, trouble, email)

    # What the driver has no part in.

    @rule(seconds=WAITS)
    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self._do(*(("wait", seconds) if seconds else ("next",)))

    @_HAS_SESSIONS
    @rule(back=BACK, choice=st.integers(0, 99), fault=st.sampled_from(("", *FAULTS)))
    def event(self, back: int, choice: int, fault: str) -> None:
        """Let something happen to a session that is possible now, and perhaps damage the next look at it."""
        session = self._session(back)
        possible = [event for event in self.client_run.possible(str(session)) if event is not Event.EXPIRE_TOKEN]
        if possible:
            self._do("event", session, possible[choice % len(possible)])
        if fault:
            self._do("fault", "get", fault)

    # How a rule becomes steps.

    def _press(self, verb: str, back: int, status: str, trouble: str, *arguments: str) -> None:
        session = self._session(back)
        if status and self.client_run.is_over(str(session)):
            # From an end nothing leads anywhere, and most runs would be spent there.
            self._do("start", "HAPPY", 1)
            session = self._session(0)
        if status:
            self._do("meanwhile", session, status)
        self._trouble(verb, trouble, session)
        self._do(verb, session, *arguments)

    def _trouble(self, verb: str, trouble: str, session: int = 0) -> None:
        if trouble == "limit":
            self._do("limit", OPERATION_OF[verb])
        elif trouble == "expire" and session:
            self._do("event", session, Event.EXPIRE_TOKEN)
        elif trouble in FAULTS:
            self._do("fault", OPERATION_OF[verb], trouble)

    def _session(self, back: int) -> int:
        numbers = list(self.client_run.sessions)
        return numbers[max(0, len(numbers) - 1 - back)]

    def _do(self, verb: str, *arguments: object) -> None:
        self.steps.append(Step(verb, tuple(map(str, arguments))))
        try:
            self.client_run.do(self.steps[-1])
        except BrokenLawError as error:
            error.instead = partial(shrink, self.steps, self._breaks, type(error))
            raise

    def _breaks(self, steps: Sequence[Step]) -> BrokenLawError | None:
        """Return what a run breaks; one that goes wrong otherwise, or lacks a session, breaks nothing."""
        try:
            run_steps(self.adapter, steps, self.world)
        except BrokenLawError as error:
            return error
        except (ValueError, AdapterError):
            return None
        return None


@check_arguments
def client_machine(adapter: type[Adapter], **world: Any) -> type[ClientMachine]:
    """Return the state machine that drives a client; its `.TestCase` is what pytest and unittest run.

    `world` is what `FakePlugchoice` takes, such as `errors="negotiated"`. Raises `AdapterError` for
    what is not an adapter, and what `FakePlugchoice` raises for what it does not take.
    """
    offered(adapter)
    FakePlugchoice(**world)
    return type(f"{adapter.__name__}Machine", (ClientMachine,), {"adapter": adapter, "world": world})
