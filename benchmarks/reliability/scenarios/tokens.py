"""Hostile tokens on the raw path: none brings a 5xx, and no spelling of a live token is taken for it.

The fake compares tokens as they came over the wire. So only a token's own bytes are the token, although a server
that decodes paths would find it in thousands of others. Each spelling asks to cancel; after all of them the
sessions are as they were. The journal keeps a fingerprint of each token, so two that were taken for one would
have one fingerprint.
"""

import random
from collections.abc import Iterable, Iterator
from itertools import islice, product

from benchmarks.reliability.call import API, Caller, Reply, request_bytes, start
from benchmarks.reliability.outcome import Outcome
from benchmarks.reliability.process import Fake

OPTIONS = ("--rate-limit", "off", "--max-journal-bytes", "1000000000", "--self-check")
BATCH = 500
"""Requests after which the journal is read; it keeps a thousand."""
LIVE = 5
METHODS = (("POST", b"/cancel"), ("POST", b"/confirm"), ("POST", b"/stop"), ("GET", b""))

ATOMS = (
    b"%2F", b"%2f", b"%00", b"%0d%0a", b"%0D%0ASet-Cookie:a=b", b"%ff", b"%FF%FE", b"%C0%AF", b"%E2%80%8B", b"..",
    b"%2e%2e", b".", b"%25", b"%252F", b"%25252e", b"%", b"%zz", b"%u0041", b"%5C", b"\\", b";a=b", b"%3F", b"%23",
    b"+", b"%20", b"~", b"'", b'"', b"<script>", b"{token}", b"%F0%9F%94%8C", b"%ED%A0%80", b"\xc3\xa9", b"\xff",
    b"/", b"//", b"/../", b"/./", b"%2F..%2F", b"*", b"sha256:0", b"null", b"0", b"-1", b"A" * 255, b"%41" * 300,
    b"a" * 60_000,
)  # fmt: skip
"""What tokens are put together from; some of it is no HTTP, and then it has to be refused as such."""


def run(size: int) -> Outcome:
    """Ask with so many tokens: spellings of live ones, and others made of atoms."""
    with Fake(*OPTIONS) as fake, Caller(fake.port) as caller:
        live = [start(caller).content["session_token"].encode() for _ in range(LIVE)]
        found = dict.fromkeys(spelling for token in live for spelling in _spellings(token) if spelling != token)
        spellings = list(found)[: size // 2]
        tokens = [*spellings, *islice(_others(), size - len(spellings))]
        asked = [(token, *METHODS[number % len(METHODS)]) for number, token in enumerate(tokens)]
        losses: list[str] = []
        for first in range(0, size, BATCH):
            losses += _ask(caller, asked[first : first + BATCH])
        for token in live:
            kept = caller.call("GET", f"{API}/sessions/{token.decode()}")
            if kept.status != 200 or kept.content["data"]["status"] != "created":
                losses.append("a session was changed by a spelling of its token")
        for broken in caller.call("GET", "/_plugproof/violations").content["violations"]:
            losses.append(f"an answer breaks the contract: {broken}")
    figures = f"{len(tokens):,} tokens, {len(spellings):,} of them spellings of live ones; {len(losses)} failures"
    return Outcome(figures, tuple(losses))


def _ask(caller: Caller, asked: list[tuple[bytes, str, bytes]]) -> Iterator[str]:
    caller.call("DELETE", "/_plugproof/journal", headers=(("X-Plugproof", "1"),))
    for token, method, rest in asked:
        reply = caller.send(request_bytes(method, f"{API}/sessions/".encode() + token + rest))
        if (loss := _loss(reply, method)) is not None:
            yield f"{method} with {token[:60]!r} {loss}"
    entries = caller.call("GET", "/_plugproof/journal").content["journal"]
    prints = [entry["token"] for entry in entries if entry["token"]]
    if len(set(prints)) < len(prints):
        yield f"{len(prints) - len(set(prints))} tokens were taken for others"
    if len(prints) < len(asked) // 4:  # the others had a slash in them, or were no HTTP
        yield f"only {len(prints)} of {len(asked)} tokens were seen as tokens"


def _loss(reply: Reply, method: str) -> str | None:
    if reply.status == 0:
        return "was not answered"
    if reply.status >= 500:
        return f"was answered {reply.status}"
    if reply.status < 300 and b"session_token" not in reply.body and b'"data"' in reply.body:
        return "was taken for a live token"
    return None


def _spellings(token: bytes) -> Iterator[bytes]:
    """Yield what something that decodes, trims, folds or normalises would take for a token."""
    encoded = [b"%%%02x" % byte for byte in token]
    yield from (b"".join(encoded), b"".join(encoded).upper(), token.swapcase(), token.upper(), token.lower())
    for at, byte in enumerate(token):
        before, after = token[:at], token[at + 1 :]
        overlong = b"%%%02X%%%02X" % (0xC0 | byte >> 6, 0x80 | byte & 0x3F)
        wide = "".join(f"%{one:02X}" for one in chr(0xFEE0 + byte).encode()).encode()
        for way in (b"%%%02x" % byte, b"%%%02X" % byte, b"%%25%02x" % byte, b"%%2525%02x" % byte, overlong, wide):
            yield before + way + after
        yield from (before + bytes([byte]).swapcase() + after, token[:at], token[at:] if at else token * 2)
    yield from (token + atom for atom in ATOMS if not atom.startswith(b"/"))
    yield from (atom + token for atom in ATOMS if atom not in (b"/./",))
    yield from (b"x%2F..%2F" + token, b"x/../" + token, token + b"/../" + token, b"%2e/" + token)


def _others() -> Iterator[bytes]:
    seen: set[bytes] = set()
    for length in (1, 2, 3):
        some: Iterable[tuple[bytes, ...]] = product(ATOMS, repeat=length)
        if length == 3:
            chosen = random.Random(14)
            some = (tuple(chosen.choices(ATOMS, k=3)) for _ in range(100_000))
        for parts in some:
            token = b"".join(parts)
            # What is longer is refused by its head's length; a few of those are enough.
            if token not in seen and (len(token) < 1000 or length == 1):
                seen.add(token)
                yield token
