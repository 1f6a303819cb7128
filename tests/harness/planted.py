"""Clients with a bug that shows in one cell only, found by a look into the fake that no client has."""

from typing import Any

from plugproof_harness import Adapter
from plugproof_harness.client.adapter import METHODS
from plugproof_harness.exploration.cells import NONE
from plugproof_harness.runs.steps import OPERATION_OF


class PlantedError(Exception):
    """What a planted bug raises; it is neither refused nor unsure."""


def plant(adapter: type[Adapter], bugs: dict[str, str]) -> type[Adapter]:
    """Return a client that has a bug in each cell of a table: it `crashes`, or shows what is `untrue`."""

    class Planted(adapter):  # type: ignore[misc, valid-type]  # it is made at run time
        def __init__(self, api: Any) -> None:
            super().__init__(api)
            self.fake = api._fake

    for verb, operation in OPERATION_OF.items():
        if verb != "start":
            setattr(Planted, METHODS[operation], _button(adapter, verb, METHODS[operation], bugs))
    return Planted


def _button(adapter: type[Adapter], verb: str, method: str, bugs: dict[str, str]) -> Any:
    def press(self: Any, *arguments: Any) -> Any:
        status = self.fake.sessions[0].status
        trouble = next((str(fault.kind) for fault in self.fake.faults), NONE)
        kind = bugs.get(f"{status}/{verb}/{trouble}")
        if kind is None:
            return getattr(adapter, method)(self, *arguments)
        if kind == "crashes":
            raise PlantedError
        return {"status": "captured" if status != "captured" else "created"}

    return press
