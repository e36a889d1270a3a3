"""The aggregates of the language, each declared once."""

from __future__ import annotations

from collections.abc import Sequence

from cep.runtime.aggregates import comoments, percentiles, ranking
from cep.runtime.aggregates.accumulator import Accumulator, Valued
from cep.runtime.aggregates.comoments import CoMoments
from cep.runtime.aggregates.counts import Count, Truths
from cep.runtime.aggregates.datasketches import HLL, KLL
from cep.runtime.aggregates.exact import ExactSum
from cep.runtime.aggregates.extremes import Extreme, simple
from cep.runtime.aggregates.floats import FloatSum
from cep.runtime.aggregates.lists import Listing
from cep.runtime.aggregates.moments import Moments, spread
from cep.runtime.aggregates.percentiles import Ordered, fraction
from cep.runtime.aggregates.places import Places
from cep.runtime.aggregates.ranking import BestRow
from cep.runtime.aggregates.registry import Aggregate, Aggregates
from cep.runtime.aggregates.sketches import Registers, Rounded
from cep.runtime.aggregates.sketchvalues import HllSketch, HllUnion, KllMerge, KllSketch
from cep.runtime.functions.registry import Family, Setting
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


def _extreme(kept: Extreme | BestRow | Places, groups: Ids, result: DataType) -> Valued:
    return kept.first(groups, result) if isinstance(kept, Places) else kept.value(groups, result)


def _greatest_of(kept: Extreme | BestRow | Places, groups: Ids, result: DataType) -> Valued:
    return kept.last(groups, result) if isinstance(kept, Places) else kept.value(groups, result)


_earliest = ranking.best(ranking.EARLIEST)
_in_time = ranking.in_time(arrived=True)
_valued = ranking.in_time(arrived=False)
_first = ranking.earliest()

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
        retracting=CoMoments,
    )

for _name, _value, _summary in (
    ("corr", comoments.correlation, "The correlation of two columns, from -1 to 1."),
    ("covar_pop", comoments.spread(0, 1, sample=False), "The covariance of these pairs."),
    (
        "covar_samp",
        comoments.spread(0, 1, sample=True),
        "The covariance of pairs, estimated from a sample.",
    ),
    ("regr_avgx", comoments.mean(1), "The mean of the second argument, over the pairs."),
    ("regr_avgy", comoments.mean(0), "The mean of the first argument, over the pairs."),
    ("regr_sxx", comoments.spread(1, 1, sample=None), "The squares around regr_avgx, summed."),
    ("regr_syy", comoments.spread(0, 0, sample=None), "The squares around regr_avgy, summed."),
    ("regr_sxy", comoments.spread(0, 1, sample=None), "The products around both means, summed."),
    ("regr_slope", comoments.slope, "The slope of the line y = a x + b through pairs (y, x)."),
    ("regr_intercept", comoments.intercept, "Where the line through pairs (y, x) is at x = 0."),
    ("regr_r2", comoments.determination, "The part of the variance of y that the line explains."),
):
    _(_name, [DOUBLE, DOUBLE], DOUBLE, _summary, state=CoMoments, value=_value)
_(
    "regr_count",
    [DOUBLE, DOUBLE],
    BIGINT,
    "The number of pairs.",
    state=CoMoments,
    value=CoMoments.counted,
)

_(
    "min",
    [COMPARABLE],
    _itself,
    "The least value.",
    state=_least,
    retracting=Ordered,
    value=_extreme,
    once=True,
)
_(
    "max",
    [COMPARABLE],
    _itself,
    "The greatest value.",
    state=_greatest,
    retracting=Ordered,
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
    "count_if",
    [BOOLEAN],
    BIGINT,
    "The number of rows for which the condition is true.",
    state=Truths,
    value=Truths.number,
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
    "The value of the earliest row, or of the first in the order of ORDER BY.",
    state=_earliest,
    retracting=_in_time,
    valued=(_first, _valued),
    ordered=ranking.end(last=False),
    value=_extreme,
    takes_nulls=True,
)
_(
    "last_value",
    [ANY],
    _itself,
    "The value of the latest row, or of the last in the order of ORDER BY.",
    state=ranking.best(ranking.LATEST),
    retracting=_in_time,
    valued=(ranking.earliest(last=True), _valued),
    ordered=ranking.end(last=True),
    value=_greatest_of,
    takes_nulls=True,
)
_(
    "any_value",
    [ANY],
    _itself,
    "A value, always the earliest that is not NULL.",
    state=_earliest,
    retracting=_in_time,
    valued=(_first, _valued),
    value=_extreme,
)
_(
    ["arg_min", "min_by"],
    [ANY, COMPARABLE],
    _itself,
    "The first argument where the second is least; of several, the earliest.",
    state=ranking.best(ranking.AT_LEAST),
    retracting=ranking.at(greatest=False, kept=True, arrived=True),
    valued=(
        ranking.at(greatest=False, kept=False),
        ranking.at(greatest=False, kept=True),
    ),
    value=_extreme,
)
_(
    ["arg_max", "max_by"],
    [ANY, COMPARABLE],
    _itself,
    "The first argument where the second is greatest; of several, the earliest.",
    state=ranking.best(ranking.AT_GREATEST),
    retracting=ranking.at(greatest=True, kept=True, arrived=True),
    valued=(
        ranking.at(greatest=True, kept=False),
        ranking.at(greatest=True, kept=True),
    ),
    value=_extreme,
)

