"""Knowing the secrets of a run, and taking them out of texts.

A secret is known because a fake issued it, or because it stands where secrets stand: in a URL of the API; and, in
a suite that uses the plugin, in a `session_token`, a `client_secret` or a variable `token`. A known secret is
taken out everywhere, in any encoding, and in pieces.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from plugproof_pytest.known_secrets import SHORTEST, KnownSecrets, forms_of, tokens_of
from plugproof_pytest.reporting.secret_search import SecretIndex, is_plain

if TYPE_CHECKING:
    from plugproof_mockserver import FakePlugchoice

LONG, KEPT_TEXTS = 2000, 16
"""Long texts whose clean form is remembered: pytest reports the same output at each phase of a test."""

# Texts, for every suite imports this at its start, and compiles them when the first test says something.
_IN_URL = r"/public-charging/sessions/([^/\s?#'\"<>{}\\]+)"
_IN_NAME = r"(?i)(?:\b(?:session_?)?token|client_?secret)\b\\?['\"]?\s*[:=]+\s*b?\\?['\"]([^'\"\\\s]+)"
_OF_STRIPE = r"\b((?:pi|seti)_[A-Za-z0-9]+_secret_[A-Za-z0-9]+)"
Clean = Callable[[str], str]


class SecretCleaner:
    """Takes the secrets of one run out of texts."""

    def __init__(self, secrets: KnownSecrets) -> None:
        self._secrets = secrets
        self._issued: dict[FakePlugchoice, set[str]] = {}
        self._index = SecretIndex()
        self._seen: tuple[tuple[str, ...], Clean] = ((), str)
        self._remembered: dict[str, str] = {}

    def learn(self, texts: list[str]) -> bool:
        """Take note of the secrets that texts show where secrets stand; return whether any secret is known."""
        # Other suites have tokens of their own, which do not concern this one.
        patterns = (_IN_URL, _IN_NAME, _OF_STRIPE) if self._secrets.is_used else (_IN_URL,)
        for text in texts:
            for pattern in patterns:
                self._secrets.see(re.findall(pattern, text))
        self._bring_up_to_date()
        return bool(self._secrets.seen or self._secrets.fakes)

    def clean(self, text: str) -> str:
        """Return a text without the secrets that are known since the last call of `learn`."""
        if len(text) < LONG:
            return self._cleaned(text)
        if text not in self._remembered:
            while len(self._remembered) >= KEPT_TEXTS:
                self._remembered.pop(next(iter(self._remembered)))
            clean = self._cleaned(text)
            self._remembered |= {text: clean, clean: clean}
        return self._remembered[text]

    def _cleaned(self, text: str) -> str:
        return self._seen[1](self._index.clean(text))

    def _bring_up_to_date(self) -> None:
        before = len(self._index)
        if self._issued.keys() - set(self._secrets.fakes):
            self._issued, self._index = {}, SecretIndex()
        for fake in self._secrets.fakes:
            known = self._issued.setdefault(fake, set())
            fresh = tokens_of(fake) - known
            known |= fresh
            self._index.add(form for token in fresh for form in forms_of(token))
        seen = tuple(self._secrets.seen)
        if seen != self._seen[0]:
            self._seen = (seen, cleaner(seen))
            self._remembered.clear()
        if len(self._index) != before:
            self._remembered.clear()


def cleaner(secrets: tuple[str, ...]) -> Clean:
    """Return what takes secrets, and pieces of them, out of a text."""
    known = {secret for secret in secrets if len(secret) >= SHORTEST}
    index = SecretIndex(known)
    # What needs escaping somewhere has more forms than an index knows.
    from plugproof_contracts.secrets.encodings import forms

    index.add(form for secret in known if not is_plain(secret) for form in forms(secret))
    return index.clean
