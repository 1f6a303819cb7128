"""The chargers of a world: those of the scenarios, and those that were put there."""

from functools import lru_cache

from plugproof_mockserver.scenarios import SCENARIOS, charger_for
from plugproof_mockserver.settings import Settings
from plugproof_mockserver.state import ChargerState, SessionState


class UnknownChargerError(LookupError):
    """A code that no charger has; the message lists those that there are."""


class Chargers:
    """Finds chargers by code, whatever its case."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._put: dict[str, ChargerState | None] = {}

    def find(self, code: str) -> ChargerState | None:
        """Return a charger, or null when there is none."""
        upper = code.upper()
        if upper in self._put:
            return self._put[upper]
        scenario = upper if upper in SCENARIOS else self._settings.scenario
        if scenario is None or not is_code(upper):
            return None
        return _standard(upper, scenario, self._settings.hold)

    def of(self, session: SessionState) -> ChargerState:
        """Return the charger of a session, also when it was taken away in the meantime."""
        return self.find(session.charger) or _standard(session.charger, session.scenario, session.hold)

    def get(self, code: str) -> ChargerState:
        """Return a charger; raise `UnknownChargerError` when there is none."""
        charger = self.find(code)
        if charger is None:
            known = ", ".join(one.public_code for one in self.all())
            raise UnknownChargerError(f"no charger has the code {code!r}; there are {known}")
        return charger

    def all(self) -> list[ChargerState]:
        """Return the chargers of the scenarios and those that were put here, by code."""
        codes = sorted({*SCENARIOS, *self._put})
        return [charger for code in codes if (charger := self.find(code))]

    def put(self, charger: ChargerState) -> None:
        """Set a charger up, or change one; sessions that run on it see the change."""
        self._put[charger.public_code] = charger

    def remove(self, code: str) -> None:
        """Take a charger away; raise `UnknownChargerError` when there is none. Its sessions go on."""
        self._put[self.get(code).public_code] = None


def is_code(text: str) -> bool:
    """Say whether a charger could have this code: 1 to 10 letters and digits."""
    return 1 <= len(text) <= 10 and text.isascii() and text.isalnum()


@lru_cache(maxsize=1024)
def _standard(code: str, scenario: str, hold: int) -> ChargerState:
    return charger_for(code, SCENARIOS[scenario], hold)
