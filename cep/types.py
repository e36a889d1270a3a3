"""The SQL types, how each lies in an Arrow array, and which convert into which without loss."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa


@dataclass(frozen=True)
class DataType:
    """A SQL type. `str(t)` is its SQL spelling, `t.arrow` the Arrow type that carries it."""

    @property
    def arrow(self) -> pa.DataType:
        """The Arrow type of a column of this type."""
        raise TypeError(f"{type(self).__name__} is abstract")


@dataclass(frozen=True)
class Null(DataType):
    """The type of a bare NULL; converts into every other."""

    def __str__(self) -> str:
        return "NULL"

    @property
    def arrow(self) -> pa.DataType:
        return pa.null()


@dataclass(frozen=True)
class Boolean(DataType):
    """True, false or NULL."""

    def __str__(self) -> str:
        return "BOOLEAN"

    @property
    def arrow(self) -> pa.DataType:
        return pa.bool_()


_INTEGERS = {
    8: ("TINYINT", pa.int8(), 3),
    16: ("SMALLINT", pa.int16(), 5),
    32: ("INT", pa.int32(), 10),
    64: ("BIGINT", pa.int64(), 19),
}


@dataclass(frozen=True)
class Integer(DataType):
    """A signed integer of 8, 16, 32 or 64 bits."""

    bits: int

    def __str__(self) -> str:
        return _INTEGERS[self.bits][0]

    @property
    def arrow(self) -> pa.DataType:
        return _INTEGERS[self.bits][1]

    @property
    def decimal(self) -> Decimal:
        """The DECIMAL type that holds every value of this one."""
        return Decimal(_INTEGERS[self.bits][2], 0)


@dataclass(frozen=True)
class Float(DataType):
    """An IEEE 754 binary number of 32 (REAL) or 64 (DOUBLE) bits."""

    bits: int

    def __str__(self) -> str:
        return "REAL" if self.bits == 32 else "DOUBLE"

    @property
    def arrow(self) -> pa.DataType:
        return pa.float32() if self.bits == 32 else pa.float64()


@dataclass(frozen=True)
class Decimal(DataType):
    """An exact decimal of `precision` digits (at most 38), `scale` of them after the point."""

    precision: int
    scale: int

    def __str__(self) -> str:
        return f"DECIMAL({self.precision}, {self.scale})"

    @property
    def arrow(self) -> pa.DataType:
        return pa.decimal128(self.precision, self.scale)

    @property
    def decimal(self) -> Decimal:
        """This type itself; so that every exact number has a `decimal`."""
        return self


@dataclass(frozen=True)
class Varchar(DataType):
    """Text in Unicode, compared by code point."""

    def __str__(self) -> str:
        return "VARCHAR"

    @property
    def arrow(self) -> pa.DataType:
        return pa.string()


@dataclass(frozen=True)
class Bytes(DataType):
    """A string of bytes."""

    def __str__(self) -> str:
        return "BYTES"

    @property
    def arrow(self) -> pa.DataType:
        return pa.binary()


@dataclass(frozen=True)
class Date(DataType):
    """A day of the proleptic Gregorian calendar."""

    def __str__(self) -> str:
        return "DATE"

    @property
    def arrow(self) -> pa.DataType:
        return pa.date32()


@dataclass(frozen=True)
class Time(DataType):
    """A time of day, in microseconds since midnight."""

    precision: int = 0

    def __str__(self) -> str:
        return f"TIME({self.precision})"

    @property
    def arrow(self) -> pa.DataType:
        return pa.time64("us")


@dataclass(frozen=True)
class Timestamp(DataType):
    """A date and time without a zone, carried in microseconds, shown with `precision` digits."""

    precision: int = 6

    def __str__(self) -> str:
        return f"TIMESTAMP({self.precision})"

    @property
    def arrow(self) -> pa.DataType:
        return pa.timestamp("us")


@dataclass(frozen=True)
class TimestampLtz(DataType):
    """An instant, carried in microseconds since 1970 UTC, shown in the session's zone."""

    precision: int = 6

    def __str__(self) -> str:
        return f"TIMESTAMP_LTZ({self.precision})"

    @property
    def arrow(self) -> pa.DataType:
        return pa.timestamp("us", tz="UTC")


