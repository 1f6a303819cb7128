"""Rewriting what pytest reports: tracebacks, diffs, captured output, properties, warnings, live logs.

pytest has no hook for it, so reports are rewritten before anybody reads them. Nothing is touched while no
secret is known, what is not pytest's own is replaced and never changed in place, and nothing that goes wrong here
fails a test.
"""

import copy
import logging
import warnings
from collections.abc import Generator, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pytest
from _pytest._code.code import TerminalRepr

from plugproof_pytest.known_secrets import STAND_IN, KnownSecrets, names_secret

if TYPE_CHECKING:
    from plugproof_pytest.reporting.secret_cleaner import Clean, SecretCleaner

DEEPEST = 20
"""Levels of lists and dicts that are looked into."""
_UNTOUCHED = frozenset({"nodeid", "location", "keywords", "outcome", "when", "duration", "start", "stop"})
"""What pytest finds a report by."""
_UNREADABLE = f"plugproof could not take secrets out of this part of the report, so it is not shown ({STAND_IN})."


class ReportRedactor:
    """The part of the plugin that keeps secrets out of reports."""

    def __init__(self, secrets: KnownSecrets) -> None:
        self._secrets = secrets

    @cached_property
    def cleaner(self) -> "SecretCleaner":
        """Made for the first text that is reported: a suite that passes in silence does without."""
        from plugproof_pytest.reporting.secret_cleaner import SecretCleaner

        return SecretCleaner(self._secrets)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Clean a test's report before any other plugin sees it."""
        if self._secrets.is_used:
            self._secrets.see(secret_arguments(getattr(item, "funcargs", None) or {}))
        report = yield
        self.redact(report)
        return report

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_make_collect_report(self) -> Generator[None, Any, Any]:
        """Clean the report of a collection that failed."""
        report = yield
        self.redact(report)
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: Any) -> None:
        """Clean what other plugins added, and reports that they made themselves."""
        self.redact(report)

    @pytest.hookimpl(tryfirst=True)
    def pytest_warning_recorded(self, warning_message: warnings.WarningMessage) -> None:
        """Clean a warning before it is summed up."""
        if isinstance(warning_message.message, Warning):
            self.redact_warning(warning_message.message)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Clean the logs that are shown while tests run."""
        plugin = session.config.pluginmanager.get_plugin("logging-plugin")
        for name in ("log_cli_handler", "log_file_handler"):
            handler = getattr(plugin, name, None)
            if isinstance(handler, logging.Handler) and handler.formatter is not None:
                handler.setFormatter(CleanFormatter(handler.formatter, self))

    def redact(self, report: Any) -> None:
        """Take secrets out of every part of a report that may show one."""
        parts = {name: part for name, part in _fields(report) if name not in _UNTOUCHED and part}
        if not self._has_secrets(parts):
            return
        for name, part in parts.items():
            self._set(report, name, self._clean_part(name, part))

    def redact_warning(self, warning: Warning) -> None:
        """Take secrets out of a warning that pytest will sum up."""
        if self._has_secrets({"args": warning.args}):
            self._set(warning, "args", _mapped(warning.args, self.cleaner.clean))

    def _has_secrets(self, parts: Mapping[str, Any]) -> bool:
        texts: list[str] = []
        for part in parts.values():
            _collect(part, texts)
        return bool(texts) and self.cleaner.learn(texts)

    def _clean_part(self, name: str, part: Any) -> Any:
        try:
            if name == "context":
                return _changed_copy(part, self.cleaner.clean)
            return _mapped(part, self.cleaner.clean)
        except Exception:
            return _UNREADABLE if name == "longrepr" else part

    def _set(self, owner: Any, name: str, value: Any) -> None:
        try:
            if getattr(owner, name) is not value:
                object.__setattr__(owner, name, value)  # some of them are frozen
        except (AttributeError, TypeError):
            return  # a property that another plugin computes


def secret_arguments(arguments: Mapping[str, Any]) -> Iterator[str]:
    """Yield the arguments of a test whose names say that they are secrets."""
    return (value for name, value in arguments.items() if names_secret(name) and isinstance(value, str))


def _fields(owner: Any) -> Iterator[tuple[str, Any]]:
    """Yield the attributes of an object, whether it keeps them in a dict or in slots."""
    slots = [name for kind in type(owner).__mro__ for name in _slots_of(kind)]
    for name in dict.fromkeys([*getattr(owner, "__dict__", {}), *slots]):
        try:
            yield name, getattr(owner, name)
        except Exception:  # noqa: S112 - an attribute that can't be read shows nothing
            continue


def _slots_of(kind: type) -> tuple[str, ...]:
    slots = kind.__dict__.get("__slots__", ())
    names = (slots,) if isinstance(slots, str) else tuple(slots)
    return tuple(name for name in names if name not in ("__dict__", "__weakref__"))


def _collect(value: Any, texts: list[str]) -> None:
    def note(text: str) -> str:
        texts.append(text)
        return text

    try:
        _mapped(value, note)
    except Exception:
        texts.append("")


def _mapped(value: Any, change: "Clean", depth: int = 0) -> Any:
    """Return a part of a report with every text changed, and the same object where nothing changes.

    Only pytest's own accounts of failures are changed in place; what else there is may belong to the suite.
    """
    if type(value) is str:
        return change(value)
    if depth > DEEPEST:
        return value
    if isinstance(value, TerminalRepr):
        for name, part in _fields(value):
            if (changed := _mapped(part, change, depth + 1)) is not part:
                object.__setattr__(value, name, changed)  # some of them are frozen
        return value
    if type(value) in (list, tuple):
        changed = [_mapped(item, change, depth + 1) for item in value]
        return value if _are_same(changed, value) else type(value)(changed)
    if isinstance(value, Mapping):
        items = {key: _mapped(item, change, depth + 1) for key, item in value.items()}
        return value if _are_same(items.values(), value.values()) else items
    return _shown(value, change)


def _shown(value: Any, change: "Clean") -> Any:
    """Return another plugin's account of a failure as a text if it shows a secret."""
    if not hasattr(value, "toterminal"):
        return value
    text = str(value)
    return value if (changed := change(text)) == text else changed


def _changed_copy(value: Any, change: "Clean") -> Any:
    """Return a copy of an object whose attributes have every text changed."""
    twin = copy.copy(value)
    for name, part in _fields(value):
        object.__setattr__(twin, name, _mapped(part, change))
    return twin


def _are_same(some: Any, others: Any) -> bool:
    return all(one is other for one, other in zip(some, others, strict=True))


class CleanFormatter(logging.Formatter):
    """Formats as another formatter does, without secrets."""

    def __init__(self, inner: logging.Formatter, redactor: ReportRedactor) -> None:
        super().__init__()
        self._inner, self._redactor = inner, redactor

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of one record."""
        line, cleaner = self._inner.format(record), self._redactor.cleaner
        return cleaner.clean(line) if cleaner.learn([line]) else line
