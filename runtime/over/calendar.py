"""Steps of months and years from the times of rows, as frames take them.

Where a row arrives is what `ts + INTERVAL '1' MONTH` says: from the 31st at the last day of a
shorter month. So a later row may arrive earlier: from March 29, 18:00 a month back at February 28,
18:00, and from March 30, 06:00 at February 28, 06:00. With a zone it may do so too where clocks are
put back, or skip an hour. `earliest` and `latest` say how far that can go.
"""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from cep.runtime.functions.temporalarithmetic import add_months
from cep.runtime.functions.zones import instant_of, wall_time
from cep.runtime.state.vectors import Codes, arrow, view
from cep.types import TIMESTAMP, TIMESTAMP_LTZ

_HOUR = 3_600_000_000
_DAY = 24 * _HOUR

_LIMIT = 2**63 // _DAY - 4
"""Days since 1970 beyond which no time is reckoned."""

_KNOWN = 1 << 59
"""Microseconds since 1970 up to which clocks are put forward and back, some 18,000 years."""


def moved(times: Codes, months: int, zone: ZoneInfo | None) -> Codes:
    """Return times, in microseconds, so many months on, by the clock of a zone if there is one."""
    if zone is None:
        return _moved(times, months)
    shown = times.copy()
    known = np.abs(times) < _KNOWN
    shown[known] = view(wall_time(arrow(times[known], TIMESTAMP_LTZ.arrow), zone))
    there = _moved(shown, months)
    known = np.abs(there) < _KNOWN
    there[known] = view(instant_of(arrow(there[known], TIMESTAMP.arrow), zone))
    return there


def earliest(times: Codes, months: int, zone: ZoneInfo | None) -> Codes:
    """Return a time before which nothing arrives that sets out at each time or later.

    These rise with the times.
    """
    if zone is None:
        return _start(_moved(times, months))
    least, most = _offsets(zone)
    by_clock = _start(_moved(_near(times) + least, months)) - most
    return np.minimum(by_clock, earliest(times, months, None))


def latest(times: Codes, months: int, zone: ZoneInfo | None) -> Codes:
    """Return a time after which nothing arrives that sets out at each time or before.

    These rise with the times. Without a zone it is the last time at which something arrives; with
    one it may be later by what its clocks have ever been put forward or back.
    """
    if zone is None:
        there = _moved(times, months)
        # From the day before, which arrives on the same one, it is up to its end.
        shortened = _start(_moved(there, -months)) != _start(times)
        return np.where(shortened, _start(there) + _DAY - 1, there)
    least, most = _offsets(zone)
    by_clock = latest(_near(times) + most, months, None) - least
    return np.maximum(by_clock, latest(times, months, None))


@lru_cache
def _offsets(zone: ZoneInfo) -> tuple[int, int]:
    """Return the least and the most by which clocks of a zone differ from UTC, in microseconds.

    Looks at them every five days from 1800 to 2100, and adds two hours to be sure.
    """
    times = np.arange(-170 * 365, 130 * 365, 5) * _DAY
    offsets = view(wall_time(arrow(times, TIMESTAMP_LTZ.arrow), zone)) - times
    return int(offsets.min()) - 2 * _HOUR, int(offsets.max()) + 2 * _HOUR


def _moved(times: Codes, months: int) -> Codes:
    days, rest = np.divmod(times, _DAY)
    there: Codes = np.clip(add_months(days, np.array(months)), -_LIMIT, _LIMIT) * _DAY + rest
    return there


def _near(times: Codes) -> Codes:
    """Return times to which some days can be added."""
    return np.clip(times, -_LIMIT * _DAY, _LIMIT * _DAY)


def _start(times: Codes) -> Codes:
    """Return the start of the day of each time."""
    return times // _DAY * _DAY
