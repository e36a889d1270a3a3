"""Our SQL as DuckDB's: every difference between the two dialects, by name and in one place.

What is not listed here is either written and meant alike, or refused as `Untranslatable` with the
reason; nothing is compared that means something else there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cep.catalog import Relation, View
from cep.grammar import ast
from cep.grammar.parser import parse_query
from cep.planner.binder.context import Context
from cep.planner.binder.expressions import ExpressionBinder
from cep.planner.binder.frames import WindowScope, named_windows
from cep.planner.binder.patterns.windows import bind_over_pattern
from cep.planner.binder.queries import bind_query
from cep.planner.binder.relations import RelationBinder
from cep.planner.binder.scope import Scope
from cep.planner.binder.sets import as_types
from cep.planner.binder.subqueries import around, subqueries
from cep.planner.binder.windows import FUNCTIONS as WINDOWS
from cep.planner.expressions import Constant
from cep.planner.logical import Aggregate, time_unit, walk
from cep.testing.duckdb_aggregates import Untranslatable
from cep.testing.duckdb_expressions import DuckDbExpressions, quoted
from cep.testing.duckdb_joins import Refusal, refusal, spelt_out
from cep.testing.duckdb_over import has_over
from cep.testing.duckdb_temporal import is_temporal, temporal_join
from cep.types import (
    Map,
    MonthInterval,
    Row,
    Schema,
    TimestampLtz,
)

__all__ = ["FULL", "LATENESS", "DuckDbWriter", "Untranslatable", "fits"]

LATENESS = "$watermark"
"""The column of a stream's full table that has the watermark just before each row."""

FULL = "$all "
"""What stands before a stream's name in the name of the table that has its hidden columns too."""


