"""The aggregates of the language, each declared once."""

from __future__ import annotations

from collections.abc import Sequence

from cep.runtime.aggregates import ranking
from cep.runtime.aggregates.accumulator import Accumulator, Valued
from cep.runtime.aggregates.counts import Count, Truths
from cep.runtime.aggregates.exact import ExactSum
from cep.runtime.aggregates.extremes import Extreme, simple
from cep.runtime.aggregates.floats import FloatSum
from cep.runtime.aggregates.lists import Listing
from cep.runtime.aggregates.moments import Moments, spread
from cep.runtime.aggregates.ranking import BestRow, Retained
from cep.runtime.aggregates.registry import Aggregate, Aggregates
from cep.runtime.functions.registry import Family
from cep.runtime.state.column import Ids
from cep.types import (
    BIGINT,
    BOOLEAN,
    BYTES,
    DAY_INTERVAL,
    DOUBLE,
    VARCHAR,
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
COMPARABLE = Family("comparable", lambda t: not isinstance(t, Array | Map | Row), BIGINT)
ANY = Family("any", lambda _: True, BIGINT)


def _itself(*types: DataType) -> DataType:
    return types[0]


def _sum_of_decimals(t: DataType) -> Decimal:
    assert isinstance(t, Decimal)
    return Decimal(38, t.scale)


def _mean_of_decimals(t: DataType) -> Decimal:
    assert isinstance(t, Decimal)
    return Decimal(38, max(t.scale, 6))


def _least(types: Sequence[DataType]) -> Accumulator:
    return Extreme(types) if simple(types[0]) else BestRow(ranking.LEAST, types)


def _greatest(types: Sequence[DataType]) -> Accumulator:
    return Extreme(types, greatest=True) if simple(types[0]) else BestRow(ranking.GREATEST, types)


def _extreme(kept: Extreme | BestRow | Retained, groups: Ids, result: DataType) -> Valued:
    return kept.first(groups, result) if isinstance(kept, Retained) else kept.value(groups, result)


def _greatest_of(kept: Extreme | BestRow | Retained, groups: Ids, result: DataType) -> Valued:
    return kept.last(groups, result) if isinstance(kept, Retained) else kept.value(groups, result)


_ordered = ranking.retained(ranking.LEAST)
_in_time = ranking.retained(ranking.KEPT_IN_TIME)

_ = AGGREGATES.declare

_("count", [], BIGINT, "The number of rows.", state=Count, value=Count.value)
_("count", [ANY], BIGINT, "The number of values.", state=Count, value=Count.value)

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
    value=ExactSum.decimal_mean,
    can_fail=True,
)
_("avg", [DOUBLE], DOUBLE, "The mean.", state=FloatSum, value=FloatSum.mean)
_("avg", [DAY_INTERVAL], DAY_INTERVAL, "The mean.", state=ExactSum, value=ExactSum.interval_mean)

for _names, _sample, _root, _summary in (
    (["var_pop"], False, False, "The variance of these values."),
    (["var_samp", "variance"], True, False, "The variance, estimated from a sample."),
    (["stddev_pop"], False, True, "The standard deviation of these values."),
    (["stddev_samp", "stddev"], True, True, "The standard deviation, estimated from a sample."),
):
    _(
        _names,
        [DOUBLE],
        DOUBLE,
        _summary,
        state=Moments,
        value=spread(sample=_sample, root=_root),
    )

_(
    "min",
    [COMPARABLE],
    _itself,
    "The least value.",
    state=_least,
    retracting=_ordered,
    value=_extreme,
    once=True,
)
_(
    "max",
    [COMPARABLE],
    _itself,
    "The greatest value.",
    state=_greatest,
    retracting=_ordered,
    value=_greatest_of,
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

_(
    "first_value",
    [ANY],
    _itself,
    "The value of the earliest row.",
    state=ranking.best(ranking.EARLIEST),
    retracting=_in_time,
    value=_extreme,
)
_(
    "last_value",
    [ANY],
    _itself,
    "The value of the latest row.",
    state=ranking.best(ranking.LATEST),
    retracting=_in_time,
    value=_greatest_of,
)
_(
    "arg_min",
    [ANY, COMPARABLE],
    _itself,
    "The first argument where the second is least; of several, the earliest.",
    state=ranking.best(ranking.AT_LEAST),
    retracting=ranking.retained(ranking.KEPT_AT_LEAST),
    value=_extreme,
)
_(
    "arg_max",
    [ANY, COMPARABLE],
    _itself,
    "The first argument where the second is greatest; of several, the earliest.",
    state=ranking.best(ranking.AT_GREATEST),
    retracting=ranking.retained(ranking.KEPT_AT_GREATEST),
    value=_extreme,
)

_(
    "array_agg",
    [ANY],
    Array,
    "All values, NULLs too, by event time.",
    state=Listing.of,
    retracting=Listing.retracting,
    value=Listing.array,
    takes_nulls=True,
)
for _text in (VARCHAR, BYTES):
    _(
        ["string_agg", "listagg"],
        [_text, _text],
        _text,
        "All values by event time, with a separator (a comma) between them.",
        state=Listing.of,
        retracting=Listing.retracting,
        value=Listing.text,
        optional=1,
    )


def resolve(name: str, types: Sequence[DataType]) -> tuple[Aggregate, tuple[DataType, ...]] | None:
    """Choose among the aggregates of the language; see `Overloads.resolve`."""
    return AGGREGATES.resolve(name, types)
