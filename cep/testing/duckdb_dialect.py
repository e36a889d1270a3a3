"""Our SQL as DuckDB's: every difference between the two dialects, by name and in one place.

What is not listed here is either written and meant alike, or refused as `Untranslatable` with the
reason; nothing is compared that means something else there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cep.catalog import Relation, View
from cep.grammar import ast
from cep.grammar.parser import parse_query
from cep.grammar.unparse_expressions import string_text
from cep.grammar.unparse_statements import StatementWriter
from cep.planner.binder import literals
from cep.planner.binder.context import Context
from cep.planner.binder.expressions import ExpressionBinder
from cep.planner.binder.queries import bind_query
from cep.planner.binder.relations import RelationBinder
from cep.planner.binder.scope import Scope
from cep.planner.binder.types import bind_type
from cep.planner.expressions import Constant
from cep.planner.logical import Aggregate, time_unit, walk
from cep.types import (
    DATE,
    DAY_INTERVAL,
    DataType,
    Decimal,
    Float,
    Integer,
    Map,
    MonthInterval,
    Null,
    Row,
    Schema,
    Timestamp,
    TimestampLtz,
    Varchar,
    is_instant,
)

LATENESS = "$watermark"
"""The column of a stream's full table that has the watermark just before each row."""

FULL = "$all "
"""What stands before a stream's name in the name of the table that has its hidden columns too."""

AGGREGATES = {
    "count": "count",
    "sum": "sum",
    "min": "min",
    "max": "max",
    "avg": "avg",
    "bool_and": "bool_and",
    "every": "bool_and",
    "bool_or": "bool_or",
}

FUNCTIONS = {
    "coalesce": "coalesce",
    "nullif": "nullif",
    "upper": "upper",
    "lower": "lower",
    "char_length": "length",
    "character_length": "length",
    "length": "length",
    "substring": "substring",
    "replace": "replace",
    "left": "left",
    "right": "right",
    "reverse": "reverse",
    "btrim": "trim",
    "trim": "trim",
    "ltrim": "ltrim",
    "rtrim": "rtrim",
    "position": "position",
    "starts_with": "starts_with",
    "abs": "abs",
    "cardinality": "len",
    "array_contains": "list_contains",
}

