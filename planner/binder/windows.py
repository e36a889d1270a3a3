"""Window functions: TUMBLE, HOP, CUMULATE, SESSION and SLIDE, as they are written in FROM."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from cep.errors import BindError, did_you_mean
from cep.grammar import ast
from cep.planner.binder.context import Context
from cep.planner.binder.expressions import ExpressionBinder
from cep.planner.binder.scope import Scope
from cep.planner.expressions import Constant, Input
from cep.planner.logical import (
    Aggregate,
    Expand,
    Filter,
    Match,
    Node,
    Project,
    Union,
    Window,
    by_time,
    walk,
)
from cep.runtime.functions.years import FIRST, LAST
from cep.runtime.operators.aggregate import Emission
from cep.runtime.saying import Saying
from cep.runtime.windows import Cumulating, Cut, Gap, Hopping, Trailing, zone_of
from cep.types import DATE, DAY_INTERVAL, DataType, TimestampLtz, is_instant

BindRelation = Callable[[ast.Relation], tuple[Node, Scope]]


@dataclass(frozen=True)
class _Function:
    """A window function: its lengths in the order in which they are written, and an example."""

    lengths: tuple[str, ...]
    usage: str
    shifted: bool = True
    partitioned: bool = False

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of all parameters, in order."""
        return ("data", "timecol", *self.lengths, *(["offset"] if self.shifted else []))


FUNCTIONS: Mapping[str, _Function] = {
    "tumble": _Function(
        ("size",), "write TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND [, offset])"
    ),
    "hop": _Function(
        ("slide", "size"),
        "write HOP(TABLE s, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '10' SECOND [, offset]), "
        "the slide before the size",
    ),
    "cumulate": _Function(
        ("step", "size"),
        "write CUMULATE(TABLE s, DESCRIPTOR(ts), INTERVAL '1' HOUR, INTERVAL '1' DAY [, offset]), "
        "the step before the size",
    ),
    "session": _Function(
        ("gap",),
        "write SESSION(TABLE s PARTITION BY (k), DESCRIPTOR(ts), INTERVAL '30' MINUTE)",
        shifted=False,
        partitioned=True,
    ),
    "slide": _Function(
        ("size",),
        "write SLIDE(TABLE s PARTITION BY (k), DESCRIPTOR(ts), INTERVAL '1' HOUR)",
        shifted=False,
        partitioned=True,
    ),
}
"""The window functions by name."""

_WHAT = {
    "size": "the size of a window",
    "slide": "the slide",
    "step": "the step",
    "gap": "the gap",
    "offset": "the offset",
}


def bind_window(
    written: ast.TableFunction, context: Context, bind: BindRelation
) -> tuple[Node, str | None]:
    """Return the plan of a window function and the name its rows go by; `bind` binds relations."""
    name = written.name.value
    function = FUNCTIONS.get(name)
    if function is None:
        raise BindError(
            f"there is no table function called {name}",
            span=written.name.span,
            hint=did_you_mean(name, tuple(FUNCTIONS))
            or f"windows are cut by {', '.join(f.upper() for f in FUNCTIONS)}",
        )
    return _WindowBinder(written, function, context, bind).plan()


def is_trailing(plan: Node) -> bool:
    """Say whether the rows of FROM are those of SLIDE."""
    while isinstance(plan, Filter | Project):
        plan = plan.input
    return isinstance(plan, Window) and isinstance(plan.cut, Trailing)


def grouped_windows(plan: Node) -> Node:
    """Return what an aggregate by windows reads, where these know that it does."""
    if isinstance(plan, Filter | Project | Expand | Union):
        return plan.over(tuple(map(grouped_windows, plan.inputs())))
    return replace(plan, grouped=True) if isinstance(plan, Window) else plan


def require_groups(trailing: bool, grouped: Node | None, source: ast.Node) -> None:
    """Refuse SLIDE without groups of its windows: `grouped` is the aggregate over it, if any."""
    if trailing and (not isinstance(grouped, Aggregate) or grouped.window is None):
        raise BindError(
            "SLIDE has a window for every time of a row, and is there to be aggregated",
            span=source.span,
            hint="add GROUP BY window_start, window_end",
        )


