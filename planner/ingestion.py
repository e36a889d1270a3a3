"""How the rows of a stream are read: what its source delivers, and what is computed from that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from cep.catalog import Column, Origin, Relation, WatermarkRule
from cep.grammar.parser import parse_expression
from cep.planner import expressions as ex
from cep.planner.binder.context import Context
from cep.planner.binder.expressions import ExpressionBinder
from cep.planner.binder.scope import Scope
from cep.planner.compiler import compile_column
from cep.planner.logical import duration, time_unit
from cep.runtime.connectors.base import Comparison, Read
from cep.runtime.connectors.changes import OP_FIELD
from cep.runtime.functions.zones import wall_time
from cep.runtime.ingest import Changing, Ingest, Timing
from cep.runtime.ingest import Column as CompiledColumn
from cep.runtime.producers import ProducerWatermarks
from cep.runtime.quarantine import Quarantine
from cep.runtime.session import Session
from cep.runtime.watermarks import Watermarks
from cep.types import DataType, Schema, Timestamp, TimestampLtz


def plan_ingest(
    relation: Relation,
    columns: Sequence[int],
    filters: Sequence[ex.Expression],
    context: Context,
    errors: Quarantine,
) -> tuple[Read, Ingest]:
    """Return what to ask of the source, and what makes batches of `columns` from its chunks.

    `filters` are conditions over `columns` that a row must pass anyway: a source may use them to
    leave values unread, but sees to it that every row still moves the watermark.
    """
    given = [c for c in relation.columns if c.origin is not Origin.COMPUTED]
    scope = Scope.of(Schema(tuple(c.field for c in given)), None)
    computed = [_expression(relation.columns[i], scope, context) for i in columns]
    rule = None if relation.watermark is None else _bound_rule(relation, scope, context)
    always = frozenset() if rule is None else frozenset().union(*map(ex.inputs, rule.all()))
    required = [i for i, c in enumerate(given) if not c.field.nullable]
    needed = sorted(always.union(required, *(ex.inputs(e) for e in computed)))
    if not needed and given:
        # Rows must still be counted: the narrowest way is to read one column.
        needed = [0]
    # A source delivers its own columns first, then what the row does, and metadata after them.
    own = [i for i in needed if given[i].origin is Origin.INPUT]
    metadata = [i for i in needed if given[i].origin is Origin.METADATA]
    op = (OP_FIELD,) if relation.changes else ()
    positions = {old: new for new, old in enumerate(own)}
    positions |= {old: len(own) + len(op) + new for new, old in enumerate(metadata)}
    read = Read(
        (*(given[i].field for i in own), *op),
        tuple((given[i].detail, given[i].field) for i in metadata),
        tuple(_comparisons(filters, [relation.columns[i] for i in columns])),
        tuple(given[i].field.name for i in sorted(always)),
        (*(c.field for c in given if c.origin is Origin.INPUT), *op),
        changes=relation.changes,
        key=relation.key,
    )
    session = context.session
    key = (positions[i] for i in required if given[i].field.name in relation.key)
    ingest = Ingest(
        read.schema,
        Schema(tuple(relation.columns[i].field for i in columns)),
        [compile_column(ex.moved(e, positions), session) for e in computed],
        None if rule is None else _timing(rule, positions, session),
        errors,
        session.clock.now,
        [positions[i] for i in required],
        Changing(len(own), tuple(key)) if relation.changes else None,
    )
    return read, ingest


@dataclass(frozen=True)
class _BoundRule:
    """A watermark rule, with the expressions over the columns of the source."""

    rule: WatermarkRule
    time: ex.Expression
    producers: tuple[ex.Expression, ...]
    marker: ex.Expression | None

    def all(self) -> tuple[ex.Expression, ...]:
        """Return everything that must be computed of every row, whatever a query reads."""
        return (self.time, *self.producers, *([] if self.marker is None else [self.marker]))


def _bound_rule(relation: Relation, scope: Scope, context: Context) -> _BoundRule:
    assert relation.watermark is not None
    rule = relation.watermark
    columns = {c.field.name: c for c in relation.columns}
    marker = None
    if rule.marked_by:
        # It may name computed columns, which stand for their expressions.
        visible = Scope.of(relation.schema, None)
        condition = ExpressionBinder(visible, context).condition(parse_expression(rule.marked_by))
        marker = ex.substitute(
            condition,
            lambda e: (
                _expression(relation.columns[e.index], scope, context)
                if isinstance(e, ex.Input)
                else None
            ),
        )
    return _BoundRule(
        rule,
        _expression(columns[rule.column], scope, context),
        tuple(_expression(columns[name], scope, context) for name in rule.per),
        marker,
    )


def _timing(bound: _BoundRule, positions: Mapping[int, int], session: Session) -> Timing:
    """Return what computes the event time and moves the watermarks."""
    rule = bound.rule

    def compiled(expression: ex.Expression) -> CompiledColumn:
        return compile_column(ex.moved(expression, positions), session)

    watermarks: Watermarks
    if rule.per:
        types = [e.type for e in bound.producers]
        watermarks = ProducerWatermarks(rule.delay, types, idle_after=rule.idle_after)
    else:
        unit = time_unit(bound.time.type) if rule.clock else None
        watermarks = Watermarks(rule.delay, idle_after=rule.idle_after, unit=unit)
    return Timing(
        rule.column,
        compiled(bound.time),
        watermarks,
        tuple(map(compiled, bound.producers)),
        None if bound.marker is None else compiled(bound.marker),
        None if rule.max_ahead is None else _newest(rule.max_ahead, bound.time.type, session),
        "" if rule.max_ahead is None else duration(rule.max_ahead),
    )


def _newest(ahead: int, kind: DataType, session: Session) -> Callable[[], int]:
    """Return what gives the greatest event time that the clock allows.

    A TIMESTAMP without a zone is compared with what clocks in the session's zone show.
    """

    def newest() -> int:
        now = session.clock.now()
        if isinstance(kind, Timestamp):
            now = wall_time(pa.scalar(now, TimestampLtz().arrow), session.zone).value
        return now + ahead

    return newest


def delivered_columns(relation: Relation) -> tuple[int, ...]:
    """Return the positions of the columns that a stream delivers to its queries.

    The event time is computed for every row, since the watermark needs it. Other computed columns
    are left to the queries: a row errs only in one that reads them.
    """
    return tuple(
        i
        for i, column in enumerate(relation.columns)
        if column.origin is not Origin.COMPUTED or i == relation.time
    )


def computed_columns(relation: Relation, context: Context) -> tuple[ex.Expression, ...]:
    """Return every column of a stream as an expression over the columns that it delivers."""
    delivered = delivered_columns(relation)
    given = [i for i, c in enumerate(relation.columns) if c.origin is not Origin.COMPUTED]
    scope = Scope.of(Schema(tuple(relation.columns[i].field for i in given)), None)
    positions = {n: delivered.index(i) for n, i in enumerate(given)}
    return tuple(
        ex.Input(column.field.type, delivered.index(i), column.field.name)
        if i in delivered
        else ex.moved(_expression(column, scope, context), positions)
        for i, column in enumerate(relation.columns)
    )


def _expression(column: Column, scope: Scope, context: Context) -> ex.Expression:
    if column.origin is not Origin.COMPUTED:
        return scope.input(scope.find(column.field.name)[0])
    binder = ExpressionBinder(scope, context)
    bound = binder.bind(parse_expression(column.detail))
    return bound if bound.type == column.field.type else ex.Cast(column.field.type, bound)


_MIRRORED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _comparisons(filters: Sequence[ex.Expression], columns: Sequence[Column]) -> list[Comparison]:
    """Return the conditions that compare an input column with a constant of its own type."""
    found: list[Comparison] = []
    for condition in filters:
        if not (isinstance(condition, ex.Call) and condition.function.name in _MIRRORED):
            continue
        operator = condition.function.name
        left, right = condition.arguments
        if isinstance(left, ex.Constant):
            left, right, operator = right, left, _MIRRORED[operator]
        if not (isinstance(left, ex.Input) and isinstance(right, ex.Constant)):
            continue
        column = columns[left.index]
        if column.origin is Origin.INPUT and right.value.is_valid:
            found.append(Comparison(column.field.name, operator, right.value))
    return found
