"""UPDATE and DELETE: what a statement makes of the rows of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from cep.catalog import Relation
from cep.errors import BindError, EvaluationError, did_you_mean
from cep.grammar import ast
from cep.results import Result
from cep.rows import to_rows
from cep.runtime.state.keys import KeyTable
from cep.tables import one_batch
from cep.types import Field, Schema

if TYPE_CHECKING:
    from cep.engine import Engine
    from cep.parameters import Parameters


def update(engine: Engine, statement: ast.Update, parameters: Parameters, drive: bool) -> Result:
    """Put other values into the rows of a table for which a condition holds."""
    table = _table(engine, statement.target, "UPDATE")
    names = table.inputs.names
    given = {a.column.value: a.value for a in statement.assignments}
    for i, assignment in enumerate(statement.assignments):
        name = assignment.column
        if name.value not in names:
            raise BindError(
                f"{table.name} has no column {name.value} that can be set",
                span=name.span,
                hint=did_you_mean(name.value, names) or f"its columns are {', '.join(names)}",
            )
        if name.value in {a.column.value for a in statement.assignments[:i]}:
            raise BindError(f"{name.value} is set twice", span=name.span)
    _since_when(table, statement, set(given))
    items = [ast.SelectItem(given.get(n) or _column(n), ast.Name(n)) for n in names]
    # Rows with another key are not those that were there.
    moved = not table.key or not given.keys().isdisjoint(table.key)
    before = names if not table.key else table.key
    if moved:
        items += [ast.SelectItem(_column(n), ast.Name(f"$was {n}")) for n in before]
    rows = _rows(engine, statement, items, parameters)
    new = _checked(table, rows.select(range(len(names))), engine, statement)
    old = None
    if moved:
        old = rows.select(range(len(names), rows.num_columns)).rename_columns(list(before))
        if table.key:
            _free_keys(table, old, new, engine, statement)
    engine.change(table, old, new)
    return _said("updated", rows.num_rows, table)


def _checked(
    table: Relation, rows: pa.Table, engine: Engine, statement: ast.Update
) -> pa.RecordBatch:
    """Return rows in the types of a table; raises EvaluationError where they are none of its."""
    schema = table.inputs
    batch = one_batch(rows)
    columns = []
    for field, computed in zip(schema.fields, batch.columns, strict=True):
        column = _converted(computed, field, table, engine, statement)
        if column.null_count and (not field.nullable or field.name in table.key):
            kept = "part of the key" if field.name in table.key else "declared NOT NULL"
            raise EvaluationError(
                f"{field.name} would be NULL, and it is {kept}",
                span=statement.span,
                hint="leave such rows alone: … WHERE … IS NOT NULL",
            )
        columns.append(column)
    return pa.RecordBatch.from_arrays(columns, names=list(schema.names))


def _converted(
    computed: pa.Array, field: Field, table: Relation, engine: Engine, statement: ast.Update
) -> pa.Array:
    """Return the new values of a column in its type."""
    given = pa.RecordBatch.from_arrays([computed], names=[field.name])
    (rows,) = to_rows(given, Schema((field,)), table.name, engine.session)
    if rows.errors is not None:
        message = next(m for m in rows.errors if m is not None)
        raise EvaluationError(message, span=statement.span)
    return rows.batch.column(0)


def _free_keys(
    table: Relation, old: pa.Table, new: pa.RecordBatch, engine: Engine, statement: ast.Update
) -> None:
    """Refuse to give rows a key that another row has, which would be lost."""
    schema = table.inputs
    at = [schema.names.index(k) for k in table.key]
    keys = KeyTable([schema.types[i] for i in at])
    every = engine.once(_all_of(table, [_column(k) for k in table.key]), ()).arrow()
    stays = np.zeros(0, np.int64)
    if every.num_rows:
        theirs, _ = keys.intern([one_batch(every).column(i) for i in range(len(at))])
        moved, _ = keys.intern([one_batch(old).column(i) for i in range(len(at))])
        stays = np.setdiff1d(theirs, moved)
    ids, _ = keys.intern([new.column(i) for i in at]) if new.num_rows else (stays[:0], None)
    if len(np.unique(ids)) < len(ids) or np.isin(ids, stays).any():
        raise EvaluationError(
            f"several rows of {table.name} would have one key",
            span=statement.span,
            hint=f"give each of them another {', '.join(table.key)}",
        )


def delete(engine: Engine, statement: ast.Delete, parameters: Parameters, drive: bool) -> Result:
    """Take the rows for which a condition holds out of a table."""
    table = _table(engine, statement.target, "DELETE")
    names = table.key or table.inputs.names
    items = [ast.SelectItem(_column(n)) for n in names]
    rows = _rows(engine, statement, items, parameters)
    engine.delete(table.name, rows)
    return _said("deleted", rows.num_rows, table)


def _table(engine: Engine, name: ast.Name, what: str) -> Relation:
    entry = engine.catalog.lookup(name.value, name.span)
    if not isinstance(entry, Relation) or not entry.is_table:
        raise BindError(
            f"{name.value} is a {entry.kind}, and {what} changes the rows of a table",
            span=name.span,
            hint="CREATE TABLE declares rows that can be changed",
        )
    if entry.connector is not None:
        raise BindError(
            f"the rows of {name.value} are what {entry.connector} delivers",
            span=name.span,
            hint="only a table that was declared without WITH (connector = …) takes changes",
        )
    return entry


def _since_when(table: Relation, statement: ast.Update, given: set[str]) -> None:
    """Refuse to update versions without saying from when on that holds."""
    rule = table.watermark
    if rule is not None and rule.column not in given:
        raise BindError(
            f"{table.name} is versioned: an update says from when on its rows are so",
            span=statement.target.span,
            hint=f"SET …, {rule.column} = TIMESTAMP '2026-01-31 12:30:00'",
        )


def _rows(
    engine: Engine,
    statement: ast.Update | ast.Delete,
    items: list[ast.SelectItem],
    parameters: Parameters,
) -> pa.Table:
    """Return something of each row for which the condition of a statement holds."""
    source = ast.TableReference(statement.target, span=statement.target.span)
    select = ast.Select(tuple(items), source, where=statement.where, span=statement.span)
    return engine.once(ast.Query(select, span=statement.span), parameters).arrow()


def _all_of(table: Relation, columns: list[ast.ColumnReference]) -> ast.Query:
    """Return the query that reads some columns of a table."""
    items = tuple(ast.SelectItem(c) for c in columns)
    return ast.Query(ast.Select(items, ast.TableReference(ast.Name(table.name))))


def _column(name: str) -> ast.ColumnReference:
    return ast.ColumnReference((ast.Name(name),))


def _said(what: str, count: int, table: Relation) -> Result:
    rows = "row" if count == 1 else "rows"
    return Result(Schema(()), message=f"{what} {count} {rows} of {table.name}")
