"""The ways in which a secret may be written: plain, escaped, percent-encoded, as hex, as base64."""

import json
import re
import string
from base64 import b64encode
from collections.abc import Iterator
from html import escape
from urllib.parse import quote, unquote

from plugproof_contracts.secrets.escaping import escape as visible

_ASCII = string.punctuation.replace("%", "") + " "
"""What stays as it is where only other characters are percent-encoded."""

_URLSAFE = str.maketrans("+/", "-_")
_UNCHANGED = re.compile(r"[A-Za-z0-9._-]+")
"""The characters that most tokens consist of."""


def forms(secret: str) -> Iterator[str]:
    """Yield the ways in which a secret may be written, each also as a report's format would write it again."""
    return _forms_of_unchanged(secret) if is_unchanged(secret) else _forms_of_any(secret)


def is_unchanged(secret: str) -> bool:
    """Return whether escaping and percent-encoding leave a secret as it is."""
    return _UNCHANGED.fullmatch(secret) is not None


def _forms_of_unchanged(secret: str) -> Iterator[str]:
    """Yield the same, in a twentieth of the time, where most ways to write a secret are one."""
    raw = secret.encode()
    percent = f"%{raw.hex('%').upper()}"
    yield from (secret, raw.hex(), percent, percent.replace("%", "%25"))
    for form in _base64_of(raw):
        yield form
        yield form.replace("/", "~1")


def _forms_of_any(secret: str) -> Iterator[str]:
    for plain in {secret, unquote(secret)}:
        for form in _encoded(plain):
            yield form
            yield from (escape(form), escape(form, quote=False), form.replace("~", "~0").replace("/", "~1"))
            yield from (json.dumps(form)[1:-1], json.dumps(form, ensure_ascii=False)[1:-1])
            yield quote(form.encode("utf-8", "replace"), safe=_ASCII)
            yield visible(form)


def _encoded(plain: str) -> Iterator[str]:
    raw = plain.encode("utf-8", "replace")
    yield from (plain, escape(plain), json.dumps(plain)[1:-1], json.dumps(plain, ensure_ascii=False)[1:-1])
    yield from (quote(raw, safe=""), quote(raw), "".join(f"%{byte:02X}" for byte in raw))
    yield raw.hex()
    yield from _base64_of(raw)


def _base64_of(raw: bytes) -> Iterator[str]:
    """A secret inside a longer text has three forms, by what stands before it."""
    for before, spoilt in ((0, 0), (1, 2), (2, 3)):
        text = b64encode(bytes(before) + raw).decode()
        form = (text if not text.endswith("=") else text.rstrip("=")[:-1])[spoilt:]
        yield from (form, form.translate(_URLSAFE))
