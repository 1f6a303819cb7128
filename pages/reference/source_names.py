"""What the source says of a name: its signature, its docstring, the fields of a class with theirs.

Signatures come from the source, for the text that Python itself makes of them differs from version to version.
"""

import ast
import inspect
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Field(NamedTuple):
    """One field of a class: its name, type and default as they are written, and its docstring."""

    name: str
    type: str
    default: str
    docstring: str


class Method(NamedTuple):
    """One function, method or property: how it is called, and its docstring."""

    name: str
    call: str
    docstring: str


def definition(thing: Any) -> ast.AST:
    """Return the node that defines a class or a function, whatever decorators have put in its place."""
    # The wrappers of Hypothesis have no source, but the module and the name of what they wrap.
    for node in ast.walk(ast.parse(inspect.getsource(sys.modules[thing.__module__]))):
        if isinstance(node, Function | ast.ClassDef) and node.name == thing.__name__ and not _is_overload(node):
            return node
    raise LookupError(f"{thing.__module__} does not define {thing.__name__}")


def function(thing: Any) -> Method:
    """Return a function with its signature."""
    node = definition(thing)
    if not isinstance(node, Function):
        raise TypeError(f"{thing!r} is not defined by def")
    return _method(node)


def fields(thing: type) -> Iterator[Field]:
    """Yield the public fields of a class and of its bases of ours, those of the bases first."""
    for part in reversed(_ours(thing)):
        body = _class(part).body
        for node, after in zip(body, [*body[1:], ast.Pass()], strict=True):
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id[0] != "_":
                default = ast.unparse(node.value) if node.value else ""
                yield Field(node.target.id, ast.unparse(node.annotation), default, _string(after))


def methods(thing: type) -> Iterator[Method]:
    """Yield the public methods and properties of a class and its bases of ours, each once."""
    seen: set[str] = set()
    for part in _ours(thing):
        for node in _class(part).body:
            if isinstance(node, Function) and _is_public(node) and node.name not in seen:
                seen.add(node.name)
                yield _method(node)


def constructor(thing: type) -> str:
    """Return how a class is called, where it says so itself; else an empty text."""
    for node in _class(thing).body:
        if isinstance(node, Function) and node.name == "__init__":
            return f"{thing.__name__}({_arguments(node.args)})"
    return ""


def _ours(thing: type) -> list[type]:
    bases = getattr(thing, "__mro__", (thing,))
    return [part for part in bases if part.__module__.startswith("plugproof")]


def _class(thing: type) -> ast.ClassDef:
    node = definition(thing)
    if not isinstance(node, ast.ClassDef):
        raise TypeError(f"{thing!r} is not defined by class")
    return node


def _method(node: Function) -> Method:
    names = {ast.unparse(decorator).rpartition(".")[2] for decorator in node.decorator_list}
    returned = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    is_property = names & {"property", "cached_property"}
    arguments = "" if is_property else f"({_arguments(node.args)})"
    return Method(node.name, f"{node.name}{arguments}{returned}", ast.get_docstring(node) or "")


def _arguments(arguments: ast.arguments) -> str:
    return ast.unparse(arguments).removeprefix("self").removeprefix("cls").removeprefix(", ").removeprefix("/, ")


def _is_public(node: Function) -> bool:
    return not node.name.startswith("_") and not _is_overload(node)


def _is_overload(node: Function | ast.ClassDef) -> bool:
    return any("overload" in ast.unparse(decorator) for decorator in node.decorator_list)


def _string(node: ast.AST) -> str:
    match node:
        case ast.Expr(value=ast.Constant(value=str(text))):
            return text
    return ""
