"""The window table functions: every row once per window it lies in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import gcd

from cep.planner.distances import Distance
from cep.planner.logical.node import Unary
from cep.planner.properties import Properties, WindowColumns
from cep.planner.units import duration, time_unit
from cep.runtime.saying import WHEN_COMPLETE, Saying
from cep.runtime.windows import Cumulating, Cut, Gap, Grid, Hopping, Trailing
from cep.types import DataType, Field, Schema, Timestamp, TimestampLtz


@dataclass(frozen=True)
class Window(Unary):
    """Every row once per window it lies in: adds window_start, window_end, window_time.

    `partition` are the columns by which sessions and trailing windows are cut. With `parts` the
    bounds are those of what an aggregate above puts windows together from: a slice, the session of
    the row alone, or the trailing window that ends with it.

    Sessions and trailing windows are said as `saying` has it; `grouped` says that an aggregate by
    these windows reads them. `carried` are columns of late rows that whoever gets these wants.
    """

    time: int
    cut: Cut
    partition: tuple[int, ...] = ()
    parts: bool = False
    saying: Saying = WHEN_COMPLETE
    grouped: bool = False
    carried: tuple[int, ...] = ()

    @property
    def fixed(self) -> bool:
        """Whether the bounds of a row's windows follow from its time alone."""
        return isinstance(self.cut, Hopping | Cumulating)

    @property
    def unit(self) -> int:
        """The least step of the bounds in microseconds."""
        return time_unit(self._kind)

    @cached_property
    def _kind(self) -> DataType:
        """The type of the bounds: that of the time column, with more digits if windows need them.

        Trailing windows need none: they begin and end beside a time of the column.
        """
        kind = self.input.schema.fields[self.time].type
        match self.cut:
            case Hopping(step, size, offset) | Cumulating(step, size, offset):
                lengths = gcd(step, size, offset)
            case Gap(gap):
                lengths = gap
            case _:
                return kind
        assert isinstance(kind, Timestamp | TimestampLtz)
        digits = next(d for d in range(7) if not lengths % 10 ** (6 - d))
        return replace(kind, precision=max(digits, kind.precision))

    @cached_property
    def schema(self) -> Schema:
        t = self._kind
        added = tuple(Field(n, t, False) for n in ("window_start", "window_end", "window_time"))
        return Schema(self.input.schema.fields + added)

    @cached_property
    def properties(self) -> Properties:
        n = len(self.input.schema)
        state = "none"
        before = self.input.properties
        time, as_came, append_only = before.time, before.as_came, before.append_only
        also = before.also
        if not self.fixed and not self.parts:
            # The rows wait for the watermark, and with it their own time is past.
            state = "the rows of open windows, freed when the watermark closes them"
            if self.saying.correct:
                kept = duration(self.saying.correct)
                state = f"the rows of windows, freed {kept} after their ends"
            time, also, as_came = n + 2, (), False
            # A trailing window that is said early only grows.
            grows = isinstance(self.cut, Trailing) and self.saying.early
            append_only = append_only and (grows or not self.saying.revises)
        nested = isinstance(self.cut, Cumulating)
        window = WindowColumns(n, n + 1, n + 2, self.unit, self._cutting(), self.partition, nested)
        return replace(
            before,
            append_only=append_only,
            time=time,
            also=also,
            as_came=as_came,
            key=None,
            window=window,
            apart=(*before.apart, *self._apart()),
            state=state,
        )

    def _apart(self) -> tuple[Distance, ...]:
        """Return how far the bounds of windows are from the times of their rows."""
        grid = isinstance(self.cut, Hopping | Cumulating) and self.cut.zone is None
        if not grid or self.parts:
            return ()
        assert isinstance(self.cut, Hopping | Cumulating)
        size, start = self.cut.size, len(self.input.schema)
        least = self.cut.step if isinstance(self.cut, Cumulating) else size
        return (
            Distance(start, self.time, 0, size - 1),
            Distance(self.time, start + 1, 1, size),
            Distance(start, start + 1, least, size),
            Distance(start + 2, start + 1, self.unit, self.unit),
        )

    def describe(self) -> str:
        if self.parts:
            cut = self.cut
            what = "single rows"
            if isinstance(cut, Grid):
                what = f"slices of {duration(cut.width)}"
            elif isinstance(cut, Trailing):
                what = "frames that slide"
            return f"{self._cutting()}, in {what}"
        if self.saying.early:
            return f"{self._cutting()}, said as rows come"
        corrected = self.saying.correct
        return self._cutting() + (f", corrected for {duration(corrected)}" if corrected else "")

    def _cutting(self) -> str:
        names = self.input.schema.names
        by = f" by {', '.join(names[i] for i in self.partition)}" if self.partition else ""
        return f"{_shape(self.cut)} on {names[self.time]}{by}{_shift(self.cut)}"


def _shape(cut: Cut) -> str:
    match cut:
        case Hopping(size=size) if cut.single:
            return f"Tumble {duration(size)}"
        case Hopping(step=step, size=size):
            return f"Hop {duration(size)} every {duration(step)}"
        case Cumulating(step=step, size=size):
            return f"Cumulate {duration(size)} by {duration(step)}"
        case Gap(gap=gap):
            return f"Session {duration(gap)}"
        case Trailing(size=size):
            return f"Slide {duration(size)}"


def _shift(cut: Cut) -> str:
    if not isinstance(cut, Grid):
        return ""
    offset = f", offset {duration(cut.offset)}" if cut.offset else ""
    return offset + (f", in {cut.zone.key}" if cut.zone is not None else "")
