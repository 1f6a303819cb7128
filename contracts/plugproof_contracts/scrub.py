"""Taking secrets out of texts that are about to be shown, whatever brought them there.

Texts about a breach show values of the answer, and a server may echo a secret in any of them, as it
is or encoded. So the secrets of all exchanges that were read are known here, in every form.
"""

import json
import re
import string
from base64 import b64encode, urlsafe_b64encode
from binascii import Error, a2b_base64
from collections.abc import Iterable, Iterator
from html import escape
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from plugproof_contracts.exchange import Exchange
from plugproof_contracts.headers import Headers
from plugproof_contracts.operations import OPERATIONS, PREFIX

SHORTEST = 6
"""Characters below which a secret is a word that turns up by chance; nothing shorter is taken out here."""

STAND_IN = "…"

_ASCII = string.punctuation.replace("%", "") + " "
"""What stays as it is where only other characters are percent-encoded."""

_CREDENTIAL = re.compile(
    r"authorization|x-auth|cookie|token|secret|api-?key|session|signature|password", re.IGNORECASE
)
_SCHEMES = frozenset({"bearer", "basic", "digest", "negotiate"})
_ADDRESSES = ("location", "referer", "content-location", "link")
_NAMES = rb"session_token|client_secret|password|access_token|refresh_token|api_key"
_JSON_SECRET = re.compile(rb'"(?:' + _NAMES + rb')"\s*:\s*"((?:[^"\\]|\\.)*)')
_FORM_SECRET = re.compile(rb"(?:\A|[&?\s])(?:" + _NAMES + rb')=([^&\s"]+)')
_WORDS = frozenset(word for row in OPERATIONS.values() for word in (PREFIX + row.path).split("/")) | {"api"}


def secrets_of(exchange: Exchange) -> Iterator[str]:
    """Yield what an exchange holds that nobody may read: in its URL, its headers and its bodies."""
    if exchange.token is not None:
        yield exchange.token.reveal()
    yield from _of_address(exchange.url, whole_path=False)
    yield from _of_headers(exchange.request_headers)
    yield from _of_headers(exchange.headers)
    yield from _of_body(exchange.request_body)
    yield from _of_body(exchange.body or b"")


def _of_address(url: str, *, whole_path: bool) -> Iterator[str]:
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
        if name.lower() in _ADDRESSES:
            yield from _of_address(value.strip(" <>"), whole_path=True)
        elif name.lower() == "set-cookie":
            yield value.partition(";")[0].partition("=")[2].strip('" ')
        elif _CREDENTIAL.search(name):
            yield from _of_credential(value)


def _of_credential(value: str) -> Iterator[str]:
    for part in re.split(r"[;,\s]+", value):
        if part.lower() in _SCHEMES:
            continue
        yield part
        yield part.partition("=")[2].strip('"')
        yield from _of_basic(part)


def _of_basic(part: str) -> Iterator[str]:
    """The credentials of Basic authentication are readable by whoever undoes the base64."""
    try:
        pair = a2b_base64(part, strict_mode=True).decode()
    except (Error, ValueError):
        return
    yield from pair.split(":", 1)


def _of_body(body: bytes) -> Iterator[str]:
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


def forms(secret: str) -> Iterator[str]:
    """Yield the ways in which a secret may be written, each also as a report's format would write it again."""
    for plain in {secret, unquote(secret)}:
        for form in _encoded(plain):
            yield form
            yield from (escape(form), escape(form, quote=False), form.replace("~", "~0").replace("/", "~1"))
            yield from (json.dumps(form)[1:-1], json.dumps(form, ensure_ascii=False)[1:-1])
            yield quote(form.encode("utf-8", "replace"), safe=_ASCII)


def _encoded(plain: str) -> Iterator[str]:
    raw = plain.encode("utf-8", "replace")
    yield from (plain, escape(plain), json.dumps(plain)[1:-1], json.dumps(plain, ensure_ascii=False)[1:-1])
    yield from (quote(raw, safe=""), quote(raw), "".join(f"%{byte:02X}" for byte in raw))
    yield raw.hex()
    yield from _base64_of(raw)


def _base64_of(raw: bytes) -> Iterator[str]:
    """A secret inside a longer text has three forms, by what stands before it."""
    for encode in (b64encode, urlsafe_b64encode):
        for before, spoilt in ((0, 0), (1, 2), (2, 3)):
            text = encode(bytes(before) + raw).decode()
            yield (text if not text.endswith("=") else text.rstrip("=")[:-1])[spoilt:]


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


_LOOKS_SECRET = re.compile(
    r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
    r"|(?<![A-Za-z0-9])(?!\d{8}T\d{4,6}Z?(?![A-Za-z0-9]))(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{12,}"
    r"|[A-Za-z0-9]{24,}"
)


def plain_name(name: str) -> str:
    """Return the name of a file without words that look like a token: long, of letters and digits mixed."""
    return _LOOKS_SECRET.sub(
        STAND_IN, "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name)
    )
