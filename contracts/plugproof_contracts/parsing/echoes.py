"""Two bodies compared apart from the token of each request: a framework repeats what it did not find."""

from plugproof_contracts.parsing.redactions import token_forms

_STAND_IN = b"\0token\0"


def are_alike(first: bytes, token: str, second: bytes, other: str) -> bool:
    """Return whether two bodies are the same but for their own tokens, repeated once or wherever they occur."""
    return (
        first == second or _without(first, token) == _without(second, other) or _once(first, token, second, other)
    )


def _forms(token: str) -> list[bytes]:
    """Return the ways to write a token, the longest first, for one may hold another."""
    return sorted((form.encode(errors="replace") for form in token_forms(token) if form), key=len, reverse=True)


def _without(body: bytes, token: str) -> bytes:
    for form in _forms(token):
        body = body.replace(form, _STAND_IN)
    return body


def _once(first: bytes, token: str, second: bytes, other: str) -> bool:
    """A short token may occur by chance as well, so that a single place is tried: where the bodies part."""
    before = _shared(first, second)
    after = _shared(first[::-1], second[::-1])
    return any(
        _parts_at(first, own, second, another, before, after) for own in _forms(token) for another in _forms(other)
    )


def _shared(first: bytes, second: bytes) -> int:
    """Return how many bytes two texts begin with in common."""
    pairs = zip(first, second, strict=False)
    return next((at for at, (one, other) in enumerate(pairs) if one != other), min(len(first), len(second)))


def _parts_at(first: bytes, own: bytes, second: bytes, another: bytes, before: int, after: int) -> bool:
    if len(first) - len(own) != len(second) - len(another):
        return False
    places = range(max(0, len(first) - len(own) - after), min(before, len(first) - len(own)) + 1)
    return any(first.startswith(own, at) and second.startswith(another, at) for at in places)
