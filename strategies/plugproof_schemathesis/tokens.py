"""Tokens of live sessions: without one, most operations have nothing to say but 404."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from schemathesis import BaseSchema, Case, HookContext, Response
from schemathesis.generation.meta import TestPhase
from schemathesis.hooks import GLOBAL_HOOK_DISPATCHER

from plugproof_contracts.parsing.parsed_response import ParsedResponse
from plugproof_schemathesis.recorded_exchange import exchange_of

MOST = 8
"""Sessions that are played with at a time: enough to be in different statuses, few enough to get somewhere."""

SHARE = 0.7
"""How many of the made-up tokens are exchanged for one that was given out."""


class Tokens:
    """The tokens that were given out last."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - it is to draw the same again
        self._known: deque[str] = deque(maxlen=MOST)

    def after_call(self, context: HookContext, case: Case[Any], response: Response) -> None:
        """Learn the token of a session that was just started."""
        answer = ParsedResponse(exchange_of(response))
        if answer.name == "start" and answer.is_success and answer.token:
            self._known.append(answer.token.reveal())

    def map_case(self, context: HookContext, case: Case[Any]) -> Case[Any]:
        """Exchange a made-up token for one that was given out, most of the time."""
        if case.meta is not None and case.meta.phase.name is TestPhase.STATEFUL:
            return case
        made_up = (case.path_parameters or {}).get("token", self)
        if made_up is not self and self._known and made_up not in self._known and self._random.random() < SHARE:
            case.path_parameters = {**case.path_parameters, "token": self._random.choice(self._known)}
        return case


@contextmanager
def reused(schema: BaseSchema, seed: int) -> Iterator[None]:
    """Let a run play with the sessions that it is given; answers are seen by hooks of the whole process only."""
    tokens = Tokens(seed)
    learn = tokens.after_call
    schema.hooks.register_hook_with_name(tokens.map_case, "map_case")
    GLOBAL_HOOK_DISPATCHER.register_hook_with_name(learn, "after_call")
    try:
        yield
    finally:
        GLOBAL_HOOK_DISPATCHER.unregister(learn)