class _WindowBinder:
    """Binds one call of a window function."""

    def __init__(
        self,
        written: ast.TableFunction,
        function: _Function,
        context: Context,
        bind: BindRelation,
    ) -> None:
        self.written = written
        self.name = written.name.value
        self.function = function
        self.context = context
        self.bind = bind

    def plan(self) -> tuple[Node, str | None]:
        given = self._arguments()
        for required in ("data", "timecol", *self.function.lengths):
            if required not in given:
                raise BindError(
                    f"{self.name.upper()} needs its {required}",
                    span=self.written.span,
                    hint=self.function.usage,
                )
        table = given["data"]
        if not isinstance(table, ast.TableArgument):
            raise BindError(
                "the first argument must be a table", span=table.span, hint=self.function.usage
            )
        plan, scope = self.bind(table.table)
        partition = self._partition(table, scope)
        time = self._time_column(given["timecol"], plan)
        plan = by_time(plan, time)
        cut = self._cut(given, plan.schema.fields[time].type)
        qualifiers = {c.qualifier for c in scope.columns}
        qualifier = qualifiers.pop() if len(qualifiers) == 1 else None
        early = self.context.emission is Emission.STREAM or not plan.properties.append_only
        saying = Saying(early and isinstance(cut, Gap | Trailing))
        return Window(plan, time, cut, partition, saying=saying), qualifier

    def _arguments(self) -> Mapping[str, ast.Expression]:
        """Sort the arguments by parameter name."""
        names, usage = self.function.parameters, self.function.usage
        given: dict[str, ast.Expression] = {}
        for position, argument in enumerate(self.written.arguments):
            if isinstance(argument, ast.NamedArgument):
                name, value = argument.name.value, argument.value
            elif position < len(names):
                name, value = names[position], argument
            else:
                raise BindError("too many arguments", span=argument.span, hint=usage)
            if name not in names:
                raise BindError(
                    f"{self.name.upper()} has no parameter {name}",
                    span=argument.span,
                    hint=did_you_mean(name, names) or usage,
                )
            if name in given:
                raise BindError(f"{name} is given twice", span=argument.span)
            given[name] = value
        return given

    def _partition(self, table: ast.TableArgument, scope: Scope) -> tuple[int, ...]:
        if table.order_by or (table.partition_by and not self.function.partitioned):
            raise BindError(
                f"{self.name.upper()} takes no {'ORDER BY' if table.order_by else 'PARTITION BY'}",
                span=table.span,
                hint="rows are in the order of their time"
                if table.order_by
                else "put the key into GROUP BY",
            )
        binder = ExpressionBinder(scope, self.context, place="in PARTITION BY")
        columns: list[int] = []
        for key in table.partition_by:
            bound = binder.bind(key)
            if not isinstance(bound, Input):
                raise BindError(
                    f"{self.name.upper()} is partitioned by columns",
                    span=key.span,
                    hint="compute the key in an inner query: TABLE (SELECT …, … AS k FROM s)",
                )
            columns.append(bound.index)
        return tuple(dict.fromkeys(columns))

    def _time_column(self, written: ast.Expression, plan: Node) -> int:
        if not isinstance(written, ast.Descriptor) or len(written.columns) != 1:
            raise BindError(
                "the event time must be named", span=written.span, hint=self.function.usage
            )
        name = written.columns[0]
        column = Scope.of(plan.schema, None).resolve(name.value, None, name.span)
        properties = plan.properties
        if properties.time == column.index or column.index in properties.also:
            return column.index
        if not is_instant(column.type):
            raise BindError(
                f"{name.value} is {column.type}, and a window needs a TIMESTAMP",
                span=name.span,
                hint=f"select CAST({name.value} AS TIMESTAMP(0)) in an inner query"
                if column.type == DATE
                else None,
            )
        if properties.bounded and not properties.timed:
            # Over finished data without a watermark every window is complete at the end.
            return column.index
        if properties.time is not None:
            hint = f"the event time here is {plan.schema.names[properties.time]}"
        elif properties.timed:
            hint = "select the event-time column in the inner query, unchanged"
            if any(isinstance(n, Match) and n.said.one for n in walk(plan)):
                hint = "write MATCH_ROWTIME() AS at in MEASURES: it is the event time of a match"
        else:
            hint = f"declare WATERMARK FOR {name.value} AS {name.value} - INTERVAL '5' SECOND"
        raise BindError(f"{name.value} is not the event time", span=name.span, hint=hint)

    def _cut(self, given: Mapping[str, ast.Expression], kind: DataType) -> Cut:
        lengths = {n: self._length(given[n], n) for n in self.function.lengths}
        offset = self._interval(given["offset"], "offset") if "offset" in given else 0
        if self.name == "session":
            return Gap(lengths["gap"])
        size = lengths["size"]
        if self.name == "slide":
            return Trailing(size)
        by_clock = isinstance(kind, TimestampLtz)
        zone = self.context.session.zone
        if self.name == "cumulate":
            step = lengths["step"]
            if size % step:
                raise BindError(
                    "the size of CUMULATE is so many steps, and here a part of one is left",
                    span=given["size"].span,
                    hint=self.function.usage if step > size else None,
                )
            return Cumulating(step, size, offset % size, zone_of(zone, size) if by_clock else None)
        slide = lengths.get("slide", size)
        return Hopping(
            slide, size, offset % slide, zone_of(zone, slide, size) if by_clock else None
        )

    def _length(self, written: ast.Expression, name: str) -> int:
        """Return a length of time, in microseconds: more than nothing, less than the calendar."""
        length = self._interval(written, name)
        what = _WHAT[name]
        if length <= 0:
            raise BindError(f"{what} must be more than nothing", span=written.span)
        if length > LAST - FIRST:
            raise BindError(
                "no window is that long: the calendar has the years 1 to 9999", span=written.span
            )
        return length

    def _interval(self, written: ast.Expression, name: str) -> int:
        bound = ExpressionBinder(Scope(), self.context, place="in a window").bind(written)
        if (
            not isinstance(bound, Constant)
            or bound.type != DAY_INTERVAL
            or not bound.value.is_valid
        ):
            raise BindError(
                f"{_WHAT[name]} must be a constant interval of days or less",
                span=written.span,
                hint="write INTERVAL '10' SECOND; a month has no fixed length",
            )
        return int(bound.value.cast("int64").as_py())
