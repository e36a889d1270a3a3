"""The aggregates of the language, each declared once."""

from __future__ import annotations

from collections.abc import Sequence

from cep.runtime.aggregates.accumulator import Accumulator, Valued
from cep.runtime.aggregates.counts import Count, Truths
from cep.runtime.aggregates.exact import ExactSum
from cep.runtime.aggregates.extremes import Extreme
from cep.runtime.aggregates.floats import FloatSum
from cep.runtime.aggregates.registry import Aggregate, Aggregates
from cep.runtime.functions.registry import Family, Variable
from cep.runtime.state.column import Ids
from cep.types import (
    BIGINT,
    BOOLEAN,
    DAY_INTERVAL,
    DOUBLE,
    Array,
    DataType,
    Decimal,
    Integer,
    Map,
    Row,
)

AGGREGATES = Aggregates()
"""Every aggregate that a query can name."""

INTEGERS = Family("integer", lambda t: isinstance(t, Integer), BIGINT)
DECIMALS = Family("DECIMAL", lambda t: isinstance(t, Decimal), Decimal(38, 0))
COMPARABLE = Variable("comparable", lambda t: not isinstance(t, Array | Map | Row), BIGINT)
ANYTHING = Variable("any", default=BIGINT)


def _sum_of_decimals(t: DataType) -> Decimal:
    assert isinstance(t, Decimal)
    return Decimal(38, t.scale)


def _mean_of_decimals(t: DataType) -> Decimal:
    assert isinstance(t, Decimal)
    return Decimal(38, max(t.scale, 6))


def _decimal_mean(sums: ExactSum, groups: Ids, result: DataType) -> Valued:
    return sums.decimal_mean(groups, result, sums.scale)


def greatest(types: Sequence[DataType]) -> Accumulator:
    """Keep the greatest value."""
    return Extreme(types, greatest=True)


def least(types: Sequence[DataType]) -> Accumulator:
    """Keep the least value."""
    return Extreme(types)


_ = AGGREGATES.declare

_("count", [], BIGINT, "The number of rows.", state=Count, value=Count.value)
_("count", [ANYTHING], BIGINT, "The number of non-NULL values.", state=Count, value=Count.value)
_("sum", [INTEGERS], BIGINT, "The exact sum.", state=ExactSum, value=ExactSum.total, can_fail=True)
_(
    "sum",
    [DECIMALS],
    _sum_of_decimals,
    "The exact sum.",
    state=ExactSum,
    value=ExactSum.total,
    can_fail=True,
)
_("sum", [DOUBLE], DOUBLE, "The sum.", state=FloatSum, value=FloatSum.total)
_(
    "sum",
    [DAY_INTERVAL],
    DAY_INTERVAL,
    "The sum.",
    state=ExactSum,
    value=ExactSum.total,
    can_fail=True,
)
_("avg", [INTEGERS], DOUBLE, "The mean.", state=ExactSum, value=ExactSum.mean)
_(
    "avg",
    [DECIMALS],
    _mean_of_decimals,
    "The mean, rounded half up from the exact sum.",
    state=ExactSum,
    value=_decimal_mean,
    can_fail=True,
)
_("avg", [DOUBLE], DOUBLE, "The mean.", state=FloatSum, value=FloatSum.mean)
_("avg", [DAY_INTERVAL], DAY_INTERVAL, "The mean.", state=ExactSum, value=ExactSum.interval_mean)
_("min", [COMPARABLE], COMPARABLE, "The least value.", state=least, value=Extreme.value, once=True)
_(
    "max",
    [COMPARABLE],
    COMPARABLE,
    "The greatest value.",
    state=greatest,
    value=Extreme.value,
    once=True,
)
_(
    ["bool_and", "every"],
    [BOOLEAN],
    BOOLEAN,
    "Whether no value is false.",
    state=Truths,
    value=Truths.every,
    once=True,
)
_(
    "bool_or",
    [BOOLEAN],
    BOOLEAN,
    "Whether a value is true.",
    state=Truths,
    value=Truths.some,
    once=True,
)


def resolve(name: str, types: Sequence[DataType]) -> tuple[Aggregate, tuple[DataType, ...]] | None:
    """Choose among the aggregates of the language; see `Overloads.resolve`."""
    return AGGREGATES.resolve(name, types)
