"""The connector `datagen`: made-up rows, the same for the same seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cep.errors import ConnectorError, did_you_mean
from cep.runtime.connectors.base import Connector, OptionSpec, Read, Source
from cep.runtime.connectors.computed import ComputedSource, Dice, Numbers, instants
from cep.runtime.connectors.convert import from_text, truncate
from cep.runtime.connectors.options import flag, length, listed, number, settle, whole_number
from cep.runtime.time import SECOND, Clock, WallClock
from cep.types import (
    BIGINT,
    DOUBLE,
    TIMESTAMP,
    VARCHAR,
    Array,
    Boolean,
    Bytes,
    DataType,
    Date,
    DayInterval,
    Decimal,
    Field,
    Float,
    Integer,
    Map,
    MonthInterval,
    Row,
    Schema,
    Time,
    Timestamp,
    TimestampLtz,
    Varchar,
)

KINDS = ("random", "sequence", "zipf", "normal", "constant", "time")
_FIELD_OPTIONS = {
    "kind": "how values are made; default: time for timestamps, else random",
    "min": "random: the least value",
    "max": "random: the greatest value",
    "start": "sequence: the first value",
    "mean": "normal: the mean",
    "stddev": "normal: the standard deviation",
    "skew": "zipf: the exponent",
    "cardinality": "how many different values there are",
    "length": "texts: how many letters they have",
    "null_rate": "which part of the values is NULL",
    "value": "constant: the value",
}
_DAY = 86_400 * SECOND
_MAX_ZIPF = 10_000_000

# The schema of a stream without columns, and what is not random in it.
_DEFAULT_SCHEMA = Schema(
    (
        Field("id", BIGINT),
        Field("key", BIGINT),
        Field("value", DOUBLE),
        Field("label", VARCHAR),
        Field("ts", Timestamp(3)),
    )
)
_DEFAULT_OPTIONS: Mapping[str, Mapping[str, str]] = {
    "id": {"kind": "sequence"},
    "key": {"cardinality": "1000"},
    "label": {"cardinality": "100", "length": "8"},
}


@dataclass(frozen=True)
class _Column:
    """How the values of one column are made."""

    name: str
    type: DataType
    options: Mapping[str, str]

    @property
    def kind(self) -> str:
        timed = isinstance(self.type, Timestamp | TimestampLtz)
        return self.options.get("kind", "time" if timed else "random")

    @cached_property
    def cardinality(self) -> int | None:
        return whole_number(self.options, "cardinality", 1)

    @cached_property
    def null_rate(self) -> float:
        return number(self.options, "null_rate", 0, 1) or 0.0

    @cached_property
    def cumulative(self) -> npt.NDArray[np.float64]:
        """The distribution function of the ranks of a zipf column."""
        ranks = self.cardinality or 1000
        if ranks > _MAX_ZIPF:
            raise ConnectorError(
                f"column {self.name}: zipf over {ranks:,} values",
                hint=f"the cardinality may be {_MAX_ZIPF:,} at most",
            )
        exponent = number(self.options, "skew", 0) or 1.0
        weights: npt.NDArray[np.float64] = np.cumsum(np.arange(1, ranks + 1) ** -exponent)
        return weights / weights[-1]


class DatagenSource(ComputedSource):
    """Rows made by the rule of each column."""

    def __init__(self, options: Mapping[str, str], read: Read, clock: Clock) -> None:
        rate = number(options, "rate", 1e-9) or 1000.0
        super().__init__(
            read,
            whole_number(options, "rows"),
            whole_number(options, "partitions", 1) or 1,
            clock if flag(options, "pace") else None,
            SECOND / rate,
        )
        self._dice = Dice(whole_number(options, "seed") or 0)
        self._rate = rate
        self._disorder = length(options, "out_of_orderness") or 0
        self._start = _instant(options.get("start", "2020-01-01 00:00:00"), "start")
        self._columns = {f.name: _column(f, options) for f in read.fields}

    def column(self, field: Field, rows: Numbers) -> pa.Array:
        column = self._columns[field.name]
        values = self._values(column, rows)
        if column.null_rate:
            null = self._dice.uniform(f"null {column.name}", rows) < column.null_rate
            values = pc.if_else(pa.array(null), pa.scalar(None, values.type), values)
        return values

    def _values(self, column: _Column, rows: Numbers) -> pa.Array:
        t = column.type
        if column.kind == "constant":
            texts = pa.array([column.options.get("value", "")])
            values, wrong = from_text(texts, t)
            if wrong is not None:
                raise ConnectorError(f"option 'fields.{column.name}.value': {wrong[0]}")
            return pa.repeat(values[0], len(rows))
        if column.kind == "time":
            late = self._dice.below(f"late {column.name}", rows, self._disorder + 1)
            micros = self._start + (rows * (SECOND / self._rate)).astype(np.int64) - late
            return truncate(instants(micros, t.arrow), t)
        if isinstance(t, Float) and column.kind in {"random", "normal"}:
            return self._floats(column, rows)
        return self._of_numbers(column, self._numbers(column, rows))

    def _floats(self, column: _Column, rows: Numbers) -> pa.Array:
        keys = rows
        if column.cardinality is not None:
            keys = self._dice.below(f"key {column.name}", rows, column.cardinality)
        u = self._dice.uniform(column.name, keys)
        if column.kind == "random":
            least, most = _bounds(column, 0.0, 1.0)
            return pa.array(least + u * (most - least)).cast(column.type.arrow)
        v = self._dice.uniform(f"{column.name} again", keys)
        normal = np.sqrt(-2 * np.log1p(-u)) * np.cos(2 * np.pi * v)  # Box-Muller
        mean = number(column.options, "mean", -1e300) or 0.0
        stddev = number(column.options, "stddev", 0)
        scaled = mean + normal * (1.0 if stddev is None else stddev)
        return pa.array(scaled).cast(column.type.arrow)

    def _numbers(self, column: _Column, rows: Numbers) -> Numbers:
        """Make the whole numbers from which values of other types are derived."""
        if column.kind == "sequence":
            start = int(_bounds(column, 0, 0, "start", "start")[0])
            return start + (rows if column.cardinality is None else rows % column.cardinality)
        least, most = (int(b) for b in _bounds(column, *_default_bounds(column.type)))
        if column.kind == "zipf":
            u = self._dice.uniform(column.name, rows)
            return least + np.searchsorted(column.cumulative, u, "right")
        span = most - least + 1
        if column.cardinality is not None:
            span = min(span, column.cardinality)
        return least + self._dice.below(column.name, rows, span)

    def _of_numbers(self, column: _Column, numbers: Numbers) -> pa.Array:
        """Make values of the column's type of whole numbers."""
        t = column.type
        if isinstance(t, Varchar | Bytes):
            size = whole_number(column.options, "length") or 16
            return self._dice.letters(f"text {column.name}", numbers, size).cast(t.arrow)
        if isinstance(t, Boolean):
            return pa.array(numbers % 2 == 1)
        if isinstance(t, Decimal):
            return _decimals(numbers, t)
        if isinstance(t, Date):
            return pa.array((self._start // _DAY + numbers).astype(np.int32)).view(pa.date32())
        if isinstance(t, Time):
            return truncate(pa.array(numbers % _DAY).view(pa.time64("us")), t)
        if isinstance(t, Timestamp | TimestampLtz):
            return truncate(instants(self._start + numbers, t.arrow), t)
        if isinstance(t, DayInterval):
            return pa.array(numbers).view(pa.duration("us"))
        try:
            return pa.array(numbers).cast(t.arrow)
        except pa.ArrowInvalid as error:
            raise ConnectorError(
                f"column {column.name} gets values that are no {t}",
                hint=f"give it 'fields.{column.name}.min' and 'fields.{column.name}.max'",
            ) from error


def _default_bounds(t: DataType) -> tuple[float, float]:
    if isinstance(t, Integer):
        return 0, {8: 2**7, 16: 2**15, 32: 2**31}.get(t.bits, 2**40) - 1
    if isinstance(t, Decimal):
        return 0, min(10**t.precision, 2**50) - 1
    if isinstance(t, Date | MonthInterval):
        return 0, 364
    if isinstance(t, Time | Timestamp | TimestampLtz | DayInterval):
        return 0, _DAY - 1
    return 0, 2**50


def _bounds(
    column: _Column, least: float, most: float, low: str = "min", high: str = "max"
) -> tuple[float, float]:
    """Read the bounds of a column; those of a DECIMAL count its last digit."""
    scale = 10**column.type.scale if isinstance(column.type, Decimal) else 1
    found = []
    for name, default in ((low, least), (high, most)):
        given = number(column.options, name, -float(2**62), float(2**62))
        found.append(default if given is None else given * scale)
    if found[0] > found[1]:
        raise ConnectorError(
            f"column {column.name}: its '{low}' is greater than its '{high}'",
            hint=f"write 'fields.{column.name}.{high}' too",
        )
    return found[0], found[1]


def _decimals(numbers: Numbers, t: Decimal) -> pa.Array:
    """Make decimals of their digits: 128 bits each, the sign extended."""
    limbs = np.stack([numbers, numbers >> 63], axis=1)
    return pa.Array.from_buffers(t.arrow, len(numbers), [None, pa.py_buffer(limbs)])


def _instant(text: str, option: str) -> int:
    values, wrong = from_text(pa.array([text]), TIMESTAMP)
    if wrong is not None:
        raise ConnectorError(f"option '{option}': {wrong[0]}")
    return int(values.view(pa.int64())[0].as_py())


def _column(f: Field, options: Mapping[str, str]) -> _Column:
    if isinstance(f.type, Array | Map | Row):
        raise ConnectorError(f"datagen makes no {f.type} (column {f.name})")
    prefix = f"fields.{f.name}."
    own = {k.removeprefix(prefix): v for k, v in options.items() if k.startswith(prefix)}
    column = _Column(f.name, f.type, own or _DEFAULT_OPTIONS.get(f.name, {}))
    if column.kind not in KINDS:
        raise ConnectorError(
            f"option '{prefix}kind' cannot be '{column.kind}'",
            hint=did_you_mean(column.kind, KINDS) or f"write one of {listed(KINDS)}",
        )
    timed = isinstance(f.type, Timestamp | TimestampLtz)
    if column.kind == "time" and not timed:
        raise ConnectorError(f"column {f.name} is no timestamp and cannot be of the kind 'time'")
    if column.kind == "normal" and not isinstance(f.type, Float):
        raise ConnectorError(f"column {f.name} is no DOUBLE and cannot be of the kind 'normal'")
    return column


@dataclass(frozen=True)
class DatagenConnector(Connector):
    """Makes sources of made-up rows."""

    name: str = "datagen"
    summary: str = "made-up rows, the same for the same seed"
    options: tuple[OptionSpec, ...] = (
        OptionSpec("rows", "how many rows there are; default: no end"),
        OptionSpec("rate", "rows in a second of event time", "1000"),
        OptionSpec("seed", "another seed, other rows", "0"),
        OptionSpec("start", "the time of the first row", "2020-01-01 00:00:00"),
        OptionSpec("out_of_orderness", "how late rows may come, like '5 s'"),
        OptionSpec("partitions", "how many partitions share the rows", "1"),
        OptionSpec(
            "pace", "give rows out at their rate by the clock", "false", choices=("true", "false")
        ),
        *(OptionSpec(f"fields.*.{k}", summary) for k, summary in _FIELD_OPTIONS.items()),
    )
    metadata: Mapping[str, DataType] = field(
        default_factory=lambda: {"partition": BIGINT, "offset": BIGINT}
    )
    clock: Clock = field(default_factory=WallClock)

    def infer(self, options: Mapping[str, str]) -> Schema:
        settle(self, options)
        return _DEFAULT_SCHEMA

    def is_bounded(self, options: Mapping[str, str]) -> bool:
        return "rows" in options

    def source(self, options: Mapping[str, str], read: Read) -> Source:
        return DatagenSource(settle(self, options), read, self.clock)
