"""What time it is, by the engine's clock and in the session's zone."""

from __future__ import annotations

import pyarrow as pa

from cep.runtime.functions.casttext import truncate
from cep.runtime.functions.registry import Functions
from cep.runtime.functions.zones import wall_time
from cep.runtime.rowerrors import Operand
from cep.runtime.session import Session
from cep.types import DATE, TIME, Time, Timestamp, TimestampLtz

functions = Functions()


@functions.scalar(
    ["current_timestamp", "now", "proctime", "current_row_timestamp"],
    [],
    TimestampLtz(3),
    deterministic=False,
    session=True,
)
def now(session: Session) -> Operand:
    """Return the current instant, to the millisecond."""
    return truncate(pa.scalar(session.clock.now(), TimestampLtz().arrow), 3)


@functions.scalar("localtimestamp", [], Timestamp(3), deterministic=False, session=True)
def localtimestamp(session: Session) -> Operand:
    """Return what clocks in the session's zone show now, to the millisecond."""
    return wall_time(now(session), session.zone)


@functions.scalar("current_date", [], DATE, deterministic=False, session=True)
def current_date(session: Session) -> Operand:
    """Return the date in the session's zone."""
    return localtimestamp(session).cast(DATE.arrow, safe=False)


@functions.scalar(["current_time", "localtime"], [], Time(0), deterministic=False, session=True)
def current_time(session: Session) -> Operand:
    """Return the time of day in the session's zone, to the second."""
    return truncate(localtimestamp(session).cast(TIME.arrow, safe=False), 0)