class DuckDbWriter(DuckDbExpressions):
    """Writes a query for DuckDB.

    `late` names the streams that have rows behind their watermark; `missing` those that are not
    there, with the reason.
    """

    def __init__(self, context: Context, late: frozenset[str], missing: Mapping[str, str]) -> None:
        super().__init__(context)
        self.late = late
        self.missing = missing
        self._refusing = False
        self._in_time = False

    def query(self, query: ast.Query) -> str:
        """Return the query of a statement; when and how it says its rows is no matter there."""
        if self.late and query.late is not None and query.late.kind == "correct":
            raise Untranslatable("late rows that are not refused")
        plain = replace(query, emit=None, late=None, options=(), on_error_stop=False)
        return self.text(plain)

    # ---- queries

    def _query(self, node: ast.Query) -> str:
        outer = self.context
        self.context = outer.with_common(node.common)
        # ORDER BY sees the columns of FROM, so the SELECT's scope stands until it is written.
        select = node.body if isinstance(node.body, ast.Select) else None
        self.scopes.append(self._binder(select))
        try:
            return super()._query(node)
        finally:
            self.scopes.pop()
            self.context = outer

    def _binder(self, select: ast.Select | None) -> ExpressionBinder:
        if select is None:
            return ExpressionBinder(Scope(), self.context)
        scope = Scope()
        if select.source is not None:
            _, scope = RelationBinder(self.context, bind_query).bind(select.source)
        aliases = {i.alias.value: i.expression for i in select.items if i.alias is not None}
        windows = WindowScope(named_windows(select.windows), bind_over_pattern)
        return ExpressionBinder(
            scope,
            self.context,
            aggregates=True,
            aliases=aliases,
            windows=windows,
            subqueries=subqueries(bind_query, as_types),
        )

    # A subquery sees the columns of the query around it.

    def _in_query(self, node: ast.InQuery) -> str:
        return self._inside(super()._in_query, node)

    def _exists(self, node: ast.Exists) -> str:
        return self._inside(super()._exists, node)

    def _scalar_query(self, node: ast.ScalarQuery) -> str:
        return self._inside(super()._scalar_query, node)

    def _inside(self, write: Callable[[Any], str], node: ast.Expression) -> str:
        outer = self.context
        self.context = replace(outer, outer=around(self.scopes[-1], []))
        try:
            return write(node)
        finally:
            self.context = outer

    def _common_table(self, node: ast.CommonTable) -> str:
        # A WITH query sees those before it.
        names = list(self.context.common)
        before = {n: self.context.common[n] for n in names[: names.index(node.name.value)]}
        inner = self.context
        self.context = replace(inner, common=before, outer=lambda _: None)
        try:
            query = self.text(node.query)
        finally:
            self.context = inner
        columns = f" ({self.listed(node.columns)})" if node.columns else ""
        return f"{self.text(node.name)}{columns} AS ({query})"

    def _select(self, node: ast.Select) -> str:
        self.scopes.append(self._binder(node))
        before = self._refusing
        if self.late and has_over(node):
            raise Untranslatable("late rows, which OVER refuses")
        # Every call has its window written out.
        node = replace(node, windows=())
        node = replace(node, items=spelt_out(node.items, self.scopes[-1].scope))
        group_by = node.group_by
        window = self._window_of(node)
        joined = self._refusal(node)
        self._refusing = window or joined is Refusal.WINDOW
        in_time, self._in_time = self._in_time, joined is Refusal.TIME
        try:
            if window and group_by is not None:
                # One bound of a window names it, so the others may be selected too.
                bounds = ("window_start", "window_end", "window_time")
                scope = self.scopes[-1].scope
                added = [_column(b) for b in bounds if len(scope.find(b)) == 1]
                node = replace(node, group_by=(*group_by, *(a for a in added if a not in group_by)))
            return super()._select(node)
        finally:
            self._refusing, self._in_time = before, in_time
            self.scopes.pop()

    def _refusal(self, node: ast.Select) -> Refusal:
        """Say which late rows the joins in FROM refuse."""
        if not (self.late and isinstance(node.source, ast.Join)):
            return Refusal.NONE
        star = ast.SelectItem(ast.Star())
        select = ast.Select((star,), node.source, where=node.where)
        return refusal(node.source, bind_query(ast.Query(select), self.context))

    def _window_of(self, node: ast.Select) -> bool:
        """Say whether a SELECT groups by the windows cut in its FROM, and so refuses late rows."""
        source = node.source
        if not isinstance(source, ast.TableFunction):
            return False
        plan = bind_query(ast.Query(node), self.context)
        first = next((n for n in walk(plan) if isinstance(n, Aggregate)), None)
        if first is None or first.window is None:
            return False
        return node.group_by is not None or node.distinct

    def _order_item(self, node: ast.OrderItem) -> str:
        direction = " DESC" if node.descending else ""
        nulls = "FIRST" if node.nulls_first else "LAST"
        return f"{self.text(node.expression)}{direction} NULLS {nulls}"

    def _join(self, node: ast.Join) -> str:
        if not is_temporal(node):
            return super()._join(node)
        if self.late:
            raise Untranslatable("late rows, which a join by time refuses")
        alias = getattr(node.right, "alias", None)
        name = getattr(node.right, "name", None) if alias is None else alias.name
        return temporal_join(self, node, None if name is None else name.value)

    def _table_reference(self, node: ast.TableReference) -> str:
        name = node.name.value
        alias = self._aliased(node.alias)
        if name in self.context.common:
            return quoted(name) + alias
        entry = self.context.catalog.get(name)
        if isinstance(entry, View):
            return self._view(entry, node)
        if not isinstance(entry, Relation) or entry.kind == "system":
            raise Untranslatable(f"{name} is kept by the engine")
        if name in self.missing:
            raise Untranslatable(f"{name} {self.missing[name]}")
        if self._in_time and name in self.late:
            assert entry.time is not None
            time = quoted(entry.schema.names[entry.time])
            alias = alias or self._aliased(ast.Alias(node.name))
            return (
                f"(SELECT * EXCLUDE ({quoted(LATENESS)}) FROM {quoted(FULL + name)} "
                f"WHERE epoch_us({time}) >= {quoted(LATENESS)}){alias}"
            )
        return quoted(name) + alias

    def _view(self, view: View, node: ast.TableReference) -> str:
        inner = self.context
        self.context = replace(inner, common={}, outer=lambda _: None)
        try:
            query = self.query(parse_query(view.query))
        finally:
            self.context = inner
        if view.columns:
            names = ", ".join(map(quoted, view.columns))
            query = f"SELECT * FROM ({query}) AS {quoted(view.name)} ({names})"
        alias = node.alias or ast.Alias(ast.Name(view.name))
        return f"({query}){self._aliased(alias)}"

    def _derived_table(self, node: ast.DerivedTable) -> str:
        alias = node.alias
        if isinstance(node.query.body, ast.Values):
            # Columns without a name are called otherwise there.
            width = len(node.query.body.rows[0])
            given = alias.columns if alias else ()
            names = [*given, *(ast.Name(f"column{i + 1}") for i in range(len(given), width))]
            alias = ast.Alias(alias.name if alias else ast.Name("$values"), tuple(names))
        return f"({self.text(node.query)}){self._aliased(alias)}"

    def _match_recognize(self, node: ast.MatchRecognize) -> str:
        raise Untranslatable("MATCH_RECOGNIZE")

    def _measure_reference(self, node: ast.MeasureReference) -> str:
        raise Untranslatable("a row pattern in a window")

    def _table_function(self, node: ast.TableFunction) -> str:
        refusing = self._refusing
        try:
            return self._cut(node)
        finally:
            self._refusing = refusing

    def _cut(self, node: ast.TableFunction) -> str:
        """Return a window function as a query."""
        name = node.name.value
        refusing, self._refusing = self._refusing, False
        given = _arguments(node)
        table = given["data"]
        assert isinstance(table, ast.TableArgument)
        time = given["timecol"]
        assert isinstance(time, ast.Descriptor)
        hidden = self._late_source(table.table)
        if self.late and not (hidden and refusing) and refusing:
            raise Untranslatable("late rows, and the windows are cut of a query")
        source = self.text(table.table)
        default: str | None = None
        if isinstance(table.table, ast.TableReference):
            named = table.table.alias.name if table.table.alias else table.table.name
            default = named.value
        selected = "*"
        if hidden and refusing:
            selected = f"* EXCLUDE ({quoted(LATENESS)})"
            source = quoted(FULL + hidden)
        column = f"epoch_us({quoted(time.columns[0].value)})"
        unit = self._unit(table, time.columns[0])
        lengths = {
            n: self._microseconds(given[n]) for n in WINDOWS[name].parameters[2:] if n in given
        }
        while name != "slide" and any(length % unit for length in lengths.values()):
            unit //= 10
        alias = node.alias or (ast.Alias(ast.Name(default)) if default else None)
        if name in ("session", "slide"):
            if self.late:
                raise Untranslatable(f"late rows, which {name.upper()} may still take")
            keys = [self.text(k) for k in table.partition_by]
            if name == "slide":
                moment = quoted(time.columns[0].value)
                query = _trailing(source, keys, moment, lengths["size"], unit)
                return f"({query}){self._aliased(alias)}"
            return (
                f"({_sessions(source, keys, column, lengths['gap'], unit)}){self._aliased(alias)}"
            )
        start, end, most = _bounds(name, lengths, column)
        where = f"{column} >= {start} AND {column} < {end}"
        if hidden and refusing:
            where += f" AND {end} > {quoted(LATENESS)}"
        query = (
            f"SELECT {selected}, make_timestamp({start}) AS window_start, "
            f"make_timestamp({end}) AS window_end, make_timestamp({end} - {unit}) AS window_time "
            f'FROM {source}, range({most}) AS "$windows" ("$nth") WHERE {where}'
        )
        query = f'SELECT * EXCLUDE ("$nth") FROM ({query})'
        return f"({query}){self._aliased(alias)}"

    def _late_source(self, relation: ast.Relation) -> str | None:
        """Return the stream that windows are cut of, if it is one itself and has late rows."""
        if not isinstance(relation, ast.TableReference):
            return None
        name = relation.name.value
        entry = self.context.catalog.get(name)
        plain = name not in self.context.common and isinstance(entry, Relation)
        return name if plain and name in self.late else None

    def _microseconds(self, node: ast.Expression) -> int:
        bound = ExpressionBinder(Scope(), self.context).bind(node)
        assert isinstance(bound, Constant)
        return int(bound.value.cast("int64").as_py())

    def _unit(self, table: ast.TableArgument, column: ast.Name) -> int:
        plan, _ = RelationBinder(self.context, bind_query).bind(table.table)
        t = plan.schema.fields[Scope.of(plan.schema, None).find(column.value)[0]].type
        if isinstance(t, TimestampLtz):
            raise Untranslatable("windows over TIMESTAMP_LTZ")
        return time_unit(t)


