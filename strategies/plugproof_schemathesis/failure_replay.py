"""A request as a line for a shell, in which no session token stands."""

import shlex
from base64 import b64encode

from plugproof_contracts import Exchange
from plugproof_contracts.secrets.scrubber import SHORTEST, Scrubber

VARIABLE = "$PLUGPROOF_TOKEN"

_OWN = frozenset({"accept-encoding", "connection", "content-length", "host", "user-agent"})
"""Headers that curl sets by itself."""


class Replay:
    """Writes requests down; `secrets` are those that the server gave out."""

    def __init__(self, secrets: frozenset[str]) -> None:
        self._secrets = frozenset(secret for secret in secrets if len(secret) >= SHORTEST)
        self._scrub = Scrubber(self._secrets)

    def curl(self, exchange: Exchange) -> str:
        """Return the request as one line; a token that was made up is kept, for it may be the cause."""
        parts = ["curl -gsSi --path-as-is", f"-X {exchange.method}"]
        parts += [f"-H {_quoted(f'{name}: {value}')}" for name, value in _headers(exchange)]
        pipe, data = _data(exchange.request_body)
        return self._scrub(pipe + " ".join([*parts, *data])) + " " + self._url(exchange)

    def _url(self, exchange: Exchange) -> str:
        token = exchange.token.reveal() if exchange.token else ""
        if not self._is_secret(token):
            return self._scrub(_quoted(exchange.url))
        before, _, after = exchange.url.partition(token)
        return f'{self._scrub(_quoted(before))}"{VARIABLE}"{self._scrub(_quoted(after)) if after else ""}'

    def _is_secret(self, token: str) -> bool:
        """A token that begins like one that was given out may be one that was cut, or changed a little."""
        return bool(token) and any(secret[:SHORTEST] in token for secret in self._secrets)


def _headers(exchange: Exchange) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, value in exchange.request_headers
        if name.lower() not in _OWN and not name.lower().startswith("x-schemathesis")
    ]


def _data(body: bytes) -> tuple[str, list[str]]:
    """A body that a shell cannot hold as text goes through a pipe."""
    if not body:
        return "", []
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        return f"echo {b64encode(body).decode()} | base64 -d | ", ["--data-binary @-"]
    return "", [f"--data-binary {_quoted(text)}"]


def _quoted(text: str) -> str:
    """Quote a text for bash; what a terminal would act on is written as escapes."""
    if text.isprintable():
        return shlex.quote(text)
    escaped = "".join(
        {"\\": "\\\\", "'": "\\'"}.get(char, char) if char.isprintable() else _escape(char) for char in text
    )
    return f"$'{escaped}'"


def _escape(char: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", "replace"))
