"""Where the rows of a query go, and those that come too late: into a sink, or into a stream."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from cep.catalog import Catalog, Relation, SinkEntry
from cep.errors import BindError, CepError, Span
from cep.grammar import ast
from cep.planner.logical import Node, late_schemas, walk
from cep.running import Output
from cep.runtime.batch import Batch
from cep.runtime.connectors.options import settle
from cep.runtime.connectors.registry import Connectors
from cep.runtime.consolidate import consolidate
from cep.types import Schema

_FINAL = "EMIT AFTER WATERMARK, with groups by a window and joins within an interval"
"""How rows are said that are not taken back."""


class Outputs:
    """Opens outputs. `inserting` gives what inserts rows that have a stream's columns in order."""

    def __init__(
        self, catalog: Catalog, connectors: Connectors, inserting: Callable[[Relation], Output]
    ) -> None:
        self._catalog = catalog
        self._connectors = connectors
        self._inserting = inserting

    def of_query(self, target: Relation | SinkEntry, plan: Node, span: Span) -> Output:
        """Return what takes the rows of a plan; raises BindError where the target cannot."""
        if isinstance(target, SinkEntry):
            known, names = plan.properties, plan.schema.names
            key = () if known.key is None else [names[k] for k in known.key]
            return self._sink(target, plan.schema, not known.append_only, span, key)
        schema = target.inputs
        if not plan.properties.append_only and not target.is_table:
            raise BindError(
                f"{target.name} is a stream: it takes events, and this query takes rows back",
                span=span,
                hint="write into a table instead (CREATE TABLE …), or make the rows final: "
                + _FINAL,
            )
        if len(schema) != len(plan.schema):
            raise BindError(
                f"{target.name} takes {len(schema)} columns, and the query has {len(plan.schema)}",
                span=span,
                hint=f"select {', '.join(schema.names)}",
            )
        return self._inserting(target)

    def of_late_rows(self, query: ast.Query, plan: Node) -> Output | None:
        """Return what takes the rows that come too late, where the query says LATE ROWS TO."""
        if query.late is None or query.late.target is None:
            return None
        name = query.late.target
        target = self._catalog.lookup(name.value, name.span)
        if isinstance(target, Relation):
            output, schema = self._inserting(target), target.inputs
        else:
            assert isinstance(target, SinkEntry)
            schema = _all_columns([s for n in walk(plan) for s in late_schemas(n)])
            output = self._sink(target, schema, False, name.span)

        def write(batch: Batch) -> None:
            if batch.weight is not None:
                # What deletes a row of a table is no event.
                batch = batch.where(batch.weight > 0)
            if not batch.rows:
                return
            # Of two columns of a name the first is a key of grouping sets, which may be NULL.
            position = {n: i for i, n in enumerate(batch.schema.names)}
            columns = [
                batch.columns[position[f.name]]
                if f.name in position
                else pa.nulls(batch.rows, f.type.arrow)
                for f in schema.fields
            ]
            output.write(Batch(schema, tuple(columns), batch.rows, batch.time, batch.lateness))

        return replace(output, write=write)

    def _sink(
        self, entry: SinkEntry, schema: Schema, changes: bool, span: Span, key: Sequence[str] = ()
    ) -> Output:
        connector = self._connectors.lookup(entry.connector)
        options = settle(connector, entry.options)
        if changes and options.get("changelog") == "false":
            options["changelog"] = "true"
        opened = connector.sink(options, schema)
        if changes and not opened.takes_changes:
            opened.abort(0)
            raise BindError(
                f"{entry.name} takes rows that are final, and this query takes rows back",
                span=span,
                hint=f"write to a sink of changes, or make the rows final: {_FINAL}",
            )
        try:
            opened.keyed(key)
        except CepError as error:
            opened.abort(0)
            raise BindError(error.message, span=span, hint=error.hint) from None

        def write(batch: Batch) -> None:
            if not changes:
                opened.write(batch.to_arrow())
                return
            net = consolidate(batch)
            order = np.argsort(net.weights() > 0, kind="stable")
            if net.rows:
                opened.write(net.take(order).to_arrow(), net.weights()[order].tolist())

        return Output(write, opened.close, lambda: opened.abort(0))


def _all_columns(schemas: Sequence[Schema]) -> Schema:
    """Return the columns of several relations by name; NULL where one has no such column."""
    fields = {f.name: f for s in reversed(schemas) for f in reversed(s.fields)}
    names = tuple(dict.fromkeys(n for s in schemas for n in s.names))
    nullable = {n: any(n not in s.names for s in schemas) for n in names}
    return Schema(
        tuple(replace(fields[n], nullable=fields[n].nullable or nullable[n]) for n in names)
    )
