"""Rules are data: a slug, a level, a source, what they apply to, and a small generator function.

The decorator `rule` enters a function into the catalogue `RULES`. The first line of its docstring
is what the contract requires; the rest says why a client cares.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from inspect import getdoc
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from plugproof_contracts.level import Level
from plugproof_contracts.session import Status
from plugproof_contracts.violation import Finding

if TYPE_CHECKING:
    from plugproof_contracts.exchange import Exchange

Findings: TypeAlias = Iterator[Finding]
Judge: TypeAlias = Callable[[Any], Findings]
Example: TypeAlias = "Sequence[Exchange]"
F = TypeVar("F", bound=Judge)


class Subject(StrEnum):
    """What a rule reads, and so what its function is given."""

    ANSWER = "answer"
    """Any answer below the API's path: an `Answer`."""
    SUCCESS = "success"
    """An answer with the operation's success status: an `Answer`."""
    SESSION = "session"
    """A success whose `data` is a session object: an `Answer`."""
    CHARGER = "charger"
    """A success whose `data` is a public charger object: an `Answer`."""
    ERROR = "error"
    """An answer with a status of 400 or more: an `Answer`."""
    LIFE = "life"
    """The exchanges of one token, in order: a `Life`."""
    TRAFFIC = "traffic"
    """The exchanges of one base URL, in order: a `Traffic`."""


TRACES = frozenset({Subject.LIFE, Subject.TRAFFIC})
"""The subjects that no single answer shows."""


@dataclass(frozen=True)
class Scope:
    """What a rule applies to; an empty tuple leaves that side open.

    `body` says that the rule reads the response's body. `fields` (of the session or charger) must be there, not
    null and of the documented type, the session's status must be one of `statuses`, and `headers` of the
    response and a request body must be there, for the rule to be exercised.
    """

    subject: Subject
    operations: tuple[str, ...] = ()
    codes: tuple[int, ...] = ()
    body: bool = True
    fields: tuple[str, ...] = ()
    statuses: frozenset[Status] = frozenset()
    headers: tuple[str, ...] = ()
    request_body: bool = False


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

_SLUG = re.compile(r"[a-z]+\.[a-z0-9]+(-[a-z0-9]+)*")


def rule(
    slug: str,
    level: Level,
    *,
    source: str,
    on: Subject,
    conforming: Sequence[Example],
    violating: Sequence[Example],
    **scope: Any,
) -> Callable[[F], F]:
    """Enter a generator function into the catalogue; refuses a slug that is taken and a rule that lacks a part."""
    if not _SLUG.fullmatch(slug):
        raise ValueError(f"rule slug {slug!r}: allowed is family.words-with-hyphens in lower case")
    if slug in RULES:
        raise ValueError(f"rule {slug!r} is defined twice; slugs are unique and stay")
    if not (conforming and violating):
        raise ValueError(f"rule {slug!r} lacks a conforming or a violating example")

    def enter(judge: F) -> F:
        requirement, _, why = (getdoc(judge) or "").partition("\n\n")
        if not (requirement and why):
            raise ValueError(f"rule {slug!r}: its docstring lacks the requirement, or below it why a client cares")
        RULES[slug] = Rule(
            slug=slug,
            level=level,
            source=source,
            requirement=" ".join(requirement.split()),
            why=" ".join(why.split()),
            scope=Scope(on, **scope),
            judge=judge,
            conforming=tuple(conforming),
            violating=tuple(violating),
        )
        return judge

    return enter
