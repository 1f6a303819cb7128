"""Running Schemathesis' engine in this process, so that nothing it knows is written anywhere."""

import os
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from inspect import signature
from signal import SIGINT, SIGTERM, default_int_handler, signal
from typing import Any

from hypothesis.configuration import set_hypothesis_home_dir
from schemathesis.core.hooks import HOOKS_MODULE_ENV_VAR
from schemathesis.engine import core as engine_core
from schemathesis.engine import events
from schemathesis.engine.core import Engine
from schemathesis.engine.run import PhaseName

from plugproof_schemathesis.collector import Collector
from plugproof_schemathesis.fuzz_config import FuzzConfig, schema
from plugproof_schemathesis.request_pacer import RequestPacer
from plugproof_schemathesis.tokens import reused

Progress = Callable[[str, Collector], None]
"""Called with the name of a phase that ended, and what has come in so far."""


class PlannedPathsEngine(Engine):
    """An engine that asks for the API's own paths only; its probes go beside them, and follow redirects."""

    def _create_execution_plan(self) -> Any:
        plan = super()._create_execution_plan()
        return replace(plan, phases=[phase for phase in plan.phases if phase.name is not PhaseName.PROBING])


def engine_class(base: Any = Engine) -> type[Engine]:
    """Return the engine to run: ours, or Schemathesis' own where the private method that ours narrows has changed.

    Then its probes are sent too: a few requests beside the API's paths, which the report does not count.
    """
    method = getattr(base, "_create_execution_plan", None)
    made = signature(method).return_annotation if callable(method) else None
    plan = getattr(engine_core, made, None) if isinstance(made, str) else made
    has_phases = is_dataclass(plan) and "phases" in {field.name for field in fields(plan)}
    return PlannedPathsEngine if has_phases else base


def run(asked: FuzzConfig, progress: Progress) -> Collector:
    """Send everything, and return what came; an interruption ends it early, and is told in the harvest."""
    harvest = Collector()
    with _nothing_written(harvest):
        loaded = schema(asked)
        stream = engine_class()(loaded).execute()
        for operation in loaded.config.operations.operations:
            if isinstance(operation.rate_limit, RequestPacer):
                operation.rate_limit.stop = stream.stop_event
        with reused(loaded, asked.seed), _ended_by_signals(stream.stop_event):
            for event in stream:
                harvest.take(event)
                if harvest.hears_nothing:
                    stream.stop_event.set()
                if isinstance(event, events.PhaseFinished) and event.phase.name.value in asked.phases:
                    progress(event.phase.name.value, harvest)
    return harvest


@contextmanager
def _nothing_written(harvest: Collector) -> Iterator[None]:
    """Keep files and warnings from being written, and the tracebacks of threads from being shown."""

    def died(hook: threading.ExceptHookArgs) -> None:
        harvest.problems[f"Schemathesis gave up: {hook.exc_type.__name__}"] += 1

    before, threading.excepthook = threading.excepthook, died
    try:
        with (
            tempfile.TemporaryDirectory(prefix="plugproof-") as folder,
            warnings.catch_warnings(action="ignore"),
            _without_hooks(),
        ):
            set_hypothesis_home_dir(folder)
            yield
    finally:
        set_hypothesis_home_dir(None)
        threading.excepthook = before


@contextmanager
def _without_hooks() -> Iterator[None]:
    """Somebody's hooks are for somebody's own runs."""
    hooks = os.environ.pop(HOOKS_MODULE_ENV_VAR, None)
    try:
        yield
    finally:
        if hooks is not None:
            os.environ[HOOKS_MODULE_ENV_VAR] = hooks


@contextmanager
def _ended_by_signals(stop: threading.Event) -> Iterator[None]:
    """Let a first signal end the run with a report, and a second one end it at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, frame: object) -> None:
        stop.set()
        signal(number, default_int_handler)

    before = {number: signal(number, end) for number in (SIGINT, SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal(number, handler)
