"""The calendar's limits: dates and timestamps lie in the years 1 to 9999, as in the SQL standard.

What is computed or comes from outside is held to that, so that whatever has a value can be shown,
written and given to Python.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from cep.runtime.functions.arrow import numbers, refuse, valid
from cep.runtime.rowerrors import Operand
from cep.runtime.time import SECOND
from cep.types import DataType, Date, Timestamp, TimestampLtz

_DAYS = -719_162, 2_932_896
FIRST, LAST = _DAYS[0] * 86_400 * SECOND, (_DAYS[1] + 1) * 86_400 * SECOND - 1
"""The first and the last microsecond, counted from 1970."""

OUTSIDE = "is outside the years 1 to 9999"


def has_years(t: DataType) -> bool:
    """Say whether values of a type lie on the calendar."""
    return isinstance(t, Date | Timestamp | TimestampLtz)


def within_years(values: Operand) -> Operand:
    """Return dates or instants as they are; raise RowFailure for those outside the calendar."""
    found = numbers(values)
    a_day = pa.types.is_date(values.type)
    first, last = _DAYS if a_day else (FIRST, LAST)
    # What stands in the place of a NULL may be anything, so it is looked at again by `refuse`.
    if len(found) and (found.min() < first or found.max() > last):
        bad = (found < first) | (found > last)
        what = "the date" if a_day else "the timestamp"
        refuse(np.asarray(bad), valid(values), f"{what} {OUTSIDE}", [values])
    return values


def checked(kernel: Callable[..., Operand]) -> Callable[..., Operand]:
    """Return a kernel that refuses dates and instants outside the calendar."""

    def inner(*operands: Operand) -> Operand:
        return within_years(kernel(*operands))

    return inner