@dataclass(frozen=True)
class DayInterval(DataType):
    """A length of time in microseconds (INTERVAL DAY TO SECOND)."""

    def __str__(self) -> str:
        return "INTERVAL DAY TO SECOND"

    @property
    def arrow(self) -> pa.DataType:
        return pa.duration("us")


@dataclass(frozen=True)
class MonthInterval(DataType):
    """A number of months (INTERVAL YEAR TO MONTH)."""

    def __str__(self) -> str:
        return "INTERVAL YEAR TO MONTH"

    @property
    def arrow(self) -> pa.DataType:
        return pa.int32()


@dataclass(frozen=True)
class Array(DataType):
    """A list of values of one type."""

    element: DataType

    def __str__(self) -> str:
        return f"ARRAY<{self.element}>"

    @property
    def arrow(self) -> pa.DataType:
        return pa.list_(self.element.arrow)


@dataclass(frozen=True)
class Map(DataType):
    """Values found by key."""

    key: DataType
    value: DataType

    def __str__(self) -> str:
        return f"MAP<{self.key}, {self.value}>"

    @property
    def arrow(self) -> pa.DataType:
        return pa.map_(self.key.arrow, self.value.arrow)


@dataclass(frozen=True)
class Field:
    """A named column of a schema, or a named part of a ROW."""

    name: str
    type: DataType
    nullable: bool = True

    def __str__(self) -> str:
        return f"{self.name} {self.type}{'' if self.nullable else ' NOT NULL'}"

    @property
    def arrow(self) -> pa.Field:
        """The Arrow field that carries this one."""
        return pa.field(self.name, self.type.arrow, self.nullable)


@dataclass(frozen=True)
class Row(DataType):
    """Several named values in one."""

    fields: tuple[Field, ...]

    def __str__(self) -> str:
        return f"ROW<{', '.join(f'{f.name} {f.type}' for f in self.fields)}>"

    @property
    def arrow(self) -> pa.DataType:
        return pa.struct([f.arrow for f in self.fields])


@dataclass(frozen=True)
class Schema:
    """The columns of a relation, in order. Names may repeat in the middle of a query."""

    fields: tuple[Field, ...]

    def __len__(self) -> int:
        return len(self.fields)

    def __str__(self) -> str:
        return ", ".join(str(f) for f in self.fields)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(f.name for f in self.fields)

    @cached_property
    def types(self) -> tuple[DataType, ...]:
        """The types of the columns."""
        return tuple(f.type for f in self.fields)

    @cached_property
    def arrow(self) -> pa.Schema:
        """The Arrow schema that carries this one."""
        return pa.schema([f.arrow for f in self.fields])

    @cached_property
    def unchecked(self) -> pa.Schema:
        """The Arrow schema of rows in which NOT NULL has not been checked yet."""
        return pa.schema([pa.field(f.name, f.type.arrow) for f in self.fields])

    def index(self, name: str) -> int | None:
        """Return the position of the first column called `name`, or None."""
        return self.names.index(name) if name in self.names else None


NULL = Null()
BOOLEAN = Boolean()
TINYINT = Integer(8)
SMALLINT = Integer(16)
INT = Integer(32)
BIGINT = Integer(64)
REAL = Float(32)
DOUBLE = Float(64)
VARCHAR = Varchar()
BYTES = Bytes()
DATE = Date()
TIME = Time()
TIMESTAMP = Timestamp()
TIMESTAMP_LTZ = TimestampLtz()
DAY_INTERVAL = DayInterval()
MONTH_INTERVAL = MonthInterval()

