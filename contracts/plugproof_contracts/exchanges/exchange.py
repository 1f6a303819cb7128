"""One request with its response: what the checker reads."""

from datetime import datetime
from functools import cached_property
from typing import Any, Never, final

from plugproof_contracts.argument_checks import explain_arguments
from plugproof_contracts.errors import InvalidTypeError, InvalidValueError, ReadOnlyError
from plugproof_contracts.exchanges import route
from plugproof_contracts.exchanges.headers import Headers, HeadersLike
from plugproof_contracts.facts.operations import Operation
from plugproof_contracts.secrets.escaping import escape
from plugproof_contracts.secrets.token import Token

_FIELDS = ("method", "url", "status", "headers", "body", "request_headers", "request_body", "at")


@final
class Exchange:
    """One request with its response, frozen; no readable form of it shows the token, the query or a credential.

    `body` is the response's body after any content encoding was undone. `None` says that the recording has none,
    so nothing is said about it; `b""` says that it was empty. `at` is when the request was sent, with an offset.
    Raises `InvalidTypeError` or `InvalidValueError` for a value no recording can have.
    """

    method: str
    url: str
    status: int
    headers: Headers
    body: bytes | None
    request_headers: Headers
    request_body: bytes
    at: datetime | None

    @explain_arguments
    def __init__(
        self,
        method: str,
        url: str,
        status: int,
        headers: HeadersLike | Headers,
        body: bytes | None,
        request_headers: HeadersLike | Headers = (),
        request_body: bytes = b"",
        at: datetime | None = None,
    ) -> None:
        if (
            not (isinstance(url, str) and isinstance(status, int) and isinstance(request_body, bytes))
            or not (body is None or isinstance(body, bytes))
            or isinstance(status, bool)
        ):
            raise InvalidTypeError  # in the words of the door
        if at is not None and at.tzinfo is None:
            raise InvalidValueError(f"at is {at.isoformat()}, without an offset; give one, such as +00:00")
        self.__dict__.update(
            method=method.upper(),
            url=url,
            status=status,
            headers=headers if isinstance(headers, Headers) else Headers(headers),
            body=body,
            request_headers=request_headers if isinstance(request_headers, Headers) else Headers(request_headers),
            request_body=request_body,
            at=at,
        )

    @cached_property
    def _route(self) -> route.Route:
        return route.route(self.method, self.url)

    @property
    def base(self) -> str | None:
        """The URL up to and without `/v3`, unredacted, or None if the exchange is not with the API."""
        return self._route.base

    @property
    def is_api(self) -> bool:
        """Whether the URL lies below `/v3/public-charging`."""
        return self._route.base is not None

    @property
    def operation(self) -> Operation | None:
        """The operation asked for, or None for other paths, methods and APIs."""
        return self._route.operation

    @property
    def token(self) -> Token | None:
        """The session token in the path, as it was sent, or None."""
        return self._route.token

    @cached_property
    def redacted_url(self) -> str:
        """The URL without user, query and fragment, with a fingerprint for the token."""
        return route.redacted_session(self.url, self._route) or route.redacted(self.url)

    def replace(self, **changes: Any) -> "Exchange":
        """Return the same exchange with some of its fields changed."""
        return Exchange(**{name: getattr(self, name) for name in _FIELDS} | changes)

    def __setattr__(self, name: str, value: object) -> Never:
        raise ReadOnlyError(f"an exchange is frozen; {name} is changed by exchange.replace({name}=…)")

    def __delattr__(self, name: str) -> Never:
        raise ReadOnlyError(f"an exchange is frozen; {name} stays")

    def _key(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in _FIELDS)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Exchange) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __str__(self) -> str:
        return f"{escape(self.method)} {self.redacted_url} → {self.status}"

    def __repr__(self) -> str:
        size = "no body" if self.body is None else f"{len(self.body)} bytes"
        return f"<Exchange {self}, {size}>"


def has_ordinary_url(exchange: Exchange) -> bool:
    """Return whether the URL is as the reference writes that of a session, with nothing to hide but the token."""
    return route.is_ordinary_session(exchange.url, exchange._route)
