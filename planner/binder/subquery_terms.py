"""What the values of subqueries are computed with: truth values, counts, the value of one row."""

from __future__ import annotations

import functools

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cep.planner.expressions import Coalesce, Constant, Expression
from cep.runtime.functions.registry import Function, Variable
from cep.runtime.rowerrors import Operand, RowFailure
from cep.types import BIGINT, BOOLEAN


@functools.cache
def true() -> Constant:
    """Return TRUE; made when it is needed, as the first scalar of a process looks for pandas."""
    return Constant(BOOLEAN, pa.scalar(True))


@functools.cache
def false() -> Constant:
    """Return FALSE."""
    return Constant(BOOLEAN, pa.scalar(False))


@functools.cache
def null() -> Constant:
    """Return NULL, as a truth value."""
    return Constant(BOOLEAN, pa.scalar(None, pa.bool_()))


def _single_value(rows: Operand, value: Operand) -> Operand:
    """Return the value of the only row of a subquery."""
    several = pc.fill_null(pc.greater(rows, 1), False)
    one = isinstance(several, pa.Scalar)
    mask = np.array(several.as_py()) if one else several.to_numpy(zero_copy_only=False)
    if mask.any():
        raise RowFailure(mask, "a subquery that stands for a value gave several rows")
    return value


SINGLE = Function("single", (BIGINT, Variable("T")), Variable("T"), _single_value, can_fail=True)
"""Not for users: it takes how many rows there are, and the value of one of them."""


def number(value: int) -> Constant:
    """Return a whole number."""
    return Constant(BIGINT, pa.scalar(value))


def or_none(count: Expression) -> Expression:
    """Return a count, which is 0 where nothing was counted."""
    return Coalesce(BIGINT, (count, number(0)))
