"""Our expressions as DuckDB's."""

from __future__ import annotations

from cep.grammar import ast
from cep.grammar.unparse_expressions import string_text
from cep.grammar.unparse_statements import StatementWriter
from cep.planner.binder import literals
from cep.planner.binder.context import Context
from cep.planner.binder.expressions import ExpressionBinder
from cep.planner.binder.types import bind_type
from cep.planner.expressions import Constant
from cep.testing.duckdb_aggregates import NAMES, AggregateWriter, Untranslatable
from cep.testing.duckdb_over import OverWriter
from cep.types import (
    DATE,
    DAY_INTERVAL,
    DataType,
    Decimal,
    Float,
    Integer,
    Null,
    Timestamp,
    TimestampLtz,
    Varchar,
    is_instant,
)

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


class DuckDbExpressions(StatementWriter):
    """Writes expressions for DuckDB; `scopes` are those of the SELECTs around one."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.scopes: list[ExpressionBinder] = []

    def type_of(self, node: ast.Expression) -> DataType:
        """Return the type that an expression has with us."""
        return self.scopes[-1].bind(node).type

    def operand(self, node: ast.Expression, level: int) -> str:
        # The two languages differ in what binds tighter, so nothing is left to that.
        return f"({self.text(node)})"

    # ---- names: all of them quoted, as the reserved words differ

    def _name(self, node: ast.Name) -> str:
        return quoted(node.value)

    def _column_reference(self, node: ast.ColumnReference) -> str:
        first = node.parts[0].value
        if len(node.parts) == 1 and first in (
            "current_timestamp",
            "current_date",
            "localtimestamp",
        ):
            raise Untranslatable("it reads the clock")
        return ".".join(quoted(p.value) for p in node.parts)

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
        read = isinstance(target, Integer | Varchar | Timestamp | Decimal) or target == DATE
        if isinstance(source, Varchar) and not read:
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
            return f"CAST({self._as(node, operator, 'HUGEINT')} AS {result})"
        if isinstance(result, Decimal) and node.operator in ("/", "%"):
            raise Untranslatable("the quotient of DECIMALs has other digits there")
        if isinstance(result, Decimal) and result.precision == 38:
            raise Untranslatable("a DECIMAL of 38 digits gives up others there")
        if DATE in (left, right):
            raise Untranslatable("arithmetic with DATE has other types there")
        if isinstance(result, Float) and result.bits == 64 and not is_instant(left):
            return self._as(node, node.operator, "DOUBLE")
        if result == DAY_INTERVAL and node.operator in ("/", "*"):
            raise Untranslatable("a part of an INTERVAL")
        return super()._binary(node)

    def _as(self, node: ast.Binary, operator: str, kind: str) -> str:
        left, right = self.text(node.left), self.text(node.right)
        return f"CAST({left} AS {kind}) {operator} CAST({right} AS {kind})"

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
        if node.over is not None:
            writer = AggregateWriter(self.text, self.type_of)
            return OverWriter(writer, self.scopes[-1]).call(node)
        if name in NAMES:
            return AggregateWriter(self.text, self.type_of).call(node)
        if name not in FUNCTIONS:
            raise Untranslatable(f"the function {name.upper()}")
        result = self.type_of(node)
        if name == "abs" and isinstance(result, Integer):
            return f"CAST(abs(CAST({self.text(node.arguments[0])} AS HUGEINT)) AS {result})"
        return f"{FUNCTIONS[name]}({self.listed(node.arguments)})"


def _interval(constant: Constant) -> str:
    value = constant.value
    if constant.type == DAY_INTERVAL:
        return f"to_microseconds({value.cast('int64').as_py()})"
    return f"to_months({value.as_py()})"


def quoted(name: str) -> str:
    """Return a name in quotes."""
    return '"' + name.replace('"', '""') + '"'
