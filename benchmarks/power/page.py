"""docs/explanation/power.md, from what was counted."""

from collections.abc import Iterable, Sequence

from benchmarks.power.rivals import RIVALS, Rival
from benchmarks.power.tally import OWN, Alarms, Tally
from benchmarks.power.trace import TraceDefect
from plugproof_contracts.version import VERSION

NAMES = [OWN, *[rival.name for rival in RIVALS]]

METHOD = """
Made by `make power`, the same on every run: chance is seeded, and the fake's clocks follow no machine's.

**Defects.** The fake gives valid exchanges of every kind: an operation, its status code, and the session's
status. A table of facts, written from what is known of the API and not from the checker's rules, says how each
documented or inferred fact can be broken. Each way is applied to each kind of exchange that has something to
break, and changes one thing. One fact, one way, one kind is one defect. Facts that are only assumed are not
broken, since another answer would be no defect. The table stands in `benchmarks/power/`. Whoever wrote it knew the
rules, though: what nobody thought of is missing on both sides.

**Found** is a defect on which a tool has anything to say beyond a note. Whoever raises an error has found it.
That is generous: nobody is asked whether the complaint is about what was broken.

**The other tools** judge the same exchanges with the same OpenAPI document (`plugproof openapi`). It states types,
members, nulls, words, codes, headers and most ranges, whatever their level; not the length of a charger's code,
the form of a receipt address or of a token, the text of a 429, nor that limits differ by operation. None of the
tools was made to compare one field with another or one answer with the next: the table shows what a schema can
see and what it cannot.
"""

HOLES = """
The first run found 99.1 % of the answers' defects, and blamed sound answers of five kinds: those to `HEAD`, pages
sent to clients that prefer them, a 413, 404s of paths that lead nowhere, and a receipt address that the fake hid.
Eight rules were added since and four widened: requests that must be refused, the charger and the address that were
asked for, starts where none is possible, stops and cancels that leave a session waiting, currencies that no list
has, cancels refused too early, amounts above a hold that was shown before, tokens that come back after some other
answer, and 404s that differ in type or limits.
"""

SEEN_BY_NOBODY = """
Some facts can be broken so that no recording shows it, and no defect was made of them: whether Stripe's
payment was looked up at once, whether a hold was released, whether the energy is the meter's, whether the
receipt was sent, whether an address is counted by itself, whether another token opens the same session, and
whether a token's life ended too early or too late.
"""

REASONS = {
    "units": "Energy times price is about the cost, but the reference states no formula (rounding, tax, free "
    "energy), so no rule compares them. Where another limit is crossed, such as the hold's, it is found.",
    "tokens": "A machine between client and API may add headers to some answers and not to others. Only the body, "
    "the content type and the limit's headers are compared.",
    "limiter": "Without times of sending, the moment of a request is known to half a minute, for its answer may "
    "have taken that long. Windows that take longer to fill are not judged.",
}
"""Why a family has defects that are not found."""


def page(answers: Tally, traces: Tally, excused: Sequence[TraceDefect], found: int, alarms: Alarms) -> str:
    """Return the page; `found` of the `excused` defects were complained about."""
    parts = [
        "# The checker's power",
        METHOD.strip(),
        _versions(RIVALS),
        "## Defects of one answer",
        _of_answers(answers),
        "## Defects that only several answers show",
        _of_traces(traces),
        "## False alarms",
        _false_alarms(alarms),
        "## What is not found, and why",
        _missed(answers, traces),
        "## What this has changed",
        HOLES.strip(),
        "## What a correct API could have answered too",
        _excused(excused, found, traces),
        "## What nobody can see",
        SEEN_BY_NOBODY.strip(),
    ]
    return "\n\n".join(parts) + "\n"


def _versions(rivals: Iterable[Rival]) -> str:
    rows = [[rival.name, rival.version, rival.calls] for rival in rivals]
    return _table(["tool", "version", "what was called"], [[OWN, VERSION, "`check`, `check_trace`"], *rows])


