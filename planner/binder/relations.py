"""What stands in FROM: streams, views, queries and window functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cep.catalog import Relation, SinkEntry, View
from cep.errors import BindError, CepError, Span, UnsupportedError, did_you_mean
from cep.grammar import ast
from cep.grammar.parser import parse_query
from cep.grammar.walk import walk as walk_tree
from cep.planner.binder.context import Context
from cep.planner.binder.joins import bind_join
from cep.planner.binder.patterns.relation import bind_match
from cep.planner.binder.scope import Scope
from cep.planner.binder.windows import bind_window
from cep.planner.expressions import Input
from cep.planner.ingestion import computed_columns, delivered_columns
from cep.planner.logical import Node, Over, Project, Reading, Scan, walk
from cep.types import Schema

QueryBinder = Callable[[ast.Query, Context], Node]


class RelationBinder:
    """Binds FROM; `bind_query` binds the queries inside it."""

    def __init__(self, context: Context, bind_query: QueryBinder) -> None:
        self.context = context
        self.bind_query = bind_query

    def bind(self, written: ast.Relation) -> tuple[Node, Scope]:
        """Return the plan of a relation and the names its columns go by."""
        if isinstance(written, ast.TableReference):
            return self._table(written)
        if isinstance(written, ast.DerivedTable):
            plan = self.bind_query(written.query, self.context)
            return _aliased(plan, written.alias, None)
        if isinstance(written, ast.TableFunction):
            return self._function(written)
        if isinstance(written, ast.MatchRecognize):
            return self._match(written)
        if isinstance(written, ast.Join):
            return bind_join(written, self.context, self.bind)
        raise UnsupportedError("MATCH_RECOGNIZE", span=written.span)

    def _match(self, written: ast.MatchRecognize) -> tuple[Node, Scope]:
        plan = bind_match(written, self.context, self.bind)
        plan, scope = _aliased(plan, written.alias, None)
        parts = walk_tree(written.row_pattern.pattern)
        variables = {p.name.value for p in parts if isinstance(p, ast.PatternVariable)}
        subsets = {s.name.value for s in written.row_pattern.subsets}
        return plan, replace(scope, variables=frozenset(variables | subsets))

    def _table(self, written: ast.TableReference) -> tuple[Node, Scope]:
        if written.as_of is not None:
            raise BindError(
                "FOR SYSTEM_TIME AS OF asks for the row of each row of another relation",
                span=written.as_of.span,
                hint=f"write FROM s JOIN {written.name.value} FOR SYSTEM_TIME AS OF s.ts ON …",
            )
        return _aliased(self._named(written.name), written.alias, written.name.value)

    def _named(self, name: ast.Name) -> Node:
        common = self.context.common.get(name.value)
        if common is not None:
            # A WITH query sees only those written before it, and the streams.
            names = list(self.context.common)
            before = {n: self.context.common[n] for n in names[: names.index(name.value)]}
            inside = replace(self.context, common=before, outer=lambda _: None)
            plan = self.bind_query(common.query, inside)
            return _renamed(plan, common.columns, common.name.span)
        system = self.context.system(name.value)
        if system is not None:
            return Scan(system, tuple(range(len(system.columns))))
        if self.context.catalog.get(name.value) is None:
            known = [e.name for e in self.context.catalog] + list(self.context.common)
            hint = did_you_mean(name.value, known) or (
                f"there are {', '.join(sorted(known)[:8])}"
                if known
                else "declare it first: CREATE STREAM …"
            )
            raise BindError(
                f"there is no stream or view called {name.value}", span=name.span, hint=hint
            )
        entry = self.context.catalog.lookup(name.value, name.span)
        if isinstance(entry, Relation):
            return self._stream(entry)
        if isinstance(entry, View):
            return self._view(entry, name.span)
        assert isinstance(entry, SinkEntry)
        raise BindError(
            f"{name.value} is a sink: results go there, nothing comes back",
            span=name.span,
            hint="select from the stream or view that feeds it",
        )

    def _stream(self, relation: Relation) -> Node:
        """Return a stream with its computed columns, which each query computes as it needs them."""
        delivered = delivered_columns(relation)
        reading = Reading.EVENTS
        if relation.is_table:
            final = self.context.snapshot or relation.bounded
            reading = Reading.SNAPSHOT if final else Reading.CHANGES
        scan = Scan(relation, delivered, reading=reading)
        if len(delivered) == len(relation.columns):
            return scan
        return Project(scan, computed_columns(relation, self.context), relation.schema.names)

    def _view(self, view: View, span: Span) -> Node:
        if view.relation is not None:
            return self._maintained(view.relation)
        if view.name in self.context.views:
            raise BindError(f"the view {view.name} contains itself", span=span)
        inside = replace(
            self.context,
            common={},
            views=(*self.context.views, view.name),
            outer=lambda _: None,
        )
        try:
            plan = self.bind_query(parse_query(view.query), inside)
        except CepError as error:
            raise error.within(view.query, f"view {view.name}") from None
        for node in walk(plan):
            if isinstance(node, Over) and node.refusal is not None:
                node.refusal.within(view.query, f"view {view.name}")
        return _renamed(plan, tuple(ast.Name(c) for c in view.columns), span)

    def _maintained(self, rows: Relation) -> Node:
        """Return the rows that a materialized view keeps."""
        return Scan(
            rows,
            tuple(range(len(rows.columns))),
            reading=Reading.SNAPSHOT if self.context.snapshot else Reading.CHANGES,
            known=self.context.maintained(rows.name),
        )

    def _function(self, written: ast.TableFunction) -> tuple[Node, Scope]:
        plan, qualifier = bind_window(written, self.context, self.bind)
        return _aliased(plan, written.alias, qualifier)


def _aliased(plan: Node, alias: ast.Alias | None, default: str | None) -> tuple[Node, Scope]:
    if alias is None:
        return plan, Scope.of(plan.schema, default)
    plan = _renamed(plan, alias.columns, alias.span)
    return plan, Scope.of(plan.schema, alias.name.value)


def _renamed(plan: Node, columns: tuple[ast.Name, ...], span: Span) -> Node:
    """Give the columns of a relation new names, from the left."""
    if not columns:
        return plan
    fields = plan.schema.fields
    if len(columns) > len(fields):
        raise BindError(f"{len(columns)} names are given for {_columns(plan.schema)}", span=span)
    names = tuple(c.value for c in columns) + plan.schema.names[len(columns) :]
    inputs = tuple(Input(f.type, i, f.name) for i, f in enumerate(fields))
    return Project(plan, inputs, names)


def _columns(schema: Schema) -> str:
    return "one column" if len(schema) == 1 else f"{len(schema)} columns"
