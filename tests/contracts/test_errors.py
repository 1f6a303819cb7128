"""One base for every exception that the contract raises on purpose."""

import ast
from pathlib import Path

import pytest

import plugproof_contracts
from plugproof_contracts import CheckOptions, Exchange, PlugproofError, Token, assert_conforms, run_check

CONTRACT = Path(plugproof_contracts.__file__).parent
OURS = [
    value for name in plugproof_contracts.__all__ if isinstance(value := getattr(plugproof_contracts, name), type)
]
BARE = {"ValueError", "TypeError", "AssertionError", "RuntimeError", "LookupError", "Exception"}
INTERNAL = {"facts/session_lifecycle.py"}
"""Where a mistake of our own is caught, which no caller can make."""

NO_ANSWER = Exchange("GET", "https://example.org/", 200, [], b"")
WAYS = {
    "a status that is none": (TypeError, lambda: Exchange("GET", "https://example.org/", "200", [], b"")),
    "a frozen exchange": (AttributeError, lambda: setattr(NO_ANSWER, "status", 500)),
    "a token in a pickle": (TypeError, lambda: Token("not-a-real-token").__reduce__()),
    "nothing to check": (AssertionError, lambda: assert_conforms(NO_ANSWER)),
    "no response": (TypeError, lambda: assert_conforms(7)),
    "no URL": (ValueError, lambda: run_check("app.plugchoice.com")),
    "plain HTTP": (
        ValueError,
        lambda: run_check("http://example.org/api", CheckOptions(tokens=(Token("not-a-real-token"),))),
    ),
    "no baseline": (
        ValueError,
        lambda: run_check("https://x.invalid", CheckOptions(baselines=(Path("none.toml"),))),
    ),
    "no history": (ValueError, lambda: run_check("https://x.invalid", CheckOptions(history="mysql://x/y"))),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_is_refused_has_one_base(way):
    """A refusal is a `PlugproofError`, and still the builtin exception that it always was."""
    builtin, refused = WAYS[way]
    with pytest.raises(PlugproofError) as caught:
        refused()
    assert isinstance(caught.value, builtin)


def test_every_exception_of_the_contract_has_the_base():
    """No exported exception stands outside the hierarchy."""
    assert all(issubclass(kind, PlugproofError) for kind in OURS if issubclass(kind, Exception))


def test_no_builtin_exception_is_raised_bare():
    """Whoever catches `PlugproofError` misses nothing that a function of the contract refuses."""
    bare = [
        f"{path.relative_to(CONTRACT)}:{node.lineno}"
        for path in CONTRACT.rglob("*.py")
        if str(path.relative_to(CONTRACT)) not in INTERNAL
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Raise)
        and isinstance(node.exc, ast.Call)
        and isinstance(node.exc.func, ast.Name)
        and node.exc.func.id in BARE
    ]
    assert bare == []
