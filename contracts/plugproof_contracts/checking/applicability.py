"""Which rules apply to an answer, and which of them find something in it to check.

Both follow from a few facts about the answer, so they are worked out once for each combination
of facts and looked up afterwards.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from plugproof_contracts.facts.operations import INVENTED, OPERATIONS
from plugproof_contracts.facts.session import Status
from plugproof_contracts.parsing.parsed_response import ParsedResponse
from plugproof_contracts.parsing.strict_json import MISSING
from plugproof_contracts.rules import RULES
from plugproof_contracts.rules.catalogue import Rule, Scope, Subject

_SINGLE = tuple(rule for rule in RULES.values() if not rule.is_trace)
_LEAST_CODE = {Subject.FAILURE: 300, Subject.ERROR: 400}
_GATES = frozenset(name for rule in _SINGLE for name in rule.scope.headers)
_NEEDED = frozenset(name for rule in _SINGLE for name in rule.scope.missing)


class Facts(NamedTuple):
    """What decides which rules judge an answer.

    `fields` are the sound ones, `headers` the readable ones, `unknown` those that a recorder may have left out.
    """

    operation: str
    code: int
    has_body: bool
    has_document: bool
    says_json: bool
    asked_json: bool
    sent_body: bool
    headers: frozenset[str]
    fields: frozenset[str]
    status: Status | None
    unknown: frozenset[str] = frozenset()
    invented: bool = False

    @property
    def is_success(self) -> bool:
        """Whether the code is the operation's documented success."""
        return self.operation in OPERATIONS and self.code == OPERATIONS[self.operation].success


def facts_of(answer: ParsedResponse) -> Facts:
    """Gather the facts of an answer."""
    return Facts(
        operation=answer.name,
        code=answer.code,
        has_body=answer.body is not None,
        has_document=answer.document is not MISSING,
        says_json=answer.says_json,
        asked_json=answer.asked_json,
        sent_body=bool(answer.exchange.request_body),
        headers=readable_headers(answer),
        fields=answer.sound,
        status=answer.status,
        unknown=unknown_headers(answer),
        invented=INVENTED in answer.exchange.url,
    )


def readable_headers(answer: ParsedResponse) -> frozenset[str]:
    """Return those of the headers that rules compute with that can be read."""
    return frozenset([name for name in _GATES if _is_readable(answer, name)])


def unknown_headers(answer: ParsedResponse) -> frozenset[str]:
    """Return those of the headers that rules ask for that a recorder may have left out."""
    if not answer.headers.is_partial:
        return frozenset()
    return frozenset(name for name in _NEEDED if name not in answer.headers)


def _is_readable(answer: ParsedResponse, header: str) -> bool:
    return (answer.date if header == "date" else answer.count(header)) is not None


class Applicability(NamedTuple):
    """The slugs that are applicable and checked, and the checked rules themselves, in the catalogue's order."""

    applicable: frozenset[str]
    checked: frozenset[str]
    rules: tuple[Rule, ...]
    by_family: dict[str, tuple[Rule, ...]]

    def rules_of(self, families: Sequence[str]) -> tuple[Rule, ...]:
        """Return the checked rules of some families, in the catalogue's order."""
        if len(families) == 1:
            return self.by_family.get(families[0], ())
        return tuple([rule for family, rules in self.by_family.items() if family in families for rule in rules])


@lru_cache(maxsize=4096)
def applicable_rules(facts: Facts) -> Applicability:
    """Return the rules that apply to an answer with these facts, and those of them that are checked."""
    applicable = [rule for rule in _SINGLE if _applies(facts, rule.scope)]
    rules = tuple(rule for rule in applicable if _has_subject(facts, rule.scope))
    return Applicability(
        frozenset(rule.slug for rule in applicable),
        frozenset(rule.slug for rule in rules),
        rules,
        {family: tuple(members) for family, members in groupby(rules, key=attrgetter("family"))},
    )


def _applies(facts: Facts, scope: Scope) -> bool:
    return (
        (facts.has_body or not scope.body)
        and (not scope.operations or facts.operation in scope.operations)
        and (not scope.codes or facts.code in scope.codes)
        and (scope.subject is not Subject.SUCCESS or facts.is_success)
        and facts.unknown.isdisjoint(scope.missing)
        and facts.code >= _LEAST_CODE.get(scope.subject, facts.code)
    )


def _has_subject(facts: Facts, scope: Scope) -> bool:
    sound = len(facts.fields.intersection(scope.fields))
    return (
        (scope.subject not in (Subject.SUCCESS, Subject.ERROR) or facts.has_document)
        and (scope.subject is not Subject.DOCUMENT or facts.is_success or facts.says_json)
        and sound >= (len(scope.fields) if scope.least is None else scope.least)
        and (not scope.statuses or facts.status in scope.statuses)
        and facts.headers.issuperset(scope.headers)
        and (facts.sent_body or not scope.request_body)
        and scope.asked in (None, facts.asked_json)
        and (facts.invented or not scope.invented_token)
    )
