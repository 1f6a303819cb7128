"""Rules are data: a slug, a level, a source, what they apply to, and a small generator function.

The decorator `rule` enters a function into the catalogue `RULES`. The first line of its docstring
is what the contract requires; the rest says why a client cares.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from inspect import getdoc
from typing import Any, TypeAlias, TypeVar

from plugproof_contracts.argument_checks import check_arguments
from plugproof_contracts.errors import InvalidValueError
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.facts.level import Level
from plugproof_contracts.facts.session import Status
from plugproof_contracts.parsing.finding import Finding

Findings: TypeAlias = Iterator[Finding]
Judge: TypeAlias = Callable[[Any], Findings]
Example: TypeAlias = Sequence[Exchange]
F = TypeVar("F", bound=Judge)


class Subject(StrEnum):
    """What a rule reads; its function is given an `Answer`, a `Life` or a `Traffic`."""

    ANSWER = "answer"
    """Any answer below the API's path."""
    DOCUMENT = "document"
    """A success, or another answer that says it is JSON."""
    SUCCESS = "success"
    """A readable JSON document under the operation's success status."""
    FAILURE = "failure"
    """An answer with a status of 300 or more."""
    ERROR = "error"
    """A readable JSON document under a status of 400 or more."""
    LIFE = "life"
    """The answers for one token, in order."""
    TRAFFIC = "traffic"
    """The answers of one base URL, in order."""


SESSION_OPERATIONS = ("confirm", "start", "get", "stop", "cancel", "receipt-email")
"""The operations whose success carries a session."""

TRACES = frozenset({Subject.LIFE, Subject.TRAFFIC})
"""The subjects that no single answer shows."""


@dataclass(frozen=True)
class Scope:
    """What a rule applies to; an empty tuple leaves that side open.

    A rule is applicable where subject, operation and status code fit, and the body was kept if it reads `body`.
    If it objects to a lack of one of the headers `missing`, no recorder may have left that out. It is checked if
    all of this is so, too. At least `least` of `fields` (of `data`, dotted below it; all of them unless told) are
    there, not null and of their documented type. The session's status is one of `statuses`, and the answer has
    all of `headers`. The request had a body if `request_body`, and asked for JSON or not as `asked` says. Its
    token is one that our check invented if `invented_token`. A rule on traces is checked by two answers, one of
    them of such an operation and code.
    """

    subject: Subject
    operations: tuple[str, ...] = ()
    codes: tuple[int, ...] = ()
    body: bool = True
    fields: tuple[str, ...] = ()
    least: int | None = None
    statuses: frozenset[Status] = frozenset()
    headers: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    request_body: bool = False
    asked: bool | None = None
    invented_token: bool = False


@check_arguments
@dataclass(frozen=True)
class Rule:
    """One fact of the contract that can be checked; `requirement` states it and `why` says who cares.

    `conforming` and `violating` are examples, each a trace of one or more exchanges.
    """

    slug: str
    level: Level
    source: str
    requirement: str
    why: str
    scope: Scope
    judge: Judge = field(repr=False)
    conforming: tuple[Example, ...] = field(repr=False)
    violating: tuple[Example, ...] = field(repr=False)

    @property
    def family(self) -> str:
        """The first word of the slug."""
        return self.slug.partition(".")[0]

    @property
    def is_trace(self) -> bool:
        """Whether the rule compares several exchanges."""
        return self.scope.subject in TRACES


RULES: dict[str, Rule] = {}
"""The catalogue by slug, in the order of its families; filled by importing `plugproof_contracts.rules`."""


def _traces(examples: Sequence[Exchange | Example]) -> tuple[Example, ...]:
    return tuple((example,) if isinstance(example, Exchange) else example for example in examples)


_SLUG = re.compile(r"[a-z]+\.[a-z0-9]+(-[a-z0-9]+)*")


def rule(
    slug: str,
    level: Level,
    *,
    source: str,
    on: Subject,
    conforming: Sequence[Exchange | Example],
    violating: Sequence[Exchange | Example],
    **scope: Any,
) -> Callable[[F], F]:
    """Enter a generator function into the catalogue; refuses a slug that is taken and a rule that lacks a part."""
    if not _SLUG.fullmatch(slug):
        raise InvalidValueError(f"rule slug {slug!r}: allowed is family.words-with-hyphens in lower case")
    if slug in RULES:
        raise InvalidValueError(f"rule {slug!r} is defined twice; slugs are unique and stay")
    if not (conforming and violating):
        raise InvalidValueError(f"rule {slug!r} lacks a conforming or a violating example")

    def enter(judge: F) -> F:
        requirement, _, why = (getdoc(judge) or "").partition("\n\n")
        if not (requirement and why):
            raise InvalidValueError(
                f"rule {slug!r}: its docstring lacks the requirement, or below it why a client cares"
            )
        RULES[slug] = Rule(
            slug=slug,
            level=level,
            source=source,
            requirement=" ".join(requirement.split()),
            why=" ".join(why.split()),
            scope=Scope(on, **scope),
            judge=judge,
            conforming=_traces(conforming),
            violating=_traces(violating),
        )
        return judge

    return enter
