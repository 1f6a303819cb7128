"""What must not be readable in anything said about an answer."""

from collections.abc import Iterator
from urllib.parse import quote, unquote

import msgspec

from plugproof_contracts.answer import Answer

_CREDENTIALS = ("authorization", "proxy-authorization", "cookie")


def stand_ins(answer: Answer) -> dict[str, str]:
    """Return every way to write the secrets of an exchange, with what is to stand there instead."""
    found = {form: "…" for name in _CREDENTIALS for form in _credential(answer.exchange.request_headers.get(name))}
    for token in (answer.exchange.token, answer.token):
        if token is not None:
            found |= dict.fromkeys(_forms(token.reveal()), token.fingerprint)
    return found


def _credential(value: str | None) -> Iterator[str]:
    for part in (value or "").replace(";", " ").split():
        if len(part) > len("Bearer"):
            yield part


def _forms(token: str) -> Iterator[str]:
    """A token may be echoed as sent, decoded, encoded again, or as JSON writes it."""
    for form in {token, unquote(token), quote(token, safe="", errors="replace")}:
        yield form
        yield msgspec.json.encode(form.encode("utf-8", "replace").decode()).decode()[1:-1]
