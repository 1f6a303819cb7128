"""Taking secrets out of texts that are about to be shown, whatever brought them there.

Texts about a breach show values of the answer, and a server may echo a secret in any of them, as it
is or encoded. So the secrets of all exchanges that were read are known here, in every form.
"""

import re
from collections.abc import Iterable, Mapping

from plugproof_contracts.secrets.encodings import forms

SHORTEST = 6
"""Characters below which a secret is a word that turns up by chance; nothing shorter is taken out here."""

STAND_IN = "…"


class Scrubber:
    """Takes every form of the given secrets out of texts, also the beginning of one at a text's end."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._by_start: dict[str, list[str]] = {}
        for secret in {secret for secret in secrets if len(secret) >= SHORTEST}:
            for form in {form for form in forms(secret) if len(form) >= SHORTEST}:
                self._by_start.setdefault(form[:SHORTEST].lower(), []).append(form)

    def __call__(self, text: str) -> str:
        """Return the text without secrets."""
        shown, at = [], 0
        while at < len(text):
            length = self._length_at(text, at)
            shown.append(STAND_IN if length else text[at])
            at += length or 1
        return "".join(shown)

    def _length_at(self, text: str, at: int) -> int:
        """Return how many characters of a secret begin here; a text that was shortened ends in `…`."""
        candidates = self._by_start.get(text[at : at + SHORTEST].lower(), ())
        rest = text[at : at + max(map(len, candidates), default=0)]
        return max((_common(form, rest) for form in candidates), default=0)


def _common(form: str, rest: str) -> int:
    if rest[: len(form)].lower() == form.lower():
        return len(form)
    kept = rest.partition(STAND_IN)[0]
    return len(kept) if form.lower().startswith(kept.lower()) else 0


def scrubbed(text: str, stand_ins: Mapping[str, str]) -> str:
    """Return `text` with every secret replaced by its stand-in; a short one only where it stands alone."""
    if not text or not any(map(text.__contains__, stand_ins)):
        return text
    for secret, stand_in in sorted(stand_ins.items(), key=lambda pair: -len(pair[0])):
        before, after = ("", "") if len(secret) >= SHORTEST else (r"(?<!\w)", r"(?!\w)")
        if secret in text:
            text = re.sub(f"{before}{re.escape(secret)}{after}", stand_in, text)
    return text