MAX_PRECISION = 38


def is_numeric(t: DataType) -> bool:
    """Say whether arithmetic is defined on the type."""
    return isinstance(t, Integer | Float | Decimal)


def is_exact(t: DataType) -> bool:
    """Say whether the type is an exact number."""
    return isinstance(t, Integer | Decimal)


def is_instant(t: DataType) -> bool:
    """Say whether the type can be an event time."""
    return isinstance(t, Timestamp | TimestampLtz)


def as_decimal(t: DataType) -> Decimal:
    """Return the DECIMAL type that holds every value of an exact number type."""
    if isinstance(t, Integer | Decimal):
        return t.decimal
    raise TypeError(f"{t} is not an exact number")


def bounded_decimal(precision: int, scale: int) -> Decimal:
    """Fit a DECIMAL result into 38 digits; fraction digits beyond six go first (Flink's rule)."""
    if precision <= MAX_PRECISION:
        return Decimal(precision, scale)
    whole = precision - scale
    return Decimal(MAX_PRECISION, max(MAX_PRECISION - whole, min(scale, 6)))


def common_type(a: DataType, b: DataType) -> DataType | None:
    """Return the narrowest type that both convert into, or None where there is none.

    It is the type of `CASE`, `COALESCE`, UNION and of both sides of a comparison.
    """
    if a == b or isinstance(b, Null):
        return a
    if isinstance(a, Null):
        return b
    if is_numeric(a) and is_numeric(b):
        return _common_number(a, b)
    if isinstance(a, Timestamp) and isinstance(b, Timestamp):
        return Timestamp(max(a.precision, b.precision))
    if isinstance(a, TimestampLtz) and isinstance(b, TimestampLtz):
        return TimestampLtz(max(a.precision, b.precision))
    if isinstance(a, Time) and isinstance(b, Time):
        return Time(max(a.precision, b.precision))
    if isinstance(a, Date) and isinstance(b, Timestamp):
        return b
    if isinstance(b, Date) and isinstance(a, Timestamp):
        return a
    if isinstance(a, Array) and isinstance(b, Array):
        element = common_type(a.element, b.element)
        return Array(element) if element else None
    if isinstance(a, Map) and isinstance(b, Map):
        key, value = common_type(a.key, b.key), common_type(a.value, b.value)
        return Map(key, value) if key and value else None
    if isinstance(a, Row) and isinstance(b, Row) and len(a.fields) == len(b.fields):
        fields = []
        for f, g in zip(a.fields, b.fields, strict=True):
            t = common_type(f.type, g.type)
            if t is None:
                return None
            fields.append(Field(f.name, t, f.nullable or g.nullable))
        return Row(tuple(fields))
    return None


def _common_number(a: DataType, b: DataType) -> DataType:
    if isinstance(a, Float) or isinstance(b, Float):
        if isinstance(a, Float) and isinstance(b, Float):
            return Float(max(a.bits, b.bits))
        return DOUBLE
    if isinstance(a, Integer) and isinstance(b, Integer):
        return Integer(max(a.bits, b.bits))
    x, y = as_decimal(a), as_decimal(b)
    scale = max(x.scale, y.scale)
    return bounded_decimal(max(x.precision - x.scale, y.precision - y.scale) + scale, scale)


def converts(source: DataType, target: DataType) -> bool:
    """Say whether `source` becomes `target` without being asked: only where nothing is lost.

    Integers and decimals also become DOUBLE, as in every SQL.
    """
    if isinstance(source, Integer) and isinstance(target, Decimal):
        return target.precision - target.scale >= source.decimal.precision
    if isinstance(source, Decimal) and isinstance(target, Decimal):
        return (
            target.scale >= source.scale
            and target.precision - target.scale >= source.precision - source.scale
        )
    if is_exact(source) and target == REAL:
        return False
    return common_type(source, target) == target
