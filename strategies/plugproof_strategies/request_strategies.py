"""What clients send: bodies that the API takes, and bodies that it has to refuse with a 422.

What is drawn is what JSON makes of a body: a dictionary, a string, a number, a list or None.
Values that the framework may convert before it validates (numbers in strings, 1.0, true) are
neither: nothing is known about them, so they are not drawn.
"""

from typing import Any

from hypothesis import strategies as st

from plugproof_strategies.arguments import check_arguments
from plugproof_strategies.values.value_strategies import (
    CONNECTORS,
    LONGEST_CODE,
    LONGEST_EMAIL,
    charger_codes,
    connector_ids,
    emails,
)

_NO_TEXT: tuple[Any, ...] = (None, [], ["A1"], {}, {"value": "A1"})
_NO_EMAIL: tuple[Any, ...] = (
    "driver",
    "@",
    "driver@",
    "@example.org",
    "driver@example.org@example.org",
    "a driver@example.org",
    "driver@example .org",
    ".driver@example.org",
    "dri..ver@example.org",
    "driver@-example.org",
    "driver@example..org",
    f"{'d' * LONGEST_EMAIL}@example.org",
    7,
    [],
    ["driver@example.org"],
    {},
)
_NO_CONNECTOR: tuple[Any, ...] = (None, 1.5, "", "one", "1;2", [], [1], {})


@check_arguments
def start_requests() -> st.SearchStrategy[dict[str, Any]]:
    """Strategy for valid bodies of start: `code`, `connector_id`, and sometimes `email`, which may be None."""
    needed = {"code": charger_codes(), "connector_id": connector_ids()}
    return st.fixed_dictionaries(needed, optional={"email": st.none() | emails()})


@check_arguments
def invalid_charger_codes() -> st.SearchStrategy[Any]:
    """Strategy for codes that start refuses: longer than 10 characters, empty, None, or no strings."""
    too_long = st.text(min_size=LONGEST_CODE + 1, max_size=4 * LONGEST_CODE)
    return st.sampled_from(("", *_NO_TEXT, 7)) | too_long.map(_without_edges)


def _without_edges(text: str) -> str:
    """The framework trims texts, and what is left may be short enough."""
    return f"x{text}x"


@check_arguments
def invalid_connector_ids() -> st.SearchStrategy[Any]:
    """Strategy for connectors that start refuses: outside of 1 to 100, None, or no integers."""
    return (
        st.sampled_from(_NO_CONNECTOR)
        | st.integers(-(2**63), CONNECTORS[0] - 1)
        | st.integers(CONNECTORS[-1] + 1, 2**63 - 1)
    )


@check_arguments
def invalid_emails() -> st.SearchStrategy[Any]:
    """Strategy for addresses that receipt-email refuses: no address, longer than 255 characters, empty or None.

    Start refuses the same but "" and None, for there the address is optional.
    """
    return st.sampled_from((*_NO_EMAIL, "", None)) | st.text(_LETTERS, min_size=1, max_size=40)


_LETTERS = st.characters(categories=["L", "N"])


@check_arguments
@st.composite
def invalid_start_requests(draw: st.DrawFn) -> dict[str, Any]:
    """Strategy for bodies of start that are refused for exactly one field, which is wrong or not there."""
    request = draw(start_requests())
    name, wrong = draw(st.sampled_from(tuple(_WRONG.items())))
    value = draw(wrong)
    return {key: item for key, item in (request | {name: value}).items() if (key, item) != (name, _ABSENT)}


_ABSENT = object()
_WRONG: dict[str, st.SearchStrategy[Any]] = {
    "code": st.just(_ABSENT) | invalid_charger_codes(),
    "connector_id": st.just(_ABSENT) | invalid_connector_ids(),
    "email": st.sampled_from(_NO_EMAIL),
}
