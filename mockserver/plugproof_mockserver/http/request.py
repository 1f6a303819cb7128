"""One request to the API, as every face hands it over."""

import re
from collections.abc import Sequence

import msgspec

from plugproof_contracts.exchanges.headers import preferred
from plugproof_contracts.secrets.token import fingerprint

_ABSOLUTE = re.compile(r"#|//|https?://|(?:mailto|tel|sms):")


class Request(msgspec.Struct, frozen=True, gc=False):
    """`path` is raw, below the API's base, and has no query; header names are in any case."""

    method: str
    path: str
    headers: Sequence[tuple[bytes, bytes]] = ()
    body: bytes = b""
    client: str = "127.0.0.1"
    scheme: str = "http"

    def __repr__(self) -> str:
        return f"<Request {self.method} {self.safe_path()}>"

    def header(self, name: bytes) -> str:
        """Return a header by its lower-case name, or nothing."""
        return next((value.decode("latin-1") for key, value in self.headers if key.lower() == name), "")

    def expects_json(self) -> bool:
        """Return whether the framework would take this request for one that wants JSON (assumed)."""
        accept = preferred(self.header(b"accept"))
        if self.header(b"x-requested-with") == "XMLHttpRequest" and accept in ("", "*", "*/*"):
            return True
        return "/json" in accept or "+json" in accept

    def previous_url(self) -> str:
        """Return where the framework sends a browser back to: the `Referer`, or the root of the host (assumed)."""
        root = f"{self.scheme}://{self.header(b'host') or 'localhost'}"
        referer = self.header(b"referer").strip()
        if not referer or _ABSOLUTE.match(referer):
            return referer or root
        return f"{root}/{referer.strip('/')}"

    def safe_path(self) -> str:
        """Return the path with every part that is long enough to be a token as its fingerprint."""
        return "/".join(fingerprint(part) if len(part) >= 16 else part for part in self.path.split("/"))
