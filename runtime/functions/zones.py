"""Between instants and the wall clock of a time zone."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from cep.runtime.functions.arrow import call
from cep.runtime.rowerrors import Operand
from cep.types import TIMESTAMP, TIMESTAMP_LTZ

_UTC_NAMES = {"UTC", "Etc/UTC"}


def is_utc(zone: ZoneInfo) -> bool:
    """Say whether the zone's clock is that of the instants themselves."""
    return zone.key in _UTC_NAMES


def find_zone(name: str) -> ZoneInfo:
    """Return the zone of this name, such as Europe/Berlin; raise ValueError where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"there is no time zone '{name}'") from None


def wall_time(instant: Operand, zone: ZoneInfo) -> Operand:
    """Turn TIMESTAMP_LTZ into the TIMESTAMP that clocks in the zone show."""
    if is_utc(zone):
        return instant.cast(TIMESTAMP.arrow)
    return call("local_timestamp", instant.cast(pa.timestamp("us", zone.key)))


def instant_of(wall: Operand, zone: ZoneInfo) -> Operand:
    """Turn TIMESTAMP into the instant at which clocks in the zone show it.

    Of an hour that comes twice the first is taken; a time that is skipped is read by the clock as
    it went before, so 02:30 becomes 03:30.
    """
    if is_utc(zone):
        return wall.cast(TIMESTAMP_LTZ.arrow)
    options = pc.AssumeTimezoneOptions(zone.key, ambiguous="earliest", nonexistent="latest")
    instant = call("assume_timezone", wall, options=options)
    skipped = call("not_equal", call("local_timestamp", instant), wall)
    if pc.any(skipped).as_py() if isinstance(skipped, pa.Array) else skipped.as_py():
        before = call("subtract", instant, pa.scalar(dt.timedelta(microseconds=1)))
        offset = call("subtract", call("local_timestamp", before), before.cast(TIMESTAMP.arrow))
        by_old_clock = call("subtract", wall, offset).cast(TIMESTAMP_LTZ.arrow)
        return call("if_else", skipped, by_old_clock, instant.cast(TIMESTAMP_LTZ.arrow))
    return instant.cast(TIMESTAMP_LTZ.arrow)