EXTRACTED = ("YEAR", "QUARTER", "MONTH", "DAY", "HOUR", "MINUTE")
ROUNDED = ("YEAR", "QUARTER", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND")

TYPE_NAMES = {
    "STRING": "VARCHAR",
    "BYTES": "BLOB",
    "INTEGER": "INTEGER",
    "DOUBLE PRECISION": "DOUBLE",
}


class Untranslatable(Exception):
    """Raised where DuckDB cannot say what is meant; the message says what that is."""


class DuckDbWriter(StatementWriter):
    """Writes a query for DuckDB.

    `late` names the streams that have rows behind their watermark; `missing` those that are not
    there, with the reason.
    """

    def __init__(
        self, context: Context, late: frozenset[str], missing: Mapping[str, str]
    ) -> None:
        super().__init__()
        self.context = context
        self.late = late
        self.missing = missing
        self._binders: list[ExpressionBinder] = []
        self._refusing = False

    def query(self, query: ast.Query) -> str:
        """Return the query of a statement; when and how it says its rows is no matter there."""
        plain = replace(query, emit=None, late=None, options=(), on_error_stop=False)
        return self.text(plain)

    def type_of(self, node: ast.Expression) -> DataType:
        """Return the type that an expression has with us."""
        return self._binders[-1].bind(node).type

    def operand(self, node: ast.Expression, level: int) -> str:
        # The two languages differ in what binds tighter, so nothing is left to that.
        return f"({self.text(node)})"

    # ---- names: all of them quoted, as the reserved words differ

    def _name(self, node: ast.Name) -> str:
        return _quoted(node.value)

    def _column_reference(self, node: ast.ColumnReference) -> str:
        first = node.parts[0].value
        if len(node.parts) == 1 and first in (
            "current_timestamp",
            "current_date",
            "localtimestamp",
        ):
            raise Untranslatable("it reads the clock")
        return ".".join(_quoted(p.value) for p in node.parts)

    # ---- literals

    def _bytes_literal(self, node: ast.BytesLiteral) -> str:
        return f"from_hex('{node.value}')"

    def _typed_literal(self, node: ast.TypedLiteral) -> str:
        kind = "TIMESTAMPTZ" if node.kind == "TIMESTAMP_LTZ" else node.kind
        return f"{kind} {string_text(node.value)}"

    def _interval_literal(self, node: ast.IntervalLiteral) -> str:
        return _interval(literals.interval(node))

    def _parameter(self, node: ast.Parameter) -> str:
        value = literals.parameter(node, self.context)
        if value.type == DAY_INTERVAL:
            return _interval(value)
        plain = value.value.as_py()
        if isinstance(plain, bool) or plain is None:
            return str(plain).upper() if plain is not None else "NULL"
        if isinstance(plain, int | float):
            return repr(plain)
        return f"CAST({string_text(str(plain))} AS {self._type(value.type)})"

    def _array_literal(self, node: ast.ArrayLiteral) -> str:
        return f"[{self.listed(node.items)}]"

    def _map_literal(self, node: ast.MapLiteral) -> str:
        keys, values = node.items[::2], node.items[1::2]
        return f"MAP([{self.listed(keys)}], [{self.listed(values)}])"

    def _row_literal(self, node: ast.RowLiteral) -> str:
        raise Untranslatable("ROW: its fields have other names there")

    # ---- types and casts

    def _type_name(self, node: ast.TypeName) -> str:
        return self._type(bind_type(node))

    def _type(self, t: DataType) -> str:
        if isinstance(t, Decimal):
            return f"DECIMAL({t.precision}, {t.scale})"
        if isinstance(t, Timestamp):
            return "TIMESTAMP"
        if isinstance(t, TimestampLtz):
            return "TIMESTAMPTZ"
        if isinstance(t, Integer | Float | Varchar) or t == DATE or str(t) == "BOOLEAN":
            return str(t)
        raise Untranslatable(f"the type {t}")

    def _cast(self, node: ast.Cast) -> str:
        source, target = self.type_of(node.operand), bind_type(node.type)
        operand = self.text(node.operand)
        word = "TRY_CAST" if node.safe else "CAST"
        if isinstance(target, Varchar) and not isinstance(source, Integer | Varchar | Null):
            raise Untranslatable(f"{source} as text")
        if (
            isinstance(source, Varchar)
            and not isinstance(target, Integer | Varchar)
            and target != DATE
        ):
            if not isinstance(target, Timestamp | Decimal):
                raise Untranslatable(f"text as {target}")
        if isinstance(source, Float | Decimal) and isinstance(target, Integer):
            # We cut toward zero, DuckDB rounds.
            operand = f"trunc({operand})"
        text = f"{word}({operand} AS {self._type(target)})"
        if isinstance(target, Timestamp) and target.precision < 6:
            unit = {0: "second", 3: "milliseconds"}.get(target.precision)
            if unit is None:
                raise Untranslatable(f"CAST to {target}")
            return f"date_trunc('{unit}', {text})"
        return text

    # ---- operators

    def _binary(self, node: ast.Binary) -> str:
        if node.operator not in ("+", "-", "*", "/", "%"):
            return super()._binary(node)
        result = self.type_of(node)
        left, right = self.type_of(node.left), self.type_of(node.right)
        if isinstance(result, Integer):
            # A TINYINT plus a TINYINT does not fit TINYINT there; `/` is a division of DOUBLEs.
            operator = "//" if node.operator == "/" else node.operator
            wide = "HUGEINT"
            operands = f"CAST({self.text(node.left)} AS {wide}) {operator} CAST({self.text(node.right)} AS {wide})"
            return f"CAST({operands} AS {result})"
        if isinstance(result, Decimal) and node.operator in ("/", "%"):
            raise Untranslatable("the quotient of DECIMALs has other digits there")
        if isinstance(result, Decimal) and result.precision == 38:
            raise Untranslatable("a DECIMAL of 38 digits gives up others there")
        if DATE in (left, right):
            raise Untranslatable("arithmetic with DATE has other types there")
        if isinstance(result, Float) and result.bits == 64 and not is_instant(left):
            operands = f"CAST({self.text(node.left)} AS DOUBLE) {node.operator} CAST({self.text(node.right)} AS DOUBLE)"
            return operands
        if result == DAY_INTERVAL and node.operator in ("/", "*"):
            raise Untranslatable("a part of an INTERVAL")
        return super()._binary(node)

    def _is(self, node: ast.Is) -> str:
        what = "NULL" if node.what == "unknown" else node.what.upper()
        return f"({self.text(node.operand)}) IS {'NOT ' if node.negated else ''}{what}"

    def _like(self, node: ast.Like) -> str:
        if node.kind == "similar":
            raise Untranslatable("SIMILAR TO is another language there")
        return super()._like(node)

    def _at_time_zone(self, node: ast.AtTimeZone) -> str:
        raise Untranslatable("AT TIME ZONE")

    def _extract(self, node: ast.Extract) -> str:
        if node.unit not in EXTRACTED:
            raise Untranslatable(f"EXTRACT({node.unit} …)")
        return f"date_part('{node.unit.lower()}', {self.text(node.operand)})"

    def _round_to(self, node: ast.RoundTo) -> str:
        if node.kind != "floor" or node.unit not in ROUNDED:
            raise Untranslatable(f"{node.kind.upper()}(… TO {node.unit})")
        return f"date_trunc('{node.unit.lower()}', {self.text(node.operand)})"

    def _subscript(self, node: ast.Subscript) -> str:
        return f"({self.text(node.operand)})[{self.text(node.index)}]"

    # ---- calls

    def _call(self, node: ast.Call) -> str:
        name = node.name.value
        if name in AGGREGATES and not node.over:
            return self._aggregate(node)
        if name not in FUNCTIONS:
            raise Untranslatable(f"the function {name.upper()}")
        if name == "abs" and isinstance(self.type_of(node), Integer):
            return f"CAST(abs(CAST({self.text(node.arguments[0])} AS HUGEINT)) AS {self.type_of(node)})"
        return f"{FUNCTIONS[name]}({self.listed(node.arguments)})"

    def _aggregate(self, node: ast.Call) -> str:
        name = AGGREGATES[node.name.value]
        arguments = self.listed(node.arguments)
        kinds = [self.type_of(a) for a in node.arguments if not isinstance(a, ast.Star)]
        if kinds and isinstance(kinds[0], Float) and name in ("sum", "avg"):
            # Ours are compensated, so that the order of the rows does not matter.
            name = "fsum" if name == "sum" else "favg"
        if kinds and isinstance(kinds[0], Decimal) and name == "avg":
            raise Untranslatable("AVG of DECIMAL is DOUBLE there")
        if kinds and kinds[0] == DAY_INTERVAL and name in ("sum", "avg"):
            raise Untranslatable(f"{name.upper()} of INTERVAL")
        text = f"{name}({'DISTINCT ' if node.distinct else ''}{arguments})"
        if node.filter is not None:
            text += f" FILTER (WHERE {self.text(node.filter)})"
        return text

    # ---- queries

    def _query(self, node: ast.Query) -> str:
        outer = self.context
        self.context = outer.with_common(node.common)
        # ORDER BY sees the columns of FROM, so the SELECT's scope stands until it is written.
        select = node.body if isinstance(node.body, ast.Select) else None
        self._binders.append(self._binder(select))
        try:
            return super()._query(node)
        finally:
            self._binders.pop()
            self.context = outer

    def _binder(self, select: ast.Select | None) -> ExpressionBinder:
        if select is None:
            return ExpressionBinder(Scope(), self.context)
        scope = Scope()
        if select.source is not None:
            _, scope = RelationBinder(self.context, bind_query).bind(select.source)
        aliases = {i.alias.value: i.expression for i in select.items if i.alias is not None}
        return ExpressionBinder(scope, self.context, aggregates=True, aliases=aliases)

    def _common_table(self, node: ast.CommonTable) -> str:
        # A WITH query sees those before it.
        names = list(self.context.common)
        before = {n: self.context.common[n] for n in names[: names.index(node.name.value)]}
        inner = self.context
        self.context = replace(inner, common=before)
        try:
            query = self.text(node.query)
        finally:
            self.context = inner
        columns = f" ({self.listed(node.columns)})" if node.columns else ""
        return f"{self.text(node.name)}{columns} AS ({query})"

    def _select(self, node: ast.Select) -> str:
        self._binders.append(self._binder(node))
        before = self._refusing
        group_by = node.group_by
        window = self._window_of(node)
        self._refusing = window
        try:
            if window and group_by is not None:
                # One bound of a window names it, so the others may be selected too.
                bounds = ("window_start", "window_end", "window_time")
                scope = self._binders[-1].scope
                added = [_column(b) for b in bounds if len(scope.find(b)) == 1]
                node = replace(node, group_by=(*group_by, *(a for a in added if a not in group_by)))
            return super()._select(node)
        finally:
            self._refusing = before
            self._binders.pop()

    def _window_of(self, node: ast.Select) -> bool:
        """Say whether a SELECT groups by the windows that its FROM cuts, and so refuses late rows."""
        source = node.source
        if not isinstance(source, ast.TableFunction):
            return False
        plan = bind_query(ast.Query(node), self.context)
        first = next((n for n in walk(plan) if isinstance(n, Aggregate)), None)
        if first is None or first.window is None:
            return False
        return node.group_by is not None or node.distinct

    def _values(self, node: ast.Values) -> str:
        # The types are those of all rows together, as with us; DuckDB would take literals as INTEGER.
        return super()._values(node)

    def _order_item(self, node: ast.OrderItem) -> str:
        direction = " DESC" if node.descending else ""
        return f"{self.text(node.expression)}{direction} NULLS {'FIRST' if node.nulls_first else 'LAST'}"

    def _table_reference(self, node: ast.TableReference) -> str:
        name = node.name.value
        alias = self._aliased(node.alias)
        if name in self.context.common:
            return _quoted(name) + alias
        entry = self.context.catalog.get(name)
        if isinstance(entry, View):
            return self._view(entry, node)
        if not isinstance(entry, Relation) or entry.kind != "stream":
            raise Untranslatable(f"{name} is kept by the engine")
        if name in self.missing:
            raise Untranslatable(f"{name} {self.missing[name]}")
        return _quoted(name) + alias

    def _view(self, view: View, node: ast.TableReference) -> str:
        inner = self.context
        self.context = replace(inner, common={})
        try:
            query = self.text(parse_query(view.query))
        finally:
            self.context = inner
        if view.columns:
            names = ", ".join(map(_quoted, view.columns))
            query = f"SELECT * FROM ({query}) AS {_quoted(view.name)} ({names})"
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

    def _table_function(self, node: ast.TableFunction) -> str:
        if node.name.value != "tumble":
            raise Untranslatable(f"the table function {node.name.value.upper()}")
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
            selected = f"* EXCLUDE ({_quoted(LATENESS)})"
            source = _quoted(FULL + hidden)
        column = _quoted(time.columns[0].value)
        size = self._microseconds(given["size"])
        offset = self._microseconds(given["offset"]) if "offset" in given else 0
        unit = self._unit(table, time.columns[0])
        start = (
            f"epoch_us({column}) - ((epoch_us({column}) - ({offset})) % {size} + {size}) % {size}"
        )
        where = f" WHERE {start} + {size} > {_quoted(LATENESS)}" if hidden and refusing else ""
        query = (
            f"SELECT {selected}, make_timestamp({start}) AS window_start, "
            f"make_timestamp({start} + {size}) AS window_end, "
            f"make_timestamp({start} + {size} - {unit}) AS window_time FROM {source}{where}"
        )
        alias = node.alias or (ast.Alias(ast.Name(default)) if default else None)
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
    """Say whether DuckDB can hold a stream: it has no ROW with our names, and no number of months."""
    return not any(isinstance(t, Row | Map | MonthInterval) for t in schema.types)


def _arguments(node: ast.TableFunction) -> Mapping[str, ast.Expression]:
    names = ("data", "timecol", "size", "offset")
    given: dict[str, ast.Expression] = {}
    for name, argument in zip(names, node.arguments, strict=False):
        if isinstance(argument, ast.NamedArgument):
            given[argument.name.value] = argument.value
        else:
            given[name] = argument
    return given


def _column(name: str) -> ast.ColumnReference:
    return ast.ColumnReference((ast.Name(name),))


def _interval(constant: Constant) -> str:
    value = constant.value
    if constant.type == DAY_INTERVAL:
        return f"to_microseconds({value.cast('int64').as_py()})"
    return f"to_months({value.as_py()})"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
