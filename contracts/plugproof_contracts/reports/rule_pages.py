"""The rules' pages, made from the rules: `python -m plugproof_contracts.reports.rule_pages docs/reference/rules`.

A page is Markdown, shown by `plugproof rules RULE` and kept in the documentation. A folder of pages
holds one for each rule and an index, and nothing else.
"""

import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from plugproof_contracts.checking.checker import examine_trace
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.facts.level import Level
from plugproof_contracts.facts.operations import BASE_URL
from plugproof_contracts.parsing.parsed_response import ParsedResponse
from plugproof_contracts.rules import RULES
from plugproof_contracts.rules.catalogue import Example, Rule, Scope, Subject
from plugproof_contracts.rules.examples import TOKEN
from plugproof_contracts.rules.violation import shown

INDEX = "README.md"
LONGEST_BODY = 120
"""Bytes of a body that an example shows."""

_WEIGHTS = {
    Level.DOCUMENTED: "a breach is an error",
    Level.INFERRED: "a breach is a warning, and an error under `--strict`",
    Level.ASSUMED: "a breach is a note",
}
_SUBJECTS = {
    Subject.ANSWER: "any answer of the API",
    Subject.DOCUMENT: "a success, or another answer that says it is JSON",
    Subject.SUCCESS: "a success with a readable body",
    Subject.FAILURE: "an answer with a status of 300 or more",
    Subject.ERROR: "an error (400 or more) with a readable body",
    Subject.LIFE: "the answers for one session, in order",
    Subject.TRAFFIC: "the answers of one base URL, in order",
}


def pages() -> dict[str, str]:
    """Return every page by the name of its file."""
    return {INDEX: index()} | {f"{slug}.md": page(rule) for slug, rule in RULES.items()}


def write(folder: Path) -> None:
    """Make a folder hold exactly the pages."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    for path in folder.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, encoding="utf-8")


def index() -> str:
    """Return the list of all rules by family."""
    blocks = [
        "# Rules",
        "What `plugproof` checks, made from the rules themselves. `plugproof rules RULE` shows a page.",
    ]
    for family, rules in groupby(sorted(RULES.values(), key=_family), key=_family):
        rows = [f"| [{rule.slug}]({rule.slug}.md) | {rule.level} | {rule.requirement} |\n" for rule in rules]
        blocks.append(
            f"## {family}\n\n| rule | level | requirement |\n| --- | --- | --- |\n{''.join(rows)}".rstrip()
        )
    return "\n\n".join(blocks) + "\n"


def _family(rule: Rule) -> str:
    return rule.family


def page(rule: Rule) -> str:
    """Return the page of one rule."""
    return "\n\n".join(_blocks(rule)) + "\n"


def _blocks(rule: Rule) -> Iterator[str]:
    yield f"# {rule.slug}"
    yield rule.requirement
    yield rule.why
    yield "\n".join(
        [
            f"- level: **{rule.level}**, {_WEIGHTS[rule.level]}",
            f"- source: `{rule.source}`",
            f"- reads: {_scope(rule.scope)}",
        ]
    )
    yield "## Conforms"
    yield _fenced(_shown(rule, rule.conforming[0]))
    yield "## Breaks it"
    yield _fenced([*_shown(rule, rule.violating[0]), *_findings(rule, rule.violating[0])])


def _scope(scope: Scope) -> str:
    parts = [_SUBJECTS[scope.subject]]
    parts += [f"of {', '.join(scope.operations)}"] if scope.operations else []
    parts += [f"with status {', '.join(map(str, scope.codes))}"] if scope.codes else []
    parts += [f"that shows `{'`, `'.join(scope.fields)}`"] if scope.fields else []
    parts += [f"in {', '.join(sorted(scope.statuses))}"] if scope.statuses else []
    parts += [f"that carries {', '.join(scope.headers)}"] if scope.headers else []
    return "; ".join(parts)


def _fenced(lines: list[str]) -> str:
    return "\n".join(["```text", *lines, "```"])


def _shown(rule: Rule, example: Example) -> list[str]:
    return [
        line for exchange in example for line in (_line(exchange), *_details(rule.scope, ParsedResponse(exchange)))
    ]


def _line(exchange: Exchange) -> str:
    path = exchange.url.removeprefix(BASE_URL).replace(TOKEN, "{token}")
    return f"{exchange.method} {path} → {exchange.status}"


def _details(scope: Scope, answer: ParsedResponse) -> list[str]:
    """Show what the rule looks at, or a body that is short."""
    details = [f"  {name}: {answer.headers.get(name)}" for name in scope.headers if name in answer.headers]
    details += [f"  {name} = {shown(answer.field(name))}" for name in scope.fields]
    body = answer.exchange.body or b""
    is_short = 0 < len(body) <= LONGEST_BODY and not details
    return [f"  {body.decode(errors='backslashreplace')}"] if is_short else details


def _findings(rule: Rule, example: Example) -> list[str]:
    found = [one for one in examine_trace(example).violations if one.rule == rule.slug]
    return [
        f"finding at {one.pointer or 'the answer'}: expected {one.expected}, got {one.actual}" for one in found
    ]


if __name__ == "__main__":
    write(Path(sys.argv[1]))
