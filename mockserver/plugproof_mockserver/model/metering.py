"""Power and time in whole numbers: watts, watt-hours and microseconds."""

from plugproof_mockserver.model.timestamps import SECOND

_HOUR = 3600 * SECOND


def delivered(watts: int, duration: int) -> int:
    """Return the whole watt-hours that `watts` deliver in `duration` microseconds."""
    return watts * max(0, duration) // _HOUR


def time_to_deliver(watt_hours: int, watts: int) -> int:
    """Return the microseconds after which `watts` have delivered `watt_hours`."""
    return -(-watt_hours * _HOUR // watts)
