"""What grouped aggregation means, row by row over Python values: slow, short and independent."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Any

from cep.runtime.aggregates.builtin import AGGREGATES
from cep.runtime.aggregates.calls import AggregateCall
from cep.runtime.aggregates.registry import Key, Ordering
from cep.types import DOUBLE, DataType, Schema
from cep.types import Decimal as DecimalType

EXACT = Context(prec=100)


@dataclass(frozen=True)
class Event:
    """A row with what the engine knows about it; `arrival` numbers the rows."""

    values: tuple[Any, ...]
    time: int
    weight: int
    arrival: int
    lateness: int = -(2**63)


Present = list[Event]
"""Rows inserted and not taken back, by time and then arrival."""


def call(
    schema: Schema,
    name: str,
    *columns: str,
    where: str | None = None,
    distinct: bool = False,
    by: tuple[tuple[str, bool, bool], ...] = (),
    settings: tuple[object, ...] = (),
    ignore_nulls: bool = False,
) -> AggregateCall:
    """Resolve a call by the names of its columns; `by` are order, descending and NULLs first."""
    arguments = tuple(schema.names.index(c) for c in columns)
    given = [schema.types[a] for a in arguments] + [DOUBLE] * (len(settings) > 1)
    resolved = AGGREGATES.resolve(name, given)
    assert resolved is not None, (name, columns)
    aggregate, types = resolved
    if ignore_nulls:
        aggregate = replace(aggregate, takes_nulls=False)
    result = aggregate.result_type(types)
    place = None if where is None else schema.names.index(where)
    order = None
    if by:
        keys = tuple(Key(len(arguments) + i, d, n) for i, (_, d, n) in enumerate(by))
        order = Ordering(keys, len(arguments))
        arguments += tuple(schema.names.index(c) for c, _, _ in by)
    return AggregateCall(aggregate, arguments, result, place, distinct, order, settings)


def order_of(value: Any) -> Any:
    """Return a key that sorts NaN last among numbers, and text by code point."""
    if isinstance(value, float):
        return (math.isnan(value), 0.0 if math.isnan(value) else value)
    return value.encode() if isinstance(value, str) else value


def same(value: Any) -> Any:
    """Return something that is equal where SQL says the values are."""
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else value + 0.0
    return value


def evaluate(one: AggregateCall, rows: Present) -> Any:
    """Return the value of a call over the rows of a group; OverflowError where it does not fit."""
    if one.filter is not None:
        rows = [r for r in rows if r.values[one.filter] is True]
    taken = [(r, tuple(r.values[a] for a in one.arguments)) for r in rows]
    name = one.aggregate.name
    own = len(one.arguments) if one.order is None else one.order.arguments
    if not one.aggregate.takes_nulls:
        taken = [(r, a) for r, a in taken if None not in a[:own]]
    for key in () if one.order is None else reversed(one.order.keys):
        k, high = key.argument, key.descending
        some = [t for t in taken if t[1][k] is not None]
        # Sorting is stable, also backwards: ties stay in the order of time and arrival.
        some.sort(key=lambda t: order_of(t[1][k]), reverse=high)
        none = [t for t in taken if t[1][k] is None]
        taken = none + some if key.nulls_first else some + none
    taken = [(r, a[:own]) for r, a in taken]
    if one.distinct:
        seen: dict[Any, tuple[Event, tuple[Any, ...]]] = {}
        for r, a in taken:
            seen.setdefault(tuple(same(v) for v in a), (r, a))
        taken = list(seen.values())
    if name == "count":
        return len(taken)
    if name in {"count_if", "regr_count"}:
        return sum(a[0] is True for _, a in taken) if name == "count_if" else len(taken)
    if not taken:
        return None
    return VALUES[name](one.result, [a for _, a in taken], *one.settings)


def _sum(result: DataType, rows: list[tuple[Any, ...]]) -> Any:
    values = [r[0] for r in rows]
    if isinstance(values[0], float):
        odd = [v for v in values if not math.isfinite(v)]
        return sum(odd) if odd else math.fsum(values)
    if isinstance(values[0], dt.timedelta):
        return sum(values, dt.timedelta())
    if isinstance(values[0], Decimal):
        assert isinstance(result, DecimalType)
        unscaled = int(sum(map(Fraction, values), Fraction(0)) * 10**result.scale)
        if abs(unscaled) >= 10**38:
            raise OverflowError
        return Decimal(unscaled).scaleb(-result.scale, EXACT)
    total = sum(values)
    if not -(2**63) <= total < 2**63:
        raise OverflowError
    return total


def _avg(result: DataType, rows: list[tuple[Any, ...]]) -> Any:
    values = [r[0] for r in rows]
    n = len(values)
    if isinstance(values[0], float):
        return _sum(result, rows) / n
    if isinstance(values[0], dt.timedelta):
        micro = sum(v // dt.timedelta(microseconds=1) for v in values)
        return dt.timedelta(microseconds=int(_half_up(Fraction(micro, n))))
    if isinstance(values[0], Decimal):
        assert isinstance(result, DecimalType)
        total = sum((Fraction(v) for v in values), Fraction(0)) / n
        whole = _half_up(total * 10**result.scale)
        if abs(whole) >= 10**38:
            raise OverflowError
        return Decimal(whole).scaleb(-result.scale, EXACT)
    return sum(values) / n


def _half_up(value: Fraction) -> int:
    number = EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))
    return int(number.quantize(Decimal(1), ROUND_HALF_UP, EXACT))


def _spread(sample: bool, root: bool) -> Callable[[DataType, list[tuple[Any, ...]]], Any]:
    def value(_: DataType, rows: list[tuple[Any, ...]]) -> Any:
        values = [r[0] for r in rows]
        if sample and len(values) < 2:
            return None
        if not all(math.isfinite(v) for v in values):
            return math.nan
        exact = [Fraction(v) for v in values]
        mean = sum(exact) / len(exact)
        squares = sum((v - mean) ** 2 for v in exact)
        variance = float(squares / (len(exact) - sample))
        return math.sqrt(variance) if root else variance

    return value


def _finite(rows: list[tuple[Any, ...]]) -> bool:
    return all(math.isfinite(v) for r in rows for v in r)


def _central(rows: list[tuple[Any, ...]], i: int, j: int) -> Fraction:
    """Return the exact sum of the products of the distances from the means."""
    a, b = ([Fraction(r[k]) for r in rows] for k in (i, j))
    x, y = sum(a, Fraction(0)) / len(a), sum(b, Fraction(0)) / len(b)
    return sum(((p - x) * (q - y) for p, q in zip(a, b, strict=True)), Fraction(0))


def _covariance(sample: bool) -> Callable[[DataType, list[tuple[Any, ...]]], Any]:
    def value(_: DataType, rows: list[tuple[Any, ...]]) -> Any:
        if sample and len(rows) < 2:
            return None
        return float(_central(rows, 0, 1) / (len(rows) - sample)) if _finite(rows) else math.nan

    return value


def _regression(name: str) -> Callable[[DataType, list[tuple[Any, ...]]], Any]:
    def value(_: DataType, rows: list[tuple[Any, ...]]) -> Any:
        if not _finite(rows):
            return math.nan
        yy, xx, xy = (_central(rows, i, j) for i, j in ((0, 0), (1, 1), (0, 1)))
        if name == "regr_sxy":
            return float(xy)
        if not xx or (name == "corr" and not yy):
            return None
        if name == "regr_slope":
            return float(xy / xx)
        if name == "regr_r2":
            return float(xy * xy / xx / yy) if yy else 1.0
        y, x = (sum(Fraction(r[k]) for r in rows) / len(rows) for k in (0, 1))
        if name == "regr_intercept":
            return float(y - xy / xx * x)
        return math.copysign(math.sqrt(xy * xy / xx / yy), xy)

    return value


def _continuous(_: DataType, rows: list[tuple[Any, ...]], part: float, descending: bool) -> Any:
    values = sorted((r[0] for r in rows), key=order_of, reverse=descending)
    place = Fraction(str(part)) * (len(values) - 1)
    low = int(place)
    if place == low or values[low] == values[low + 1]:
        return float(values[low])
    rest = float(place - low)
    return float(values[low]) * (1 - rest) + float(values[low + 1]) * rest


def _discrete(_: DataType, rows: list[tuple[Any, ...]], part: float, descending: bool) -> Any:
    values = sorted((r[0] for r in rows), key=order_of, reverse=descending)
    return values[max(math.ceil(Fraction(str(part)) * len(values)) - 1, 0)]


def _mode(_: DataType, rows: list[tuple[Any, ...]], descending: bool) -> Any:
    counts = Counter(same(r[0]) for r in rows)
    most = {v for v, n in counts.items() if n == max(counts.values())}
    found = [r[0] for r in rows if same(r[0]) in most]
    return (max if descending else min)(found, key=order_of)


def _least(_: DataType, rows: list[tuple[Any, ...]]) -> Any:
    return min((r[0] for r in rows), key=order_of)


def _greatest(_: DataType, rows: list[tuple[Any, ...]]) -> Any:
    return max((r[0] for r in rows), key=order_of)


VALUES: dict[str, Callable[..., Any]] = {
    "sum": _sum,
    "avg": _avg,
    "min": _least,
    "max": _greatest,
    "var_pop": _spread(False, False),
    "var_samp": _spread(True, False),
    "variance": _spread(True, False),
    "stddev_pop": _spread(False, True),
    "stddev_samp": _spread(True, True),
    "stddev": _spread(True, True),
    "bool_and": lambda _, rows: all(r[0] for r in rows),
    "every": lambda _, rows: all(r[0] for r in rows),
    "bool_or": lambda _, rows: any(r[0] for r in rows),
    "first_value": lambda _, rows: rows[0][0],
    "last_value": lambda _, rows: rows[-1][0],
    "arg_min": lambda _, rows: min(rows, key=lambda r: order_of(r[1]))[0],
    "arg_max": lambda _, rows: max(rows, key=lambda r: order_of(r[1]))[0],
    "any_value": lambda _, rows: rows[0][0],
    "corr": _regression("corr"),
    "covar_pop": _covariance(False),
    "covar_samp": _covariance(True),
    **{n: _regression(n) for n in ("regr_slope", "regr_intercept", "regr_r2", "regr_sxy")},
    "median": lambda t, rows: _continuous(t, rows, 0.5, False),
    "percentile_cont": _continuous,
    "percentile_disc": _discrete,
    "mode": _mode,
    "array_agg": lambda _, rows: [r[0] for r in rows],
    "string_agg": lambda _, rows: "".join(
        (r[1] if i and len(r) > 1 else "," if i else "") + r[0] for i, r in enumerate(rows)
    ),
}

Failed = object()
"""In place of a value that does not fit its type."""


def grouped(
    events: Sequence[Event], keys: tuple[int, ...], calls: Sequence[AggregateCall]
) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """Return the values of all calls for each group that has rows, by key."""
    present: dict[tuple[Any, ...], list[Event]] = {}
    for event in events:
        if event.weight > 0:
            present.setdefault(tuple(same(v) for v in event.values), []).extend(
                [event] * event.weight
            )
        else:
            mine = present[tuple(same(v) for v in event.values)]
            for _ in range(-event.weight):
                mine.pop()
    groups: dict[tuple[Any, ...], Present] = {} if keys else {(): []}
    for rows in present.values():
        for event in rows:
            groups.setdefault(tuple(same(event.values[k]) for k in keys), []).append(event)
    answer = {}
    for key, rows in groups.items():
        rows.sort(key=lambda e: (e.time, e.arrival))
        values = []
        for one in calls:
            try:
                values.append(evaluate(one, rows))
            except OverflowError:
                values.append(Failed)
        if keys and not rows:
            continue
        answer[key] = tuple(values)
    return answer


def close(one: Any, other: Any) -> bool:
    """Say whether two values are the same result; DOUBLE to 1e-9."""
    if isinstance(one, float) and isinstance(other, float):
        if math.isnan(one) or math.isnan(other):
            return math.isnan(one) and math.isnan(other)
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(close(a, b) for a, b in zip(one, other, strict=True))
    return bool(one == other) and (one is None) == (other is None)
