"""Amounts and energy in other units than the documented ones."""

from benchmarks.power.catalogue.value_facts import AMOUNTS
from benchmarks.power.fact import Base, Fact, Ways, documented, made


def _scaled(name: str, words: str, by: float, written: str | None = None) -> Ways:
    """Write a member that is not zero in another unit; amounts as integers, energy in the given form."""

    def make(base: Base) -> str | int | None:
        old = base.value(f"data/{name}")
        value = float(old or 0) * by
        return None if value == 0 else int(value) if written is None else format(value, written)

    return made(f"data/{name}", words, make)


FACTS: tuple[Fact, ...] = (
    documented(
        "confirm-payment#response.energy_kwh",
        "units",
        _scaled("energy_kwh", "is in watt-hours", 1000, ".0f"),
        _scaled("energy_kwh", "is in megawatt-hours", 0.001, ".6f"),
    ),
    *[
        documented(f"confirm-payment#response.{name}", "units", _scaled(name, "is in whole units", 0.01))
        for name in AMOUNTS
    ],
    documented(
        "charger-settings#price_per_kwh", "units", _scaled("pricing/price_per_kwh", "is in hundredths", 100)
    ),
)
