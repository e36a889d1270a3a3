"""Where the rows of a query go, and those that come too late: into a sink, or into a stream."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from cep.catalog import Catalog, Relation, SinkEntry
from cep.errors import BindError, CepError, Span
from cep.grammar import ast
from cep.planner.ingestion import input_schema
from cep.planner.logical import Aggregate, Match, Node, Over, Window, late_schema, walk
from cep.running import Output
from cep.runtime.batch import Batch
from cep.runtime.connectors.options import settle
from cep.runtime.connectors.registry import Connectors
from cep.runtime.consolidate import consolidate
from cep.types import Schema


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
        schema = input_schema(target)
        if not plan.properties.append_only and not target.is_table:
            raise BindError(
                f"{target.name} is a stream: it takes events, and this query takes rows back",
                span=span,
                hint="group by a window and EMIT AFTER WATERMARK",
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
        carried = {
            late_schema(n)
            for n in walk(plan)
            if (isinstance(n, Aggregate | Over | Window) and n.carried)
            or (isinstance(n, Match) and n.late)
        }
        if len(carried) > 1:
            raise BindError(
                "the parts of this query refuse late rows of different columns",
                span=name.span,
                hint="write a query for each of them, or LATE ROWS DROP",
            )
        (schema,) = carried
        target = self._catalog.lookup(name.value, name.span)
        if isinstance(target, Relation):
            output = self._inserting(target)
        else:
            assert isinstance(target, SinkEntry)
            output = self._sink(target, schema, False, name.span)

        def write(batch: Batch) -> None:
            # Of two columns of a name the first is a key of grouping sets, which may be NULL.
            position = {n: i for i, n in enumerate(batch.schema.names)}
            columns = [batch.columns[position[n]] for n in schema.names]
            output.write(batch.replaced(schema, columns))

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
                hint="group by a window and EMIT AFTER WATERMARK, or write to a sink of changes",
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
