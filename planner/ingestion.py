"""How the rows of a stream are read: what its source delivers, and what is computed from that."""

from __future__ import annotations

from collections.abc import Sequence

from cep.catalog import Column, Origin, Relation
from cep.grammar.parser import parse_expression
from cep.planner import expressions as ex
from cep.planner.binder.context import Context
from cep.planner.binder.expressions import ExpressionBinder
from cep.planner.binder.scope import Scope
from cep.planner.compiler import compile_column
from cep.runtime.connectors.base import Comparison, Read
from cep.runtime.ingest import Ingest
from cep.runtime.quarantine import Quarantine
from cep.types import Schema


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
    time = None
    if relation.time is not None:
        time = _expression(relation.columns[relation.time], scope, context)
    always = ex.inputs(time) if time is not None else frozenset()
    required = [i for i, c in enumerate(given) if not c.field.nullable]
    needed = sorted(always.union(required, *(ex.inputs(e) for e in computed)))
    if not needed and given:
        # Rows must still be counted: the narrowest way is to read one column.
        needed = [0]
    # A source delivers its own columns first and metadata after them.
    order = [i for i in needed if given[i].origin is Origin.INPUT]
    order += [i for i in needed if given[i].origin is Origin.METADATA]
    positions = {old: new for new, old in enumerate(order)}
    read = Read(
        tuple(given[i].field for i in order if given[i].origin is Origin.INPUT),
        tuple(
            (given[i].detail, given[i].field) for i in order if given[i].origin is Origin.METADATA
        ),
        tuple(_comparisons(filters, [relation.columns[i] for i in columns])),
        tuple(given[i].field.name for i in sorted(always)),
        tuple(c.field for c in given if c.origin is Origin.INPUT),
    )
    session = context.session
    ingest = Ingest(
        read.schema,
        Schema(tuple(relation.columns[i].field for i in columns)),
        [compile_column(ex.moved(e, positions), session) for e in computed],
        None if time is None else compile_column(ex.moved(time, positions), session),
        0 if relation.watermark is None else relation.watermark.delay,
        errors,
        "" if relation.watermark is None else relation.watermark.column,
        [positions[i] for i in required],
    )
    return read, ingest


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


def input_schema(relation: Relation) -> Schema:
    """Return the columns a program inserts into a stream: all but metadata and computed ones."""
    return Schema(tuple(c.field for c in relation.columns if c.origin is Origin.INPUT))


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
