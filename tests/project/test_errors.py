"""The laws of exceptions: one base, builtin bases kept, every one that a user may meet is public."""

import ast
import builtins
import importlib
from collections.abc import Iterator
from pathlib import Path

import plugproof
from plugproof_contracts.errors import PlugproofError

ROOT = Path(__file__).parents[2]
DEFINITION = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
MODULES = sorted(ROOT.glob("*/plugproof*/**/*.py"))
BUILTIN = {
    name for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, BaseException)
}

RAISED_AS_THEY_ARE = {
    "__getattr__": "Python's protocol of attributes asks for AttributeError",
    "extras.exit_without_extra": "ends a program",
    "session_lifecycle.shortest_path": "can't happen: the table reaches every status",
    "writing._descriptor": "the error of the operating system, with words for one that has none",
    "files.read_piped": "an error as the operating system would give it, with words for what it allows",
    "shared_nouns._SessionRows.__getitem__": "Python's protocol of mappings asks for KeyError",
    "shared_journal.SharedJournal.latest": "Python's protocol of sequences asks for IndexError",
    "api_plane._break": "an injected fault: what a server of ASGI does where a connection breaks",
    "client_process._pipe": "can't happen: all three are pipes",
    "request_pacer.RequestPacer.try_acquire": "what Schemathesis ends a run at",
}
"""Where a builtin exception is raised, by module and function, and why."""

NOT_OURS = {
    "EndlessCallError": "a BaseException, so that no retry of a client catches it",
    "LostOutputError": "click's own kind, which sets the exit code of a command",
    "OvertakenError": "control flow of the Redis store, which tries again",
    "StopCheckError": "control flow of a check, which ends with a report",
}
"""Exceptions without the base, and why nobody but us sees them."""

INTERNAL = {
    "AgentMistakeError": "an answer to the agent of `plugproof mcp`",
    "BodyError": "becomes the reason why an entry of a recording was passed over",
    "DroppedPathError": "an answer of the live server",
    "ForeignWorldError": "an answer of the control plane",
    "LedgerError": "a HistoryError, which is public",
    "NoSuchTestError": "an answer of the live server",
    "NoSuchWorldError": "an answer of the server",
    "PortTakenError": "a message of `plugproof serve` and `proxy`",
    "ProcessEndedError": "becomes an AdapterError, or a crash of the client",
    "ProgressError": "a message of `plugproof explore --resume`",
    "QuotaError": "an answer of a server with quotas",
    "RecordingError": "a message of the commands that read recordings",
    "ReportedCrashError": "a ReportedError, which is public",
    "ReportedRefusedError": "a ReportedError, which is public",
    "ReportedUnsureError": "a ReportedError, which is public",
    "StoreUnavailableError": "an answer of a server with a store",
    "UnexpectedError": "a message of `make demo`",
    "UnknownFaultError": "an answer of the control plane",
    "UnreadableBodyError": "an answer of the control plane",
    "WorldError": "the base of answers of the server",
    "WorldGoneError": "an answer of the server",
    "WorldNameError": "an answer of the server",
    "WorldTakenError": "an answer of the server",
}
"""Exceptions with the base that no public function raises, and what becomes of them."""


def raised(node: ast.AST, inside: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the place and every name of what a module raises."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Raise) and child.exc is not None:
            yield from ((".".join(inside), one.id) for one in ast.walk(child.exc) if isinstance(one, ast.Name))
        name = getattr(child, "name", None) if isinstance(child, DEFINITION) else None
        yield from raised(child, (*inside, name) if name else inside)


def exceptions() -> dict[str, type]:
    """Return every exception class of the packages, private ones apart."""
    found: dict[str, type] = {}
    for path in MODULES:
        text = path.read_text("utf-8")
        if path.stem == "__main__" or "Error" not in text:
            continue
        names = [node.name for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts[1:]).removesuffix(".__init__")
        for name in names:
            kind = getattr(importlib.import_module(module), name) if name.endswith("Error") else None
            if kind is not None and not name.startswith("_"):
                found[name] = kind
    return found


EXCEPTIONS = exceptions()


def test_no_builtin_exception_is_raised():
    """Whoever catches `PlugproofError` catches all that is raised on purpose; exceptions to this are explained."""
    found = {
        place
        for path in MODULES
        for place, name in raised(ast.parse(path.read_text("utf-8")), (path.stem,))
        if name in BUILTIN and not place.endswith(".__getattr__")
    }
    assert found == {place for place in RAISED_AS_THEY_ARE if place != "__getattr__"}


def test_every_exception_has_the_one_base():
    """`except PlugproofError` catches whatever plugproof raises on purpose."""
    assert {name for name, kind in EXCEPTIONS.items() if not issubclass(kind, PlugproofError)} == set(NOT_OURS)


def test_every_exception_that_users_meet_is_public():
    """An exception is importable from `plugproof`, or it is known what becomes of it."""
    assert set(EXCEPTIONS) - set(NOT_OURS) - set(INTERNAL) == {
        name for name in plugproof.__all__ if name.endswith("Error")
    }


def test_no_exception_has_another_ending():
    """A class whose base is an exception is called so, or is a warning."""
    odd = [
        node.name
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
        for base in node.bases
        if ast.unparse(base).endswith(("Error", "Exception", "Failure"))
        if not node.name.endswith("Error")
    ]
    assert not odd


def row_of(name: str) -> str:
    """Return the row of the page for an exception: its name, its builtin base and its docstring."""
    kind = EXCEPTIONS[name]
    base = next((one.__name__ for one in kind.__mro__ if one.__name__ in BUILTIN), "")
    return f"| `{name}` | `{base}` | {(kind.__doc__ or '').splitlines()[0]} |"


def test_the_page_of_exceptions_lists_each_one():
    """`docs/reference/errors.md` has every public exception with its builtin base and its meaning."""
    page = (ROOT / "docs" / "reference" / "errors.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert rows == [row_of(name) for name in plugproof.__all__ if name.endswith("Error")]