def fits(schema: Schema) -> bool:
    """Say whether DuckDB can hold a stream: it has no ROW like ours, and no number of months."""
    return not any(isinstance(t, Row | Map | MonthInterval) for t in schema.types)


def _bounds(name: str, lengths: Mapping[str, int], time: str) -> tuple[str, str, int]:
    """Return start and end of the "$nth" window that may hold a time, and how many there are."""
    if name not in ("tumble", "hop", "cumulate"):
        raise Untranslatable(f"the table function {name.upper()}")
    size, offset = lengths["size"], lengths.get("offset", 0)

    def begun(step: int) -> str:
        return f"({time} - (({time} - ({offset})) % {step} + {step}) % {step})"

    if name == "cumulate":
        step = lengths["step"]
        return begun(size), f'({begun(size)} + ("$nth" + 1) * {step})', size // step
    step = lengths.get("slide", size)
    start = f'({begun(step)} - "$nth" * {step})'
    return start, f"({start} + {size})", -(-size // step)


def _sessions(source: str, keys: Sequence[str], time: str, gap: int, unit: int) -> str:
    """Return the rows of a relation with their sessions: rows after a gap begin one, and count."""
    by = f"PARTITION BY {', '.join(keys)}" if keys else ""
    begins = f"coalesce({time} - lag({time}) OVER ({by} ORDER BY {time}) >= {gap}, TRUE)"
    marked = f'SELECT *, CAST({begins} AS INT) AS "$begins" FROM {source}'
    counted = f'SELECT *, sum("$begins") OVER ({by} ORDER BY {time}) AS "$nth" FROM ({marked})'
    whole = f"OVER (PARTITION BY {', '.join([*keys, quoted('$nth')])})"
    end = f"max({time}) {whole} + {gap}"
    bounds = (
        f"make_timestamp(min({time}) {whole}) AS window_start, "
        f"make_timestamp({end}) AS window_end, make_timestamp({end} - {unit}) AS window_time"
    )
    return f'SELECT * EXCLUDE ("$begins", "$nth"), {bounds} FROM ({counted})'


def _trailing(source: str, keys: Sequence[str], time: str, size: int, unit: int) -> str:
    """Return the rows of a relation once for every time of their key that has them."""
    heads = ", ".join(
        [f'epoch_us({time}) AS "$time"', *(f'{k} AS "$key{i}"' for i, k in enumerate(keys))]
    )
    same = [f'r.{k} IS NOT DISTINCT FROM h."$key{i}"' for i, k in enumerate(keys)]
    near = f'epoch_us(r.{time}) > "$time" - {size} AND epoch_us(r.{time}) <= "$time"'
    back = (size - 1) // unit * unit
    return (
        f'SELECT r.*, make_timestamp("$time" - {back}) AS window_start, '
        f'make_timestamp("$time" + {unit}) AS window_end, make_timestamp("$time") AS window_time '
        f"FROM {source} AS r JOIN (SELECT DISTINCT {heads} FROM {source}) AS h "
        f"ON {' AND '.join([*same, near])}"
    )


def _arguments(node: ast.TableFunction) -> Mapping[str, ast.Expression]:
    names = WINDOWS[node.name.value].parameters
    given: dict[str, ast.Expression] = {}
    for name, argument in zip(names, node.arguments, strict=False):
        if isinstance(argument, ast.NamedArgument):
            given[argument.name.value] = argument.value
        else:
            given[name] = argument
    return given


def _column(name: str) -> ast.ColumnReference:
    return ast.ColumnReference((ast.Name(name),))
