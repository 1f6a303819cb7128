"""Who may control which world: the operator's secret opens all of them, a tenant's those of its prefix."""

import hmac
from collections.abc import Iterable, Mapping

from starlette.datastructures import Headers

from plugproof_contracts.errors import InvalidValueError
from plugproof_mockserver.world.registries.registry import longest_prefix


class ControlSecrets:
    """The secrets of a fake: `operator` is for every world, and `tenants` has one for each prefix of names.

    A world whose name begins with several prefixes belongs to the longest. One with neither a tenant's secret nor
    an operator's is open.
    """

    def __init__(self, operator: str | None = None, tenants: Mapping[str, str] | None = None) -> None:
        self._operator, self._tenants = operator, dict(tenants or {})
        if operator == "" or "" in self._tenants.values():
            raise InvalidValueError("the secret of the control plane is empty; leave it out to have none")
        if "" in self._tenants:
            raise InvalidValueError("a prefix of worlds is empty; the control secret is the one of all worlds")

    def open(self, world: str, headers: Headers) -> bool:
        """Return whether a request with these headers may control a world."""
        owner = longest_prefix(world, self._tenants)
        secrets = [secret for secret in (self._operator, self._tenants.get(owner)) if secret is not None]
        return not secrets or _carries(headers, secrets)

    def are_known(self, headers: Headers) -> bool:
        """Return whether a request may ask which worlds there are: it has any of the secrets, or needs none."""
        return self._operator is None or _carries(headers, (self._operator, *self._tenants.values()))

    def __repr__(self) -> str:
        return f"<ControlSecrets of {len(self._tenants)} prefixes>"


def _carries(headers: Headers, secrets: Iterable[str]) -> bool:
    """Return whether a request has one of the secrets; the comparisons take the same time whatever they find."""
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    given = (headers.get("x-plugproof-secret", ""), bearer.strip() if scheme.lower() == "bearer" else "")
    equal = [hmac.compare_digest(one.encode("latin-1"), secret.encode()) for one in given for secret in secrets]
    return any(equal)
