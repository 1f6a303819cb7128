"""Break every fact, count who finds it, write docs/explanation/power.md; exit with a sentence on a miss."""

import sys
from pathlib import Path

from benchmarks.power.bases import bases
from benchmarks.power.facts import defects
from benchmarks.power.page import page
from benchmarks.power.rivals import RIVALS, is_described
from benchmarks.power.tally import OWN, Alarms, Tally, breaches, count_alarms, tally_answers, tally_traces
from benchmarks.power.traces import trace_defects
from plugproof_contracts import check_trace

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "power.md"
SEED, ANSWERS = 1, 20_000
LEAST_OF_ANSWERS, LEAST_OF_TRACES = 0.98, 0.95


def main() -> None:
    """Count and write."""
    rivals = [(rival.name, rival.finds) for rival in RIVALS]
    every = list(trace_defects())
    answers = tally_answers(defects(bases(SEED)), rivals)
    traces = tally_traces([defect for defect in every if defect.excuse is None], rivals)
    excused = [defect for defect in every if defect.excuse is not None]
    found = sum(bool(breaches(check_trace(defect.exchanges))) for defect in excused)
    alarms = count_alarms(SEED, ANSWERS, rivals, is_described)
    text = page(answers, traces, excused, found, alarms)
    PAGE.write_text(text)
    print(text)
    if missed := _missed(answers, traces, alarms):
        sys.exit(missed)


def _missed(answers: Tally, traces: Tally, alarms: Alarms) -> str:
    checks = (
        (answers.share >= LEAST_OF_ANSWERS, f"only {answers.share:.1%} of the answers' defects were found"),
        (traces.share >= LEAST_OF_TRACES, f"only {traces.share:.1%} of the traces' defects were found"),
        (alarms.alarms[OWN] == 0, "\n".join([f"{alarms.alarms[OWN]} false alarms:", *alarms.told])),
    )
    return "\n".join(words for holds, words in checks if not holds)


if __name__ == "__main__":
    main()
