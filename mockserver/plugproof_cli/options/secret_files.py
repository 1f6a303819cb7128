"""Secrets of `plugproof serve`: read from a file or the environment, and in no message, argument list or log."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import click

from plugproof_contracts.errors import InvalidValueError

MOST_BYTES = 1_000_000
"""What a file of secrets may hold; anything longer is another file."""

_SECRET = re.compile(r"[!-~]{8,256}")
_PREFIX = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_WORLDS = re.compile(r"[0-9]{1,9}")


class Tenant(NamedTuple):
    """Whose worlds begin with `prefix`: their secret, and how many there may be; None for as many as fit."""

    prefix: str
    secret: str
    worlds: int | None = None

    def __repr__(self) -> str:
        return f"<Tenant {self.prefix}>"


def read_secret(text: str) -> str:
    """Return a secret; raise `InvalidValueError`, which never repeats it, for anything else."""
    if not _SECRET.fullmatch(text):
        raise InvalidValueError("a secret is 8 to 256 printable ASCII characters without a space")
    return text


def read_secret_file(path: str) -> str:
    """Return the only secret of a file; raise `InvalidValueError` that names the file for anything else."""
    try:
        return read_secret(_content(path).rstrip("\r\n"))
    except ValueError as error:
        raise InvalidValueError(f"{path}: {error}") from None


def read_tenant(text: str) -> Tenant:
    """Read `PREFIX=SECRET`; raise `InvalidValueError`, which never repeats the secret, for anything else."""
    prefix, equals, secret = text.partition("=")
    if not equals:
        raise InvalidValueError("it is not PREFIX=SECRET, such as team-a-=SECRET")
    return Tenant(_read_prefix(prefix), read_secret(secret))


def read_tenant_file(path: str) -> tuple[Tenant, ...]:
    """Read lines of `PREFIX SECRET [WORLDS]`; raise `InvalidValueError` that names the file and the line.

    Empty lines and those that begin with `#` are none.
    """
    return tuple(_read_lines(path))


def _read_lines(path: str) -> Iterable[Tenant]:
    for number, line in enumerate(_content(path).splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            try:
                yield _read_line(line.split())
            except ValueError as error:
                raise InvalidValueError(f"{path}, line {number}: {error}") from None


def _read_line(words: list[str]) -> Tenant:
    if not 2 <= len(words) <= 3 or (len(words) == 3 and not _WORLDS.fullmatch(words[2])):
        raise InvalidValueError("it is not PREFIX SECRET, or PREFIX SECRET WORLDS with a number of worlds")
    return Tenant(_read_prefix(words[0]), read_secret(words[1]), int(words[2]) if len(words) == 3 else None)


def _read_prefix(text: str) -> str:
    # What stands here in a line that is written the wrong way round may be the secret, so it is not repeated.
    if not _PREFIX.fullmatch(text):
        raise InvalidValueError(
            "the prefix is not the beginning of a world's name: 1 to 64 letters, digits, dots, dashes and "
            "underscores, letter or digit first"
        )
    return text


def _content(path: str) -> str:
    try:
        with Path(path).open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InvalidValueError(f"{path} can't be read: {error.strerror or error}") from None
    if len(content) > MOST_BYTES:
        raise InvalidValueError(f"{path} is longer than {MOST_BYTES} bytes, so it is not a file of secrets")
    return content.decode("utf-8", "replace")


def choose_control_secret(option: str | None, file: str | None) -> str | None:
    """Return the secret of the control plane, or None; raise `UsageError` when it is given twice."""
    if option is not None and file is not None:
        raise click.UsageError("--control-secret and --control-secret-file both give a secret; leave one out")
    return file if option is None else option


def merge_tenants(options: Iterable[Tenant], file: Iterable[Tenant]) -> dict[str, Tenant]:
    """Return the tenants by prefix; raise `UsageError` for a prefix that is given twice."""
    merged: dict[str, Tenant] = {}
    for tenant in (*options, *file):
        if tenant.prefix in merged:
            raise click.UsageError(f"the prefix {tenant.prefix!r} has two secrets; leave one out")
        merged[tenant.prefix] = tenant
    return merged


def count_worlds(tenants: Iterable[Tenant], most: int) -> dict[str, int]:
    """Return how many worlds each prefix may have, of `most` in all.

    One without a number is in it, too: else its worlds would count to a shorter prefix, which is another team's.
    """
    return {tenant.prefix: most if tenant.worlds is None else tenant.worlds for tenant in tenants}