def _of_answers(tally: Tally) -> str:
    rows = [_row(tally, family) for family in tally.defects]
    weaker = tally.weaker.total()
    note = (
        f"Of what plugproof finds, {weaker} break a documented fact and are told as a warning, because the rule "
        "that sees them is less certain than the fact."
    )
    return _table(["family", "facts", "ways", "defects", *NAMES], [*rows, _total(tally)]) + "\n\n" + note


def _of_traces(tally: Tally) -> str:
    intro = (
        "Every answer in these traces is sound by itself; the other tools are asked about each of them.\n"
        "A limiter's defects come twice: with the times of sending noted, and with the answers' `Date` only."
    )
    table = _table(
        ["family", "facts", "ways", "defects", *NAMES], [*[_row(tally, f) for f in tally.defects], _total(tally)]
    )
    return f"{intro}\n\n{table}"


def _row(tally: Tally, family: str) -> list[str]:
    count = tally.defects[family]
    shares = [_share(tally.found[name, family], count) for name in NAMES]
    return [family, str(len(tally.facts[family])), str(len(tally.ways[family])), f"{count:,}", *shares]


def _total(tally: Tally) -> list[str]:
    count = tally.defects.total()
    found = [sum(tally.found[name, family] for family in tally.defects) for name in NAMES]
    facts, ways = (sum(map(len, some.values())) for some in (tally.facts, tally.ways))
    return [f"**{text}**" for text in ("all", facts, ways, f"{count:,}", *[_share(n, count) for n in found])]


def _own(tally: Tally) -> int:
    return sum(tally.found[OWN, family] for family in tally.defects)


def _share(found: int, of: int) -> str:
    # Rounded down, so that 100 means all.
    return f"{found:,} ({found * 1000 // of / 10:g} %)"


def _false_alarms(alarms: Alarms) -> str:
    codes = ", ".join(f"{code} × {count:,}" for code, count in sorted(alarms.codes.items()))
    notes = ", ".join(f"`{rule}` × {count:,}" for rule, count in sorted(alarms.notes.items())) or "none"
    text = f"""
{alarms.answers:,} valid answers in {alarms.traces:,} recordings of random worlds: scenarios, seeded sessions,
clocks that stand still, crawl, run and jump, odd moments, control events, faults, both ways of counting hits, a
neighbour at the same address, wrong methods and paths, and damaged bodies. Each recording is one trace with
interleaved sessions. Codes: {codes}.

plugproof judges all of them, one by one and as traces; only documented and inferred findings count. Notes were:
{notes}. The other tools judge the {alarms.described:,} that the document describes: no
preflights, no pages for those who did not ask for JSON, no injected 503.
"""
    rows = [[name, f"{alarms.alarms[name]:,}"] for name in NAMES]
    return text.strip() + "\n\n" + _table(["tool", "false alarms"], rows)


def _missed(*tallies: Tally) -> str:
    rows = [
        [family, f"`{fact}`", way, f"{count:,} of {_of(tally, family):,} of the family", REASONS.get(family, "")]
        for tally in tallies
        for (family, fact, way), count in tally.missed.items()
    ]
    return _table(["family", "fact", "way", "not found", "why"], rows) if rows else "Nothing."


def _of(tally: Tally, family: str) -> int:
    return tally.defects[family]


def _excused(excused: Sequence[TraceDefect], found: int, traces: Tally) -> str:
    counts: dict[tuple[str, str], int] = {}
    for defect in excused:
        key = (defect.way, defect.excuse or "")
        counts[key] = counts.get(key, 0) + 1
    text = (
        "These traces look wrong and prove nothing, so they are not counted above, and a complaint would be a\n"
        f"false alarm. There were {found} complaints. Counted as defects, they would make the share above\n"
        f"{_share(_own(traces), traces.defects.total() + len(excused))}."
    )
    rows = [[way, f"{count}", excuse] for (way, excuse), count in counts.items()]
    return text + "\n\n" + _table(["way", "traces", "how it may have come about"], rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
