"""What must not be readable in anything said about an answer."""

from collections.abc import Iterator
from urllib.parse import quote, unquote

import msgspec

from plugproof_contracts.reading.answer import Answer
from plugproof_contracts.scrub import SHORTEST, STAND_IN, forms, secrets_of


def stand_ins(answer: Answer) -> dict[str, str]:
    """Return every way to write the secrets of an exchange, with what is to stand there instead."""
    secrets = {secret for secret in secrets_of(answer.exchange) if len(secret) >= SHORTEST}
    found = {form: STAND_IN for secret in secrets for form in forms(secret) if len(form) >= SHORTEST}
    for token in (answer.exchange.token, answer.token):
        if token is not None:
            found |= dict.fromkeys(_forms(token.reveal()), token.fingerprint)
    return found


def _forms(token: str) -> Iterator[str]:
    """A token may be echoed as sent, decoded, encoded again, or as JSON writes it; even a short one."""
    for form in {token, unquote(token), quote(token, safe="", errors="replace")}:
        yield form
        yield msgspec.json.encode(form.encode("utf-8", "replace").decode()).decode()[1:-1]
