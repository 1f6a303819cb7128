"""The responses of httpx, httpx2, requests and Starlette as exchanges.

A response is known by the module of its class or of a base class, so that none of the libraries is
imported: a caller that holds a response of theirs has done that already.
"""

from collections.abc import Callable
from typing import Any

from plugproof_contracts.errors import InvalidTypeError, InvalidValueError
from plugproof_contracts.exchanges.exchange import Exchange
from plugproof_contracts.facts.operations import BASE_URL, OPERATIONS

ALLOWED = "an Exchange, or a response of httpx, httpx2, requests or Starlette"


def exchange_of(response: object, *, operation: str | None = None) -> Exchange:
    """Return the exchange of a client's response.

    `operation` is for a Starlette response, which does not know what it answers. Raises `InvalidTypeError` for
    anything else than a response, and `InvalidValueError` for one that lacks its request or its body.
    """
    read = _reader(response)
    if read is None:
        kind = type(response)
        raise InvalidTypeError(f"{kind.__module__}.{kind.__qualname__} is not a response; allowed is {ALLOWED}")
    return _starlette(response, operation) if read is _starlette else read(response)


def _reader(response: object) -> Callable[..., Exchange] | None:
    for base in type(response).__mro__:
        read = _READERS.get((base.__module__.partition(".")[0], base.__name__))
        if read is not None:
            return read
    return None


def _httpx(response: Any) -> Exchange:
    request = _or_value_error(lambda: response.request, "the response knows no request; give an Exchange")
    return Exchange(
        request.method,
        str(request.url),
        response.status_code,
        response.headers.raw,
        _or_value_error(lambda: response.content, "the response was not read; call response.read() first"),
        request_headers=request.headers.raw,
        request_body=_sent(request),
    )


def _or_value_error(get: Callable[[], Any], message: str) -> Any:
    """httpx, httpx2 and requests raise a RuntimeError, or one derived from it, for what is not there."""
    try:
        return get()
    except RuntimeError:
        raise InvalidValueError(message) from None


def _sent(request: Any) -> bytes:
    try:
        return bytes(request.content)
    except RuntimeError:
        return b""


def _requests(response: Any) -> Exchange:
    request = response.request
    if request is None:
        raise InvalidValueError("the response knows no request; give an Exchange")
    body = request.body.encode() if isinstance(request.body, str) else request.body
    return Exchange(
        request.method,
        request.url,
        response.status_code,
        getattr(response.raw, "headers", None) or response.headers,
        _or_value_error(lambda: response.content, "the response's stream was used up before it was read"),
        request_headers=request.headers,
        request_body=body if isinstance(body, bytes) else b"",
    )


def _starlette(response: Any, operation: str | None = None) -> Exchange:
    row = OPERATIONS.get(operation or "")
    if row is None:
        raise InvalidValueError(
            f"a Starlette response does not know what it answers, and operation is {operation!r}; "
            f"allowed are {', '.join(OPERATIONS)}"
        )
    body = getattr(response, "body", None)
    if not isinstance(body, bytes | memoryview):
        raise InvalidValueError("the Starlette response streams its body; give one that holds it, or an Exchange")
    url = BASE_URL + row.template.format_map(dict.fromkeys(("token", "code"), "unknown"))
    return Exchange(row.method, url, response.status_code, response.raw_headers, bytes(body))


_READERS: dict[tuple[str, str], Callable[..., Exchange]] = {
    ("httpx", "Response"): _httpx,
    ("httpx2", "Response"): _httpx,
    ("requests", "Response"): _requests,
    ("starlette", "Response"): _starlette,
}
"""How to read a response, by the top-level package and the name of its class."""
