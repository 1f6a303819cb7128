"""The `Host` allow-list: what keeps a web page from talking to a fake on its reader's machine.

A page whose name was made to resolve to 127.0.0.1 is same-origin with the fake; the name in the
`Host` header is the only thing that gives it away.
"""

from collections.abc import Iterable
from ipaddress import ip_address


class HostAllowlist:
    """Decides which `Host` headers are answered: `localhost`, loopback addresses, and the names that are given."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = frozenset(name.lower() for name in names) | {"localhost"}
        self._accepted: set[bytes] = set()

    def accept(self, values: list[bytes]) -> bool:
        """Return whether a request with these `Host` headers is answered; it has to have exactly one."""
        if len(values) != 1:
            return False
        value = values[0]
        if value in self._accepted:
            return True
        if not self._is_allowed(value.decode("latin-1")):
            return False
        # Bounded, since loopback alone has 16 million names with 65,536 ports each.
        if len(self._accepted) < 256:
            self._accepted.add(value)
        return True

    def _is_allowed(self, value: str) -> bool:
        name, _, port = value.rpartition(":") if _has_port(value) else (value, "", "")
        if port and not (port.isascii() and port.isdigit()):
            return False
        name = name.lower().removesuffix(".")
        return name in self._names or is_loopback(name)


def is_of_loopback(origin: str) -> bool:
    """Return whether an `Origin` header is that of a page of this machine, on whatever port."""
    scheme, _, host = origin.partition("://")
    return scheme.lower() in ("http", "https") and HostAllowlist().accept([host.encode("latin-1")])


def _has_port(value: str) -> bool:
    return ":" in value and not value.endswith("]")


def is_loopback(name: str) -> bool:
    """Return whether a name or an address is this machine's own."""
    if name.lower() == "localhost":
        return True
    try:
        return ip_address(name.removeprefix("[").removesuffix("]")).is_loopback
    except ValueError:
        return False
