"""The options of `check` that play a life: the charger, the cap, and the command that pays."""

import re
import shlex
import subprocess
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from plugproof_contracts.errors import InvalidValueError
from plugproof_contracts.secrets.escaping import escape

if TYPE_CHECKING:
    from plugproof_contracts.conformance.life_check import LifeTerms

PAY_SECONDS = 120
"""Seconds that the command that pays may take."""


def life_terms(code: str | None, spend_cap: int | None, pay: str | None) -> "LifeTerms | None":
    """Return the terms of a life, or None without `--life`; refuses what does not belong together."""
    from plugproof_contracts.conformance.life_check import LifeTerms

    if code is None:
        if spend_cap is not None or pay is not None:
            raise click.UsageError("--spend-cap and --pay belong to --life CODE, which is not given")
        return None
    if not re.fullmatch(r"[A-Za-z0-9]{1,10}", code):
        raise click.UsageError(f"--life {escape(code)}: allowed is a charger's code, 1 to 10 letters and digits")
    if spend_cap is None:
        raise click.UsageError("--life needs --spend-cap N: minor units that no hold and no cost may exceed")
    return LifeTerms(code, spend_cap, _payer(pay) if pay is not None else None)


def _payer(command: str) -> Callable[[bytes], None]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise click.UsageError(f"--pay cannot be read as a command: {error}") from None
    if not words:
        raise click.UsageError("--pay is empty; give the command that pays")

    def pay(answer: bytes) -> None:
        try:
            # The command is the user's own, and no shell reads it.
            done = subprocess.run(  # noqa: S603
                words, input=answer, timeout=PAY_SECONDS, capture_output=True, check=False
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise InvalidValueError(f"the command of --pay failed: {type(error).__name__}") from None
        if done.returncode:
            raise InvalidValueError(f"the command of --pay ended with exit code {done.returncode}")

    return pay
