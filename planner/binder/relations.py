"""What stands in FROM: streams, views, queries and window functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from cep.catalog import Relation, SinkEntry, View
from cep.errors import BindError, CepError, Span, UnsupportedError, did_you_mean
from cep.grammar import ast
from cep.grammar.parser import parse_query
from cep.planner.binder.context import Context
from cep.planner.binder.expressions import ExpressionBinder
from cep.planner.binder.scope import Scope
from cep.planner.expressions import Constant, Input
from cep.planner.ingestion import computed_columns, delivered_columns
from cep.planner.logical import Node, Project, Scan, Tumble
from cep.runtime.functions.years import FIRST, LAST
from cep.types import DAY_INTERVAL, Schema, is_instant

QueryBinder = Callable[[ast.Query, Context], Node]

_LATER_WINDOWS = ("hop", "cumulate", "session", "slide")


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
        if isinstance(written, ast.Join):
            what = "CROSS JOIN" if written.kind == "cross" else "JOIN"
            raise UnsupportedError(what, span=written.span)
        raise UnsupportedError(type(written).__name__, span=written.span)

    def _table(self, written: ast.TableReference) -> tuple[Node, Scope]:
        if written.as_of is not None:
            raise UnsupportedError("FOR SYSTEM_TIME AS OF", span=written.as_of.span)
        return _aliased(self._named(written.name), written.alias, written.name.value)

    def _named(self, name: ast.Name) -> Node:
        common = self.context.common.get(name.value)
        if common is not None:
            # A WITH query sees only those written before it, and the streams.
            names = list(self.context.common)
            before = {n: self.context.common[n] for n in names[: names.index(name.value)]}
            plan = self.bind_query(common.query, replace(self.context, common=before))
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
        scan = Scan(relation, delivered)
        if len(delivered) == len(relation.columns):
            return scan
        return Project(scan, computed_columns(relation, self.context), relation.schema.names)

    def _view(self, view: View, span: Span) -> Node:
        if view.name in self.context.views:
            raise BindError(f"the view {view.name} contains itself", span=span)
        inside = replace(self.context, common={}, views=(*self.context.views, view.name))
        try:
            plan = self.bind_query(parse_query(view.query), inside)
        except CepError as error:
            raise error.within(view.query, f"view {view.name}") from None
        return _renamed(plan, tuple(ast.Name(c) for c in view.columns), span)

    # ------------------------------------------------------------ window functions

    def _function(self, written: ast.TableFunction) -> tuple[Node, Scope]:
        name = written.name.value
        if name == "tumble":
            plan, inner = self._tumble(written)
            return _aliased(plan, written.alias, inner)
        if name in _LATER_WINDOWS:
            raise UnsupportedError(f"{name.upper()} windows", span=written.span)
        raise BindError(
            f"there is no table function called {name}",
            span=written.name.span,
            hint=did_you_mean(name, ("tumble", *_LATER_WINDOWS)) or "windows are cut by TUMBLE",
        )

    def _tumble(self, written: ast.TableFunction) -> tuple[Node, str | None]:
        usage = "write TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND [, offset])"
        given = _arguments(written, ("data", "timecol", "size", "offset"), usage)
        for required in ("data", "timecol", "size"):
            if required not in given:
                raise BindError(f"TUMBLE needs its {required}", span=written.span, hint=usage)
        plan, qualifier = self._table_argument(given["data"], usage)
        time = self._time_column(given["timecol"], plan, usage)
        size = self._length(given["size"], "the size of a window")
        offset = self._length(given["offset"], "the offset") if "offset" in given else 0
        if size <= 0:
            raise BindError(
                "the size of a window must be more than nothing", span=given["size"].span
            )
        if size > LAST - FIRST:
            raise BindError(
                "no window is that long: the calendar has the years 1 to 9999",
                span=given["size"].span,
            )
        return Tumble(plan, time, size, offset), qualifier

    def _table_argument(self, written: ast.Expression, usage: str) -> tuple[Node, str | None]:
        if not isinstance(written, ast.TableArgument):
            raise BindError("the first argument must be a table", span=written.span, hint=usage)
        if written.partition_by or written.order_by:
            raise BindError(
                "TUMBLE takes no PARTITION BY or ORDER BY",
                span=written.span,
                hint="put the key into GROUP BY",
            )
        plan, scope = self.bind(written.table)
        qualifiers = {c.qualifier for c in scope.columns}
        return plan, qualifiers.pop() if len(qualifiers) == 1 else None

    def _time_column(self, written: ast.Expression, plan: Node, usage: str) -> int:
        if not isinstance(written, ast.Descriptor) or len(written.columns) != 1:
            raise BindError("the event time must be named", span=written.span, hint=usage)
        name = written.columns[0]
        column = Scope.of(plan.schema, None).resolve(name.value, None, name.span)
        properties = plan.properties
        if properties.time == column.index:
            return column.index
        if not is_instant(column.type):
            raise BindError(
                f"{name.value} is {column.type}, and a window needs a TIMESTAMP", span=name.span
            )
        if properties.bounded and not properties.timed:
            # Over finished data without a watermark every window is complete at the end.
            return column.index
        if properties.time is not None:
            hint = f"the event time here is {plan.schema.names[properties.time]}"
        elif properties.timed:
            hint = "select the event-time column in the inner query, unchanged"
        else:
            hint = f"declare WATERMARK FOR {name.value} AS {name.value} - INTERVAL '5' SECOND"
        raise BindError(f"{name.value} is not the event time", span=name.span, hint=hint)

    def _length(self, written: ast.Expression, what: str) -> int:
        bound = ExpressionBinder(Scope(), self.context, place="in a window").bind(written)
        if not isinstance(bound, Constant) or bound.type != DAY_INTERVAL:
            raise BindError(
                f"{what} must be a constant interval of days or less",
                span=written.span,
                hint="write INTERVAL '10' SECOND; a month has no fixed length",
            )
        return int(bound.value.cast("int64").as_py())


def _arguments(
    written: ast.TableFunction, names: tuple[str, ...], usage: str
) -> Mapping[str, ast.Expression]:
    """Sort the arguments of a table function by parameter name."""
    given: dict[str, ast.Expression] = {}
    for position, argument in enumerate(written.arguments):
        if isinstance(argument, ast.NamedArgument):
            name, value = argument.name.value, argument.value
        elif position < len(names):
            name, value = names[position], argument
        else:
            raise BindError("too many arguments", span=argument.span, hint=usage)
        if name not in names:
            raise BindError(
                f"{written.name.value.upper()} has no parameter {name}",
                span=argument.span,
                hint=did_you_mean(name, names) or usage,
            )
        if name in given:
            raise BindError(f"{name} is given twice", span=argument.span)
        given[name] = value
    return given


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
