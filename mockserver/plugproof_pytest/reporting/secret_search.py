"""Finding secrets in long texts, in time that grows with the text and not with the number of secrets.

Every six characters of a secret are known by where they stand in it. A text is looked at in steps of five, so
that ten characters of a secret are always met; from there the match is extended both ways. What is written in hex,
base64 or percent encoding is decoded first and searched in the same way.
"""

import re
from base64 import b64decode
from binascii import unhexlify
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from plugproof_pytest.known_secrets import STAND_IN

PIECE = 10
"""Characters of a secret that count as a piece of it; pytest shortens what is long."""
_GRAM, _STEP = 6, 5

# Texts, for every suite imports this at its start; `re` compiles them when there is a secret to look for.
_PLAIN = r"[A-Za-z0-9_.~-]+"
_RUN = r"[A-Za-z0-9+/_%-]{12,}"
_KEPT_RUNS = 1024
_ESCAPES = r"(?:%(?:25)*[0-9A-Fa-f]{2}){6,}"
_ESCAPE = r"%(?:25)*([0-9A-Fa-f]{2})"
_HEX = r"[0-9A-Fa-f]{12,}"
_BASE64 = r"[A-Za-z0-9+/_-]{12,}"
_URLSAFE = str.maketrans("-_", "+/")

Span = tuple[int, int]


class _View(NamedTuple):
    """A decoded part of a text, and where in the text its characters from one to another stand."""

    text: str
    place: Callable[[int, int], Span]


class SecretIndex:
    """Takes many secrets out of texts."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._known: set[str] = set()
        self._grams: dict[str, str] = {}
        self._others: dict[str, list[str]] = {}
        """The further secrets that have a gram, too."""
        self._runs: dict[str, tuple[Span, ...]] = {}
        """What was found in encoded runs, which a log repeats line by line."""
        self.add(secrets)

    def __len__(self) -> int:
        return len(self._known)

    def add(self, secrets: Iterable[str]) -> None:
        """Know more secrets; those that are known already cost nothing."""
        for secret in set(secrets) - self._known:
            self._known.add(secret)
            self._runs.clear()
            for at in range(len(secret) - _GRAM + 1):
                gram = secret[at : at + _GRAM]
                if self._grams.setdefault(gram, secret) is not secret:
                    self._others.setdefault(gram, []).append(secret)

    def clean(self, text: str) -> str:
        """Return a text without the secrets, and without pieces of them."""
        text = _without(text, self._found(text, PIECE))
        spans = [
            (run.start() + begin, run.start() + end)
            for run in re.finditer(_RUN, text)
            for begin, end in self._encoded(run[0])
        ]
        return _without(text, spans)

    def _encoded(self, run: str) -> tuple[Span, ...]:
        if run not in self._runs:
            while len(self._runs) >= _KEPT_RUNS:
                self._runs.pop(next(iter(self._runs)))
            spans = [view.place(*span) for view in _views(run) for span in self._found(view.text, _GRAM)]
            self._runs[run] = tuple(sorted(spans))
        return self._runs[run]

    def _found(self, text: str, least: int) -> Iterator[Span]:
        end, grams = 0, self._grams
        for at in range(0, len(text) - _GRAM + 1, _STEP):
            if (gram := text[at : at + _GRAM]) not in grams or at + _GRAM <= end:
                continue
            known = (grams[gram], *self._others.get(gram, ()))
            spans = [_extended(text, at, secret, secret.index(gram)) for secret in known]
            begin, found = max(spans, key=lambda span: span[1] - span[0])
            if found - begin >= least:
                yield begin, found
                end = found


def is_plain(secret: str) -> bool:
    """Return whether a secret is written alike in JSON, HTML, URLs and reprs, so that an index finds it."""
    return re.fullmatch(_PLAIN, secret) is not None


def _extended(text: str, at: int, secret: str, offset: int) -> Span:
    before = 0
    while before < min(at, offset) and text[at - before - 1] == secret[offset - before - 1]:
        before += 1
    after = _GRAM
    while after < min(len(text) - at, len(secret) - offset) and text[at + after] == secret[offset + after]:
        after += 1
    return at - before, at + after


def _without(text: str, spans: Iterable[Span]) -> str:
    shown: list[str] = []
    kept = 0
    for begin, end in spans:
        if begin >= kept:
            shown += [text[kept:begin], STAND_IN]
        kept = max(kept, end)
    return "".join([*shown, text[kept:]]) if shown else text


def _views(run: str) -> Iterator[_View]:
    for escaped in re.finditer(_ESCAPES, run):
        yield _escaped(escaped)
    for digits in re.finditer(_HEX, run):
        yield from (_hex(digits, skipped) for skipped in range(2))
    for words in re.finditer(_BASE64, run):
        yield from (_base64(words, skipped) for skipped in range(4))


def _escaped(run: re.Match[str]) -> _View:
    escapes = list(re.compile(_ESCAPE).finditer(run.string, *run.span()))
    text = "".join(chr(int(escape[1], 16)) for escape in escapes)
    return _View(text, lambda begin, end: (escapes[begin].start(), escapes[end - 1].end()))


def _hex(run: re.Match[str], skipped: int) -> _View:
    first = run.start() + skipped
    text = unhexlify(run[0][skipped : len(run[0]) - (len(run[0]) - skipped) % 2]).decode("latin-1")
    return _View(text, lambda begin, end: (first + 2 * begin, first + 2 * end))


def _base64(run: re.Match[str], skipped: int) -> _View:
    first = run.start() + skipped
    whole = run[0][skipped:].translate(_URLSAFE)
    spare = len(whole) % 4
    padded = whole + "A" * (-spare % 4)
    text = b64decode(padded).decode("latin-1")
    last = run.end()
    return _View(text, lambda begin, end: (first + begin * 4 // 3, min(last, first + -(-end * 4 // 3))))
