"""How the worlds of one fake are made: alike, in memory or in a store."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from plugproof_contracts.errors import InvalidTypeError, InvalidValueError
from plugproof_mockserver.model.session_scenarios import SCENARIOS
from plugproof_mockserver.model.setting_errors import explain_settings
from plugproof_mockserver.model.settings import DOCUMENTED_LIMITS, Settings
from plugproof_mockserver.model.suggestions import list_choices
from plugproof_mockserver.stores.address import StateAddress
from plugproof_mockserver.stores.store import Store
from plugproof_mockserver.world.nouns.clock import Clock
from plugproof_mockserver.world.registries.registry import DEFAULT, WorldRegistry
from plugproof_mockserver.world.world import World


class WorldFactory(NamedTuple):
    """Makes worlds by name; `start` is where their clocks stand still, None for ones that run."""

    settings: Settings
    start: int | None
    seed: int | None
    self_check: bool
    store: Store | None = None

    def make(self, name: str = DEFAULT) -> World:
        """Return a world; one in a store goes on as the store has it."""
        clock = Clock(self.start, speed=1 if self.start is None else 0)
        kept: dict[str, Any] = {"clock": clock, "seed": self.seed, "name": name, "self_check": self.self_check}
        if self.store is None:
            return World(self.settings, **kept)
        from plugproof_mockserver.world.shared.shared_world import SharedWorld

        return SharedWorld(self.settings, store=self.store, **kept)

    def make_apart(self) -> World:
        """Return a world in memory, with which no store has to do."""
        return self._replace(store=None).make()

    def registry(self, default: World) -> WorldRegistry:
        """Return the worlds by name, of which the default one is there already."""

        def make(name: str) -> Any:
            return default if name == DEFAULT else self.make(name)

        if self.store is None or not default.is_shared:
            return WorldRegistry(make)
        from plugproof_mockserver.world.registries.shared_registry import SharedRegistry

        return SharedRegistry(make, self.store)


def open_state(state: str | None) -> Store | None:
    """Return the store of a `--state`, None for memory; raise `InvalidValueError` or `MissingPackageError`."""
    return StateAddress("memory" if state is None else state).open()


def make_settings(
    scenario: str | None,
    rate_limit: str,
    limits: Mapping[Any, tuple[int, float]],
    others: Mapping[str, Any],
) -> Settings:
    """Return the settings of keywords; raise `InvalidValueError` or `InvalidTypeError` with what is wrong."""
    if scenario is not None and scenario.upper() not in SCENARIOS:
        raise InvalidValueError(f"there is no scenario {scenario!r}; {list_choices(scenario.upper(), SCENARIOS)}")
    if unknown := limits.keys() - DOCUMENTED_LIMITS.keys():
        name = unknown.pop()
        raise InvalidValueError(f"there is no operation {name!r}; {list_choices(name, DOCUMENTED_LIMITS)}")
    if extra := others.keys() - set(Settings.__struct_fields__):
        setting = extra.pop()
        choices = list_choices(setting, Settings.__struct_fields__)
        raise InvalidTypeError(f"FakePlugchoice has no setting {setting!r}; {choices}")
    counted = {name: (*limit,) if isinstance(limit, tuple | list) else () for name, limit in limits.items()}
    if wrong := [name for name, limit in counted.items() if len(limit) != 2]:
        raise InvalidValueError(
            f"the limit of {wrong[0]} can't be {limits[wrong[0]]!r}; it must be (hits, seconds)"
        )
    given = {
        "scenario": scenario and scenario.upper(),
        "rate_limit": rate_limit,
        "limits": {name: {"hits": hits, "seconds": length} for name, (hits, length) in counted.items()},
        **others,
    }
    try:
        return msgspec.convert(given, Settings)
    except msgspec.ValidationError as error:
        raise InvalidValueError(f"invalid settings: {explain_settings(error, given)}") from None
