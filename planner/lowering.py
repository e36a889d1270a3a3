"""The logical plan becomes a graph of operators with compiled expressions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from cep.catalog import Relation
from cep.planner import expressions as ex
from cep.planner.compiler import compile_column, compile_expression, compile_predicate
from cep.planner.logical import (
    Aggregate,
    AsOf,
    ByTime,
    ClockedFilter,
    Delay,
    Expand,
    Filter,
    Join,
    Limit,
    Lookup,
    Match,
    Node,
    Over,
    Project,
    Reading,
    Scan,
    SetOperation,
    Sort,
    SortKey,
    TopN,
    Union,
    Values,
    Window,
)
from cep.planner.lowering_joins import beside_operator, join_operator
from cep.planner.parts import equal_parts
from cep.planner.patterns.compile import match_plan
from cep.runtime.batch import Batch
from cep.runtime.graph import Graph
from cep.runtime.operator import Operator
from cep.runtime.operators import (
    aggregate,
    corrected_over,
    expand,
    limit,
    match,
    over,
    project,
    retime,
    sets,
    slide,
    sort,
    topn,
    trailing,
    union,
    window,
)
from cep.runtime.operators import changing_sessions as changing
from cep.runtime.operators import session as sessions
from cep.runtime.operators import slices as sliced
from cep.runtime.operators.clocked import Bound
from cep.runtime.operators.clocked import ClockedFilter as ClockedOperator
from cep.runtime.operators.delay import Delay as DelayOperator
from cep.runtime.operators.filter import Filter as FilterOperator
from cep.runtime.ordering import Key
from cep.runtime.ranks import Top
from cep.runtime.saying import Saying
from cep.runtime.session import Session
from cep.runtime.windowed import WindowAggregate, WindowBounds
from cep.runtime.windows import Cumulating, Gap, Grid, Hopping, Trailing
from cep.types import Schema


@dataclass(frozen=True)
class Entry:
    """Where the rows of a stream enter a graph: the node, and what it wants of the stream."""

    node: int
    relation: Relation
    columns: tuple[int, ...]
    filters: tuple[ex.Expression, ...]
    schema: Schema
    watermarks: bool = False
    """Whether it must have the watermark of every row, also where none is late."""
    reading: Reading = Reading.EVENTS


@dataclass
class Lowered:
    """A graph that is ready to run. `constants` are rows to push before anything else."""

    graph: Graph = field(default_factory=Graph)
    entries: list[Entry] = field(default_factory=list)
    constants: list[tuple[int, Values]] = field(default_factory=list)
    watermarks: bool = False
    """Whether an operator reads the watermarks of rows."""
    spans: dict[int, tuple[int, int]] = field(default_factory=dict)
    """The first and the last operator of each node of the plan with its inputs, by its identity.

    Not of nodes that read what another part of the plan reads too.
    """
    parts: Mapping[int, int] = field(default_factory=dict)
    """What is equal in the plan: a number of each node, by its identity."""
    made: dict[int, int] = field(default_factory=dict)
    """The operators of nodes, by these numbers."""
    again: int = 0
    """How often one of them was found there."""

    def reads_watermark(self, *expressions: ex.Expression) -> bool:
        """Say whether expressions read the watermark of the row, and remember it."""
        reads = ex.reads_watermark(expressions)
        self.watermarks = self.watermarks or reads
        return reads


def lower(plan: Node, session: Session) -> Lowered:
    """Return the graph of a plan."""
    lowered = Lowered(parts=equal_parts(plan))
    root = _lower(plan, lowered, session)
    assert root == len(lowered.graph.nodes) - 1
    if lowered.watermarks:
        lowered.entries = [replace(e, watermarks=True) for e in lowered.entries]
    return lowered


def values_batch(node: Values, session: Session) -> tuple[Batch, list[str]]:
    """Return the rows of VALUES, and the messages of those that could not be computed."""
    columns: list[list[pa.Scalar]] = [[] for _ in node.fields]
    messages: list[str] = []
    kept = 0
    for row in node.rows:
        values = []
        problem = None
        for e in row:
            value, errors = compile_expression(e, session)((), 1)
            if errors is not None:
                problem = problem or str(errors[0])
            values.append(value[0] if isinstance(value, pa.Array) else value)
        if problem is not None:
            messages.append(problem)
            continue
        kept += 1
        for column, one in zip(columns, values, strict=True):
            column.append(one)
    arrays = tuple(
        _column(column, f.type.arrow) for column, f in zip(columns, node.fields, strict=True)
    )
    return Batch(node.schema, arrays, kept), messages


def _column(values: list[pa.Scalar], t: pa.DataType) -> pa.Array:
    """Return scalars as a column; pyarrow takes no NULL scalars of nested types."""
    return pa.array([v.as_py() for v in values] if pa.types.is_nested(t) else values, t)


def _lower(node: Node, lowered: Lowered, session: Session) -> int:
    number = lowered.parts[id(node)]
    if number in lowered.made:
        lowered.again += 1
        return lowered.made[number]
    first, before = len(lowered.graph.nodes), lowered.again
    index = _LOWERINGS[type(node)](node, lowered, session)
    lowered.made[number] = index
    if lowered.again == before:
        lowered.spans[id(node)] = first, index
    return index


def _scan(node: Scan, lowered: Lowered, session: Session) -> int:
    if node.filters:
        condition = compile_predicate(ex.conjunction(node.filters), session)
        marked = lowered.reads_watermark(*node.filters)
        operator = FilterOperator(node.schema, condition, marked=marked)
        index = lowered.graph.add(operator)
    else:
        index = lowered.graph.add(union.Union(node.schema, 1))
    entry = Entry(
        index, node.relation, node.columns, node.filters, node.schema, reading=node.reading
    )
    lowered.entries.append(entry)
    return index


def _values(node: Values, lowered: Lowered, session: Session) -> int:
    index = lowered.graph.add(union.Union(node.schema, 1))
    lowered.constants.append((index, node))
    return index


def _filter(node: Filter, lowered: Lowered, session: Session) -> int:
    below = _lower(node.input, lowered, session)
    condition = compile_predicate(node.predicate, session)
    shared = [compile_expression(e, session) for e in node.shared]
    marked = lowered.reads_watermark(node.predicate, *node.shared)
    operator = FilterOperator(node.schema, condition, shared, marked=marked)
    return lowered.graph.add(operator, [below])


def _clocked_filter(node: ClockedFilter, lowered: Lowered, session: Session) -> int:
    below = _lower(node.input, lowered, session)
    bounds = [
        Bound(
            b.operator,
            tuple((sign, compile_column(e, session)) for sign, e in b.terms),
            b.constant,
            b.grain,
            session.zone if b.wall else None,
        )
        for b in node.bounds
    ]
    append_only = node.input.properties.append_only
    return lowered.graph.add(ClockedOperator(node.schema, bounds, append_only=append_only), [below])


def _project(node: Project, lowered: Lowered, session: Session) -> int:
    below = _lower(node.input, lowered, session)
    columns = [compile_column(e, session) for e in node.expressions]
    shared = [compile_expression(e, session) for e in node.shared]
    marked = lowered.reads_watermark(*node.expressions, *node.shared)
    operator = project.Project(node.schema, columns, shared, marked=marked)
    return lowered.graph.add(operator, [below])


def _union(node: Union, lowered: Lowered, session: Session) -> int:
    branches = [_lower(b, lowered, session) for b in node.branches]
    return lowered.graph.add(union.Union(node.schema, len(branches)), branches)


def _by_time(node: ByTime, lowered: Lowered, session: Session) -> int:
    below = _lower(node.input, lowered, session)
    return lowered.graph.add(retime.Retime(node.schema, node.time), [below])


def _join(node: Join, lowered: Lowered, session: Session) -> int:
    inputs = [_lower(n, lowered, session) for n in node.inputs()]
    return lowered.graph.add(join_operator(node, session), inputs)


def _set_operation(node: SetOperation, lowered: Lowered, session: Session) -> int:
    inputs = [_lower(n, lowered, session) for n in node.inputs()]
    operator: Operator
    if node.timed:
        operator = sets.TimedSetOperation(
            node.schema, node.kind, every=node.every, correct=node.correct
        )
    else:
        final = node.emission is aggregate.Emission.WATERMARK
        operator = sets.SetOperation(
            node.schema, node.kind, every=node.every, final=final, ttl=node.ttl
        )
    return lowered.graph.add(operator, inputs)


def _window(node: Window, lowered: Lowered, session: Session) -> int:
    below = _lower(node.input, lowered, session)
    if isinstance(node.cut, Grid) or node.parts:
        operator = window.FixedWindows(
            node.schema, node.time, node.cut, node.unit, parts=node.parts
        )
        return lowered.graph.add(operator, [below])
    before, given = node.input, (node.input.schema, node.schema, node.partition, node.time)
    append_only = before.properties.append_only
    rows: Operator
    if isinstance(node.cut, Gap):
        make = sessions.SessionRows if append_only else changing.ChangingSessions
        rows = make(*given, node.cut.gap, node.unit, saying=node.saying, grouped=node.grouped)
    else:
        rows = slide.SlideRows(
            *given, node.cut.size, node.unit, saying=node.saying, append_only=append_only
        )
    return lowered.graph.add(rows, [below])


def _aggregate(node: Aggregate, lowered: Lowered, session: Session) -> int:
    below = _lower(node.input, lowered, session)
    if node.cut is not None:
        return lowered.graph.add(_windowed(node), [below])
    window = node.window
    operator = aggregate.GroupAggregate(
        node.input.schema,
        node.schema,
        node.keys,
        node.calls,
        window=None
        if window is None
        else aggregate.WindowKey(window.start, window.end, window.unit),
        emission=node.emission,
        append_only=node.input.properties.append_only,
        ttl=node.ttl,
        totals=node.totals,
        correct=node.correct,
    )
    return lowered.graph.add(operator, [below])


def _windowed(node: Aggregate) -> WindowAggregate:
    """Return the operator of an aggregate that puts its windows together from parts."""
    assert node.window is not None
    at = node.window
    bounds = WindowBounds(at.start, at.end, at.time, at.unit)
    schema = node.input.schema
    if isinstance(node.cut, Gap):
        return sessions.SessionAggregate(
            schema,
            node.schema,
            node.keys,
            node.calls,
            bounds,
            node.cut.gap,
            saying=Saying(node.emission is aggregate.Emission.STREAM, node.correct),
        )
    if isinstance(node.cut, Trailing):
        return trailing.TrailingAggregate(
            schema, node.schema, node.keys, node.calls, bounds, node.cut.size
        )
    assert isinstance(node.cut, Hopping | Cumulating)
    return sliced.SliceAggregate(
        schema,
        node.schema,
        node.keys,
        node.calls,
        bounds,
        node.cut,
        append_only=node.input.properties.append_only,
    )


def _expand(node: Expand, lowered: Lowered, session: Session) -> int:
    below = _lower(node.input, lowered, session)
    return lowered.graph.add(expand.Expand(node.schema, node.keys, node.sets), [below])


def _match(node: Match, lowered: Lowered, session: Session) -> int:
    below = _lower(node.input, lowered, session)
    return lowered.graph.add(match.Match(match_plan(node, session)), [below])


def _beside(node: AsOf | Lookup, lowered: Lowered, session: Session) -> int:
    inputs = [_lower(i, lowered, session) for i in node.inputs()]
    return lowered.graph.add(beside_operator(node, session), inputs)


def _sort(node: Sort, lowered: Lowered, session: Session) -> int:
    below = _lower(node.input, lowered, session)
    if node.timed:
        return lowered.graph.add(sort.TimedSort(node.schema, _keys(node.keys)), [below])
    keys = _keys((*node.keys, *node.ties))
    append_only = node.input.properties.append_only
    operator = sort.Sort(node.schema, keys, node.limit, node.offset, append_only=append_only)
    return lowered.graph.add(operator, [below])


def _keys(keys: Sequence[SortKey]) -> tuple[Key, ...]:
    return tuple(Key(k.index, k.descending, k.nulls_first) for k in keys)


def _top_n(node: TopN, lowered: Lowered, session: Session) -> int:
    below = _lower(node.input, lowered, session)
    top = Top(node.ranks, _keys(node.keys), _keys(node.ties), node.first, node.last)
    given = (node.input.schema, node.schema, node.partition, top)
    number = node.name is not None
    append_only = node.input.properties.append_only
    operator: Operator
    if node.emission is aggregate.Emission.WATERMARK:
        operator = topn.FinalTopN(
            *given,
            number=number,
            timed=node.timed,
            append_only=append_only,
            correct=node.correct,
        )
    else:
        operator = topn.TopN(*given, number=number, append_only=append_only, ttl=node.ttl)
    return lowered.graph.add(operator, [below])


def _over(node: Over, lowered: Lowered, session: Session) -> int:
    below = _lower(node.input, lowered, session)
    given = (node.input.schema, node.schema, node.partition, _keys(node.order), node.calls)
    operator: Operator
    ties = _keys(node.ties)
    if node.correct:
        operator = corrected_over.CorrectedOver(*given, correct=node.correct, ties=ties)
    else:
        operator = over.Over(*given, timed=node.timed, ties=ties)
    return lowered.graph.add(operator, [below])


def _limit(node: Limit, lowered: Lowered, session: Session) -> int:
    below = _lower(node.input, lowered, session)
    return lowered.graph.add(limit.Limit(node.schema, node.limit, node.offset), [below])


def _delay(node: Delay, lowered: Lowered, session: Session) -> int:
    below = _lower(node.input, lowered, session)
    return lowered.graph.add(DelayOperator(node.schema, node.delay), [below])


_LOWERINGS: dict[type[Node], Callable[..., int]] = {
    Scan: _scan,
    Values: _values,
    Filter: _filter,
    ClockedFilter: _clocked_filter,
    Project: _project,
    Union: _union,
    SetOperation: _set_operation,
    Window: _window,
    Expand: _expand,
    Aggregate: _aggregate,
    ByTime: _by_time,
    Join: _join,
    AsOf: _beside,
    Lookup: _beside,
    Match: _match,
    Over: _over,
    Sort: _sort,
    TopN: _top_n,
    Limit: _limit,
    Delay: _delay,
}
