"""How the values of options are read: each reader returns a value or says what is allowed."""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import click

from plugproof_cli.options import secret_files
from plugproof_cli.output.live_log import LogFormat
from plugproof_contracts.errors import InvalidValueError
from plugproof_mockserver.model import settings, timestamps
from plugproof_mockserver.model.session_scenarios import SCENARIOS
from plugproof_mockserver.stores.address import StateAddress
from plugproof_mockserver.world.faults.faults import Fault, parse_fault

Reader = Callable[[str], Any]


def _type(name: str, read: Reader) -> Reader:
    """Return a type for click from a function that raises `InvalidValueError`; `name` is for the help."""

    def convert(text: str) -> Any:
        try:
            return read(text)
        except ValueError as error:
            raise click.BadParameter(str(error)) from None

    convert.__name__ = name
    return convert


def _whole(what: str, low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch(r"\d{1,12}", text, re.ASCII) or not low <= int(text) <= high:
            raise InvalidValueError(f"{text!r} is not {what}: a whole number from {low} to {high}")
        return int(text)

    return read


def _number(what: str, low: int, high: int) -> Callable[[str], float]:
    def read(text: str) -> float:
        if not re.fullmatch(r"\d{1,12}(\.\d{1,12})?", text, re.ASCII) or not low <= float(text) <= high:
            raise InvalidValueError(f"{text!r} is not {what}: a number from {low} to {high}")
        return float(text)

    return read


def _one_of(values: type[StrEnum]) -> Reader:
    """Return the type of an option that takes one of a few words, in any case."""

    def read(text: str) -> StrEnum:
        if text.lower() not in set(values):
            raise InvalidValueError(f"{text!r} is not one of {', '.join(values)}")
        return values(text.lower())

    return _type("|".join(values), read)


def _host(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63}){0,31}|[0-9A-Fa-f:.]{2,45}", text):
        raise InvalidValueError(f"{text!r} is not a host: a name, an IPv4 or an IPv6 address, without a port")
    return text


def _scenario(text: str) -> str:
    if text.upper() not in SCENARIOS:
        raise InvalidValueError(f"{text!r} is not a scenario: one of {', '.join(SCENARIOS)}")
    return text.upper()


def _clock(text: str) -> int:
    start = timestamps.parse(text)
    if not timestamps.EARLIEST <= start <= timestamps.LATEST:
        raise InvalidValueError(f"{text!r} is beyond the clock: a moment from 1971 to 9999")
    return start


def _fault(text: str) -> Fault:
    try:
        return parse_fault(text)
    except ValueError as error:
        raise InvalidValueError(f"{text!r} is not a fault: {error}") from None


def _duration(text: str) -> float:
    length = settings.parse_duration(text)
    if length == 0:
        raise InvalidValueError(f"{text!r} is too short: a duration above 0, such as 90s, 15m, 24h or 2d")
    return length


STATE = _type("memory|url", StateAddress)
RATE_LIMIT = _one_of(settings.RateLimit)
ERRORS = _one_of(settings.Errors)
LIMITER_STORE = _one_of(settings.LimiterStore)
NOT_FOUND = _one_of(settings.NotFoundText)
INVALID_TEXT = _one_of(settings.InvalidText)
HOST = _type("host", _host)
PORT = _type("port", _whole("a port", 0, 65535))
SCENARIO = _type("name", _scenario)
SPEED = _type("x", _number("a speed", 0, 1_000_000))
CLOCK = _type("iso", _clock)
SEED = _type("n", _whole("a seed", 0, 999_999_999_999))
LIMIT = _type("op=n/seconds", settings.parse_limit)
COUNT = _type("n", _whole("a count", 0, 1_000_000))
DURATION = _type("duration", _duration)
PERCENT = _type("percent", _number("a percentage", 0, 100))
AMOUNT = _type("amount", _whole("an amount in minor units", 1, 99_999_999))
FAULT = _type("op:kind[:…]", _fault)
LOG = _one_of(LogFormat)
LATENCY = _type("ms", _whole("a latency", 0, 600_000))
SECRET = _type("secret", secret_files.read_secret)
SECRET_FILE = _type("file", secret_files.read_secret_file)
TENANT = _type("prefix=secret", secret_files.read_tenant)
TENANT_FILE = _type("file", secret_files.read_tenant_file)
QUOTA = _type("n", _whole("a quota", 1, 999_999_999_999))
WORKERS = _type("n", _whole("a number of workers", 1, 64))
