"""One whole check of a live API: send the plan, judge the answers, compare with earlier checks, and remember.

It prints nothing: what it finds is in the report, and `progress` is told of each request as it is answered.
"""

import time
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from plugproof_contracts.argument_checks import CheckedStruct, check_arguments
from plugproof_contracts.argument_kinds import Count, Duration, Patience
from plugproof_contracts.checking.baseline import BaselineError, read_baseline
from plugproof_contracts.checking.checker import JudgedTrace
from plugproof_contracts.conformance import check_report
from plugproof_contracts.conformance.check_report import Baseline
from plugproof_contracts.conformance.check_run import CheckPolicy, CheckRun, Ports, ProbeResult
from plugproof_contracts.conformance.history import drift
from plugproof_contracts.conformance.history.check_history import History
from plugproof_contracts.conformance.ledger.ledger_feed import add_to_ledger
from plugproof_contracts.conformance.ledger.lessons import assumption_notes, lessons_of
from plugproof_contracts.conformance.life_check import LifeRun, LifeTerms
from plugproof_contracts.conformance.probing import target
from plugproof_contracts.conformance.probing.plan import plan
from plugproof_contracts.conformance.probing.probe import Probe
from plugproof_contracts.conformance.probing.probe_choice import known_nights
from plugproof_contracts.conformance.probing.transport import send
from plugproof_contracts.errors import InvalidValueError
from plugproof_contracts.evidence.ledger_entry import DAY, SourceKind
from plugproof_contracts.exchanges.route import origin, redacted
from plugproof_contracts.reports.report_model import Report, Verdict
from plugproof_contracts.reports.writing import write
from plugproof_contracts.secrets.escaping import escape
from plugproof_contracts.secrets.filenames import plain_name
from plugproof_contracts.secrets.token import Token


class CheckOptions(msgspec.Struct, frozen=True, kw_only=True, metaclass=CheckedStruct):
    """How an API is checked; without tokens only what needs no session is asked.

    `budget` is requests an hour over all checks that share the history, `timeout` seconds for one request,
    `patience` seconds to wait in all. `history` is a database's URL; None is a file of the user's. `baselines` are
    files of accepted findings (TOML) or of a shape to compare with (`.json`, as `save_shape` writes it).
    `fail_on_drift` lets a change count as a break does; `lift_pause` forgets that the API asked to be left alone.
    `probe_cancel` asks to cancel captured sessions, which has to be refused. What was seen is added to the ledger
    with the URL `ledger`, the history's unless told; or to none. `life` plays a whole life on a test charger when
    the rest is done, on the live API under `life_in_production` only.
    """

    tokens: tuple[Token, ...] = ()
    strict: bool = False
    budget: Count = 32
    probe_rate_limit: bool = False
    probe_cancel: bool = False
    timeout: Duration = 10.0
    patience: Patience = 90.0
    allow_http: bool = False
    history: str | None = None
    baselines: tuple[Path, ...] = ()
    save_shape: Path | None = None
    fail_on_drift: bool = False
    lift_pause: bool = False
    ledger: str | None = None
    keeps_ledger: bool = True
    life: LifeTerms | None = None
    life_in_production: bool = False


@check_arguments
def run_check(
    base_url: str,
    options: CheckOptions | None = None,
    *,
    progress: Callable[[ProbeResult], None] = lambda result: None,
    ports: Ports | None = None,
) -> Report:
    """Check the API at a base URL, up to and without `/v3`, and return the report.

    `ports` replaces the network and the clock. Raises `InvalidValueError` for what is not a URL, for tokens over
    plain HTTP and for a shape that cannot be written, `BaselineError`, and `HistoryError`.
    """
    options = options or CheckOptions()
    base = target.base_url(base_url)
    target.refuse_plain_http(base, options.tokens, allow_http=options.allow_http)
    if options.life is not None:
        target.refuse_life(base, in_production=options.life_in_production, allow_http=options.allow_http)
    baseline = read_baselines(options.baselines)
    ports = ports or Ports(send, time.time, time.sleep)
    probes = plan_check(base, options, ports.now())
    policy = CheckPolicy(options.timeout, options.patience, options.budget, options.strict)
    with closing(History(options.history)) as history:
        run = _run_of(options.life, base, probes, ports, history, policy, progress)
        began = ports.now()
        if options.lift_pause:
            history.lift_pause(base)
        run.run()
        judged = check_report.judge(run)
        report = check_report.build_check_report(run, options.tokens, baseline.accepts, judged=judged)
        report = _remember(history, run, report, baseline, began, drift_counts=options.fail_on_drift)
        report = _learn(judged, report, options, ports.now())
    if options.save_shape is not None:
        _save_shape(options.save_shape, run)
    return report


def _run_of(life: LifeTerms | None, *parts: Any) -> CheckRun:
    return CheckRun(*parts) if life is None else LifeRun(*parts, terms=life)


def plan_check(base: str, options: CheckOptions, now: float) -> tuple[Probe, ...]:
    """Return what a check of a base URL asks now (Unix seconds), chosen by what its ledger lacks."""
    ledger = options.ledger or options.history
    return plan(
        options.tokens,
        probes_limit=options.probe_rate_limit,
        probes_cancel=options.probe_cancel,
        nights=known_nights(ledger, redacted(origin(base))) if options.keeps_ledger else {},
        night=int(now // DAY),
    )


def read_baselines(paths: Iterable[Path]) -> Baseline:
    """Read accepted findings and a shape; raises `BaselineError`, which names the file."""
    found = Baseline()
    for path in paths:
        try:
            if path.suffix == ".json":
                found = found._replace(shape=drift.read_shape(path))
            else:
                found = found._replace(accepts=found.accepts + read_baseline(path))
        except ValueError as error:
            raise BaselineError(f"the baseline {plain_name(str(path))}: {error}") from None
    return found


def _remember(
    history: History, run: CheckRun, report: Report, baseline: Baseline, began: float, *, drift_counts: bool
) -> Report:
    """Return the report with what has changed since earlier checks, and enter it among them."""
    base, shape = redacted(run.base), check_report.shape_of_run(run)
    changed = check_report.describe_drift(history, base, shape, baseline.shape)
    is_drifted = drift_counts and changed and report.verdict is not Verdict.BROKEN
    verdict = Verdict.DRIFTED if is_drifted else report.verdict
    report = msgspec.structs.replace(report, drift=tuple(map(escape, changed)), verdict=verdict)
    history.record(base, began, report, shape)
    return report


def _learn(judged: JudgedTrace, report: Report, options: CheckOptions, now: float) -> Report:
    """Return the report with the assumptions that the answers contradict, and add what they show to the ledger."""
    lessons = lessons_of(judged, now)
    told, url = "", options.ledger or options.history
    if options.keeps_ledger and lessons:
        told = add_to_ledger(url, SourceKind.CHECK, lessons, now)
    return msgspec.structs.replace(report, notes=assumption_notes(lessons), ledger=escape(told))


def _save_shape(path: Path, run: CheckRun) -> None:
    try:
        write(path, drift.to_json(check_report.shape_of_run(run)))
    except OSError as error:
        raise InvalidValueError(f"the shape was not written: {error.strerror}") from None
