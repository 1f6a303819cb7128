"""Keeping what a streamed answer gives, so that one that was read to its end can be looked at afterwards."""

import sys
from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache
from typing import Any

from plugproof_contracts import Exchange
from plugproof_contracts.adapters import exchange_of
from plugproof_contracts.errors import InvalidValueError


def keep_streamed(response: Any) -> Callable[[], Exchange]:
    """Keep the body of a response of httpx, httpx2 or requests as it is read.

    Returns what makes the exchange once it was; that raises `InvalidValueError` while it was not read to its end.
    """
    return _kept_by_requests(response) if hasattr(response, "iter_content") else _kept_by_httpx(response)


class _Copy:
    """The bytes that a response gave, and whether these were all."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.is_whole = False

    def body(self) -> bytes:
        if not self.is_whole:
            raise InvalidValueError("the answer was not read to its end")
        return b"".join(self.parts)


def _kept_by_requests(response: Any) -> Callable[[], Exchange]:
    copy, real = _Copy(), response.iter_content

    def iter_content(chunk_size: int | None = 1, decode_unicode: bool = False) -> Iterator[Any]:
        def chunks() -> Iterator[bytes]:
            for chunk in real(chunk_size):
                copy.parts.append(chunk)
                yield chunk
            copy.is_whole = True

        if not decode_unicode:
            return chunks()
        decoded: Iterator[Any] = sys.modules["requests.utils"].stream_decode_response_unicode(chunks(), response)
        return decoded

    def finish() -> Exchange:
        if response._content is not False:
            return exchange_of(response)
        response._content = copy.body()
        return exchange_of(response)

    response.iter_content = iter_content
    return finish


def _kept_by_httpx(response: Any) -> Callable[[], Exchange]:
    package = sys.modules[type(response).__module__.partition(".")[0]]
    copy = _Copy()
    response.stream = _copying_stream(package)(response.stream, copy)

    def finish() -> Exchange:
        if hasattr(response, "_content"):
            return exchange_of(response)
        twin = package.Response(
            response.status_code, headers=response.headers, content=copy.body(), request=response.request
        )
        return exchange_of(twin)

    return finish


@cache
def _copying_stream(package: Any) -> type:
    class CopyingStream(package.SyncByteStream, package.AsyncByteStream):  # type: ignore[misc]  # of either package
        def __init__(self, real: Any, copy: _Copy) -> None:
            self._real, self._copy = real, copy

        def __iter__(self) -> Iterator[bytes]:
            for chunk in self._real:
                self._copy.parts.append(chunk)
                yield chunk
            self._copy.is_whole = True

        async def __aiter__(self) -> AsyncIterator[bytes]:
            async for chunk in self._real:
                self._copy.parts.append(chunk)
                yield chunk
            self._copy.is_whole = True

        def close(self) -> None:
            self._real.close()

        async def aclose(self) -> None:
            await self._real.aclose()

    return CopyingStream