_(
    "array_agg",
    [ANY],
    Array,
    "All values, NULLs too, by event time or ORDER BY.",
    state=Listing.of,
    retracting=Listing.retracting,
    valued=(Listing.valued, Listing.valued),
    ordered=Listing.ordered,
    value=Listing.array,
    takes_nulls=True,
)
for _text in (VARCHAR, BYTES):
    _(
        ["string_agg", "listagg"],
        [_text, _text],
        _text,
        "All values by event time or ORDER BY, with a separator (a comma) between them.",
        state=Listing.of,
        retracting=Listing.retracting,
        valued=(Listing.valued, Listing.valued),
        ordered=Listing.ordered,
        value=Listing.text,
        optional=1,
    )


FRACTION = Setting("fraction", DOUBLE, fraction)

_(
    "median",
    [DOUBLE],
    DOUBLE,
    "The value in the middle.",
    state=percentiles.ordered,
    retracting=Ordered,
    value=percentiles.median,
)
_(
    "percentile_cont",
    [DOUBLE, FRACTION],
    DOUBLE,
    "The value below which such a fraction lies, between two values if need be.",
    state=percentiles.ordered,
    retracting=Ordered,
    value=percentiles.continuous,
    within=True,
)
_(
    "percentile_disc",
    [COMPARABLE, FRACTION],
    _itself,
    "The first value at or below which such a fraction lies.",
    state=percentiles.ordered,
    retracting=Ordered,
    value=percentiles.discrete,
    within=True,
)
_(
    "mode",
    [COMPARABLE],
    _itself,
    "The value that is there most often; of several, the least.",
    state=percentiles.ordered,
    retracting=Ordered,
    value=percentiles.mode,
    within=True,
)


_(
    "approx_percentile",
    [DOUBLE, FRACTION],
    DOUBLE,
    "Like PERCENTILE_DISC, to 1 %, from bounded state.",
    state=Rounded,
    value=percentiles.discrete,
    within=True,
)
_(
    "approx_count_distinct",
    [COMPARABLE],
    BIGINT,
    "The number of different values, to 1.6 % on average, from bounded state.",
    state=Registers,
    value=Registers.estimate,
    once=True,
)


for _kind in (BIGINT, VARCHAR):
    _(
        "hll_sketch_agg",
        [_kind],
        BYTES,
        "A sketch of different values by DataSketches, as in Spark SQL; '' is left out.",
        state=HllSketch,
        value=HllSketch.value,
        once=True,
        sketch=HLL,
    )
_(
    "hll_union_agg",
    [BYTES],
    BYTES,
    "Sketches of different values, put together.",
    state=HllUnion,
    value=HllUnion.value,
    once=True,
    can_fail=True,
    sketch=HLL,
)
_(
    "kll_sketch_agg_double",
    [DOUBLE],
    BYTES,
    "A sketch of ranks by DataSketches, as in Spark SQL; NaN is left out.",
    state=KllSketch,
    value=KllSketch.value,
    sketch=KLL,
    chance=True,
)
_(
    "kll_merge_agg_double",
    [BYTES],
    BYTES,
    "Sketches of ranks, put together.",
    state=KllMerge,
    value=KllMerge.value,
    can_fail=True,
    sketch=KLL,
    chance=True,
)


def resolve(name: str, types: Sequence[DataType]) -> tuple[Aggregate, tuple[DataType, ...]] | None:
    """Choose among the aggregates of the language; see `Overloads.resolve`."""
    return AGGREGATES.resolve(name, types)
