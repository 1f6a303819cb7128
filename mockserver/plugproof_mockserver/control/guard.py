"""What the control plane refuses before it looks at what is asked.

A web page can make its reader's browser send requests to this machine. A page can't read the
answers (there is no CORS here), but a request may act without its answer being read. So a foreign
`Origin` is refused, and whatever changes something needs a header that a page can't add to a
request without asking for permission first, which nobody gives. A request that has no content and
nothing by which browsers mark what a page sends needs none: it comes from a program.
"""

from starlette.datastructures import Headers

from plugproof_mockserver.http.response import ErrorResponse

_SAFE = ("GET", "HEAD", "OPTIONS")
_HOW = "send `Content-Type: application/json`, or an `X-Plugproof` header with any value"

FOREIGN = ErrorResponse(
    403, "The Origin header is not of this host; the control plane takes no cross-origin request."
)
LOCKED = ErrorResponse(
    401,
    "The control plane needs its secret: send `Authorization: Bearer SECRET` or `X-Plugproof-Secret: SECRET`.",
    headers=((b"www-authenticate", b"Bearer"),),
)


def refusal(method: str, headers: Headers) -> ErrorResponse | None:
    """Return why a browser's request is refused, or None when it is not; secrets are another matter."""
    host = headers.get("host", "").lower()
    if any(origin.partition("://")[2].lower() != host for origin in headers.getlist("origin")):
        return FOREIGN
    if method in _SAFE or "x-plugproof" in headers or _is_of_a_program(headers):
        return None
    media = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media == "application/json":
        return None
    if media:
        return ErrorResponse(415, f"A {method} can't be sent as {media!r}; {_HOW}.")
    return ErrorResponse(403, f"This {method} needs a header that no foreign page can send; {_HOW}.")


def _is_of_a_program(headers: Headers) -> bool:
    """Return whether a request has no content, and nothing that a browser adds to what a page sends.

    Browsers put `Origin` on every unsafe request to another origin, and `Sec-Fetch-Site` on every request to this
    machine. Those that are too old for either name the page in `Referer`.
    """
    if headers.get("content-length", "0") != "0" or headers.get("content-type"):
        return False
    if any(name in headers for name in ("origin", "referer", "transfer-encoding")):
        return False
    return all(site in ("none", "same-origin") for site in headers.getlist("sec-fetch-site"))
