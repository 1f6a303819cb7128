"""Secrets that have no readable form.

A session token is a credential. It travels as a `Token`, whose every readable form is a fingerprint: equal tokens
have equal fingerprints within one process. A fingerprint says nothing about its token, because it is keyed with a
random key that never leaves the process.
"""

import hmac
import secrets
from hashlib import blake2b
from typing import NoReturn, final

from plugproof_contracts.argument_checks import explain_arguments
from plugproof_contracts.errors import InvalidTypeError

_key = secrets.token_bytes(32)


def adopt_fingerprint_key(key: bytes) -> None:
    """Have the fingerprints of another process of the same server from now on; the key is as secret as a token."""
    global _key
    _key = key


def fingerprint(secret: str) -> str:
    """Return the readable stand-in of a secret, such as `token~3f9a1c0b52`."""
    digest = blake2b(secret.encode("utf-8", "surrogatepass"), key=_key, digest_size=5)
    return f"token~{digest.hexdigest()}"


@final
class Token:
    """A session token. `reveal()` is the only way to its text; `str`, `repr` and format give the fingerprint."""

    __slots__ = ("__secret",)

    @explain_arguments
    def __init__(self, secret: str) -> None:
        if not isinstance(secret, str):
            raise InvalidTypeError  # in the words of the door
        self.__secret = secret

    def reveal(self) -> str:
        """Return the token itself, to be sent to the API and nowhere else."""
        return self.__secret

    @property
    def fingerprint(self) -> str:
        """The readable stand-in, the same for equal tokens of this process."""
        return fingerprint(self.__secret)

    def __repr__(self) -> str:
        return f"<{self.fingerprint}>"

    def __str__(self) -> str:
        return self.fingerprint

    def __format__(self, spec: str) -> str:
        return format(self.fingerprint, spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Token) and hmac.compare_digest(
            self.__secret.encode("utf-8", "surrogatepass"), other.__secret.encode("utf-8", "surrogatepass")
        )

    def __hash__(self) -> int:
        return hash(self.__secret)

    def __reduce__(self) -> NoReturn:
        raise InvalidTypeError("a token is not pickled: its secret would be readable in the result")
