"""What a shell is offered for the values of options and arguments, beyond what click knows by itself."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from click import Context, Parameter

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Words = Callable[[], Iterable[tuple[str, str]]]
Completer = Callable[[Context, Parameter, str], "list[CompletionItem]"]


def _complete(words: Words) -> Completer:
    """Return a completer for words with what each stands for; they are looked up when a shell asks."""

    def complete(ctx: Context, param: Parameter, incomplete: str) -> "list[CompletionItem]":
        from click.shell_completion import CompletionItem  # here, for only a shell that asks needs it

        asked = incomplete.casefold()
        return [
            CompletionItem(word, help=meaning) for word, meaning in words() if word.casefold().startswith(asked)
        ]

    return complete


def _rules() -> Iterable[tuple[str, str]]:
    from plugproof_contracts.rules import RULES

    return ((rule.slug, rule.requirement) for rule in RULES.values())


def _codes() -> Iterable[tuple[str, str]]:
    from plugproof_mockserver.model.session_scenarios import SCENARIOS

    return ((name, scenario.summary) for name, scenario in SCENARIOS.items())


complete_rules = _complete(_rules)
complete_codes = _complete(_codes)
"""Completes scenarios as well: a scenario has the name of its charger code."""


def complete_words(words: Iterable[str]) -> Completer:
    """Return a completer for an option that takes one of a few words, in any case."""
    return _complete(lambda: ((word, "") for word in words))


def complete_formats(formats: Iterable[str]) -> Completer:
    """Return a completer for the FORMAT= of a report, for some formats."""
    return complete_words([f"{name}=" for name in formats])


def complete_files(ctx: Context, param: Parameter, incomplete: str) -> "list[CompletionItem]":
    """Let the shell complete the name of a file."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]
