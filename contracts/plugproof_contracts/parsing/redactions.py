"""What must not be readable in anything said about an exchange."""

import json
import re
from binascii import Error, a2b_base64
from collections.abc import Callable, Iterator
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import msgspec

from plugproof_contracts.exchanges.exchange import Exchange, has_ordinary_url
from plugproof_contracts.exchanges.headers import Headers
from plugproof_contracts.exchanges.route import possible_tokens
from plugproof_contracts.facts.operations import OPERATIONS, PREFIX
from plugproof_contracts.parsing.parsed_response import ParsedResponse
from plugproof_contracts.secrets.encodings import forms, is_unchanged
from plugproof_contracts.secrets.scrubber import SHORTEST, STAND_IN

_CREDENTIAL = re.compile(
    r"authorization|x-auth|cookie|token|secret|api-?key|session|signature|password", re.IGNORECASE
)
_SCHEMES = frozenset({"bearer", "basic", "digest", "negotiate"})
_ADDRESSES = ("location", "referer", "content-location", "link")
_NAMES = (b"session_token", b"client_secret", b"password", b"access_token", b"refresh_token", b"api_key")
_JSON_SECRET = re.compile(rb'"(?:' + b"|".join(_NAMES) + rb')"\s*:\s*"((?:[^"\\]|\\.)*)')
_FORM_SECRET = re.compile(rb"(?:\A|[&?\s])(?:" + b"|".join(_NAMES) + rb')=([^&\s"]+)')
_WORDS = frozenset(word for row in OPERATIONS.values() for word in (PREFIX + row.path).split("/")) | {"api"}


def stand_ins(answer: ParsedResponse) -> dict[str, str]:
    """Return every way to write the secrets of an exchange, with what is to stand there instead."""
    secrets = {secret for secret in secrets_of(answer.exchange) if len(secret) >= SHORTEST}
    found = {form: STAND_IN for secret in secrets for form in forms(secret) if len(form) >= SHORTEST}
    for token in dict.fromkeys((answer.exchange.token, answer.token)):
        if token is not None:
            found |= dict.fromkeys(token_forms(token.reveal()), token.fingerprint)
    return found


def token_forms(token: str) -> Iterator[str]:
    """Yield the ways to echo a token, even a short one: as sent, decoded, encoded again, as JSON has it."""
    if is_unchanged(token):
        yield token
        return
    for form in {token, unquote(token), quote(token, safe="", errors="replace")}:
        yield form
        yield msgspec.json.encode(form.encode("utf-8", "replace").decode()).decode()[1:-1]
        yield json.dumps(form)[1:-1].replace("/", r"\/")  # as PHP writes it


def secrets_of(exchange: Exchange) -> Iterator[str]:
    """Yield what an exchange holds that nobody may read: in its URL, its headers and its bodies."""
    if exchange.token is not None:
        yield exchange.token.reveal()
    if not has_ordinary_url(exchange):
        yield from possible_tokens(exchange.url)
        yield from _of_address(exchange.url, whole_path=False)
    yield from _of_headers(exchange.request_headers)
    yield from _of_headers(exchange.headers)
    yield from _of_body(exchange.request_body)
    yield from _of_body(exchange.body or b"")


def _of_address(url: str, *, whole_path: bool) -> Iterator[str]:
    if not (whole_path or "?" in url or "#" in url or "@" in url):
        return
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    if "@" in parts.netloc:
        yield from re.split("[:@]", parts.netloc)[:-1]
    yield from (value for _, value in parse_qsl(parts.query))
    yield from (parts.query, parts.fragment)
    if whole_path:
        yield from (part for part in parts.path.split("/") if part not in _WORDS)


def _of_headers(headers: Headers) -> Iterator[str]:
    for name, value in headers:
        secrets_in = _reader(name)
        if secrets_in is not None:
            yield from secrets_in(value)


@lru_cache(maxsize=1024)
def _reader(header: str) -> Callable[[str], Iterator[str]] | None:
    """Return what finds the secrets in a value of this header, None where there are none."""
    name = header.lower()
    if name in _ADDRESSES:
        return _of_linked_address
    if name == "set-cookie":
        return _of_set_cookie
    return _of_credential if _CREDENTIAL.search(name) else None


def _of_linked_address(value: str) -> Iterator[str]:
    return _of_address(value.strip(" <>"), whole_path=True)


def _of_set_cookie(value: str) -> Iterator[str]:
    yield value.partition(";")[0].partition("=")[2].strip('" ')


def _of_credential(value: str) -> Iterator[str]:
    for part in re.split(r"[;,\s]+", value):
        if part.lower() in _SCHEMES:
            continue
        yield part
        yield part.partition("=")[2].strip('"')
        yield from _of_basic(part)


def _of_basic(part: str) -> Iterator[str]:
    """The credentials of Basic authentication are readable once the base64 is undone."""
    try:
        pair = a2b_base64(part, strict_mode=True).decode()
    except (Error, ValueError):
        return
    yield from pair.split(":", 1)


def _of_body(body: bytes) -> Iterator[str]:
    if not any(map(body.__contains__, _NAMES)):  # to search for the patterns takes ten times as long
        return
    for match in _JSON_SECRET.finditer(body):
        yield from _unescaped(match[1].decode(errors="replace"))
    for match in _FORM_SECRET.finditer(body):
        yield unquote(match[1].decode(errors="replace"))


def _unescaped(text: str) -> Iterator[str]:
    """A string with an escape that JSON does not know gives its pieces."""
    try:
        yield json.loads(f'"{text}"')
    except ValueError:
        yield from re.split(r"\\.", text)
