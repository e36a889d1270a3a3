"""Writing names, types and expressions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from cep.grammar import ast
from cep.grammar.words import PLURALS, RESERVED, UNITS, words

# How tightly an expression binds; the rules of cep.lark from `expression` down to `value`.
OR, AND, NOT, TEST, COMPARISON, CONCATENATION, SUM, PRODUCT, ZONED, UNARY, VALUE = range(11)

OPERATORS = {
    "or": OR,
    "and": AND,
    **dict.fromkeys(("=", "<>", "<", "<=", ">", ">="), COMPARISON),
    "||": CONCATENATION,
    "+": SUM,
    "-": SUM,
    "*": PRODUCT,
    "/": PRODUCT,
    "%": PRODUCT,
}
LEVELS: dict[type[ast.Expression], int] = {
    ast.Is: TEST,
    ast.IsDistinct: TEST,
    ast.Between: COMPARISON,
    ast.InList: COMPARISON,
    ast.InQuery: COMPARISON,
    ast.Like: COMPARISON,
    ast.AtTimeZone: ZONED,
}

# Words that begin an expression of their own, and so cannot be a column or a function unquoted.
NOT_A_COLUMN = words("ALL BOTH LEADING TRAILING UNBOUNDED")
NOT_SUBSCRIPTED = words("ARRAY MAP")
NOT_A_FUNCTION = words(
    """
    ALL BOTH CAST CUBE DESCRIPTOR EXISTS EXTRACT LEADING POSITION ROLLUP ROW TABLE TRAILING
    TRY_CAST VALUES
    """
)
NOT_A_WINDOW = words("AFTER INITIAL MEASURES PATTERN RANGE ROWS SEEK")
NOT_AFTER_TO = frozenset((*UNITS, *PLURALS))

# What TO would continue: INTERVAL '1' DAY TO HOUR.
_OPEN_INTERVALS = tuple(f"' {unit}" for unit in UNITS)
_PLAIN = re.compile(r"[^\W\d]\w*")


def name_text(value: str, forbidden: frozenset[str] = frozenset()) -> str:
    """Return a name, quoted if it must be; `forbidden` words must be where it stands."""
    upper = value.upper()
    plain = _PLAIN.fullmatch(value) and value == value.lower()
    if plain and upper not in RESERVED and upper not in forbidden:
        return value
    return '"' + value.replace('"', '""') + '"'


def string_text(value: str) -> str:
    """Return a string literal."""
    return "'" + value.replace("'", "''") + "'"


def object_text(name: ast.Name, forbidden: frozenset[str] = frozenset()) -> str:
    """Return the name of a stream, table, view…, which may be dotted as `errors.payments` is."""
    parts = name.value.split(".") if all(name.value.split(".")) else [name.value]
    return ".".join(name_text(part, forbidden) for part in parts)


class Writer:
    """Writes any node by the method that is named after its class."""

    def __init__(self) -> None:
        self._methods: dict[type[ast.Node], Callable[[ast.Node], str]] = {}

    def text(self, node: ast.Node) -> str:
        """Return the canonical SQL of `node`."""
        kind = type(node)
        method = self._methods.get(kind)
        if method is None:
            snake = re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()
            method = self._methods[kind] = getattr(self, f"_{snake}")
        return method(node)

    def listed(self, nodes: Iterable[ast.Node]) -> str:
        """Return nodes with commas between them."""
        return ", ".join(map(self.text, nodes))

    def operand(self, node: ast.Expression, level: int) -> str:
        """Return an expression, in parentheses if it binds less tightly than `level`."""
        text = self.text(node)
        return text if _level(node) >= level else f"({text})"


class ExpressionWriter(Writer):
    """Writes names, types and expressions."""

    # ---- names and types

    def _name(self, node: ast.Name) -> str:
        return name_text(node.value)

    def _type_name(self, node: ast.TypeName) -> str:
        if node.fields:
            pairs = zip(node.fields, node.arguments, strict=True)
            fields = ", ".join(f"{self.text(name)} {self.text(kind)}" for name, kind in pairs)
            return f"{node.name}<{fields}>"
        if node.arguments:
            return f"{node.name}<{self.listed(node.arguments)}>"
        if node.parameters:
            return f"{node.name}({', '.join(map(str, node.parameters))})"
        return node.name

    def _column_reference(self, node: ast.ColumnReference) -> str:
        first, *rest = node.parts
        return ".".join([name_text(first.value, NOT_A_COLUMN), *map(self.text, rest)])

    def _star(self, node: ast.Star) -> str:
        return f"{object_text(node.qualifier)}.*" if node.qualifier else "*"

    # ---- literals

    def _null_literal(self, node: ast.NullLiteral) -> str:
        return "NULL"

    def _boolean_literal(self, node: ast.BooleanLiteral) -> str:
        return "TRUE" if node.value else "FALSE"

    def _number_literal(self, node: ast.NumberLiteral) -> str:
        return node.text

    def _string_literal(self, node: ast.StringLiteral) -> str:
        return string_text(node.value)

    def _bytes_literal(self, node: ast.BytesLiteral) -> str:
        return f"X'{node.value}'"

    def _typed_literal(self, node: ast.TypedLiteral) -> str:
        return f"{node.kind} {string_text(node.value)}"

    def _interval_literal(self, node: ast.IntervalLiteral) -> str:
        sign = "-" if node.negative else ""
        to = f" TO {node.to}" if node.to else ""
        return f"INTERVAL {sign}{string_text(node.value)} {node.unit}{to}"

    def _parameter(self, node: ast.Parameter) -> str:
        return f":{node.key}" if isinstance(node.key, str) else "?"

    def _array_literal(self, node: ast.ArrayLiteral) -> str:
        return f"ARRAY[{self.listed(node.items)}]"

    def _map_literal(self, node: ast.MapLiteral) -> str:
        return f"MAP[{self.listed(node.items)}]"

    def _row_literal(self, node: ast.RowLiteral) -> str:
        return f"{'' if len(node.items) > 1 else 'ROW'}({self.listed(node.items)})"

    # ---- operators

    def _unary(self, node: ast.Unary) -> str:
        if node.operator == "not":
            return f"NOT {self.operand(node.operand, NOT)}"
        operand = self.operand(node.operand, UNARY)
        # Two signs in a row might begin a comment.
        return f"{node.operator}({operand})" if operand[0] in "+-" else node.operator + operand

    def _binary(self, node: ast.Binary) -> str:
        level = OPERATORS[node.operator]
        left = self.operand(node.left, CONCATENATION if level == COMPARISON else level)
        right = self.operand(node.right, level + 1)
        return f"{left} {node.operator.upper()} {right}"

    def _is(self, node: ast.Is) -> str:
        return f"{self.operand(node.operand, TEST)} IS {_not(node.negated)}{node.what.upper()}"

    def _is_distinct(self, node: ast.IsDistinct) -> str:
        left = self.operand(node.left, TEST)
        right = self.operand(node.right, CONCATENATION)
        return f"{left} IS {_not(node.negated)}DISTINCT FROM {right}"

    def _between(self, node: ast.Between) -> str:
        operand, low, high = (
            self.operand(part, CONCATENATION) for part in (node.operand, node.low, node.high)
        )
        return f"{operand} {_not(node.negated)}BETWEEN {low} AND {high}"

    def _in_list(self, node: ast.InList) -> str:
        operand = self.operand(node.operand, CONCATENATION)
        return f"{operand} {_not(node.negated)}IN ({self.listed(node.items)})"

    def _in_query(self, node: ast.InQuery) -> str:
        operand = self.operand(node.operand, CONCATENATION)
        return f"{operand} {_not(node.negated)}IN ({self.text(node.query)})"

    def _like(self, node: ast.Like) -> str:
        operand = self.operand(node.operand, CONCATENATION)
        word = {"similar": "SIMILAR TO"}.get(node.kind, node.kind.upper())
        pattern = self.operand(node.pattern, CONCATENATION)
        escape = f" ESCAPE {self.operand(node.escape, CONCATENATION)}" if node.escape else ""
        return f"{operand} {_not(node.negated)}{word} {pattern}{escape}"

    def _at_time_zone(self, node: ast.AtTimeZone) -> str:
        zone = self.operand(node.zone, UNARY)
        return f"{self.operand(node.operand, ZONED)} AT TIME ZONE {zone}"

    # ---- other values

    def _exists(self, node: ast.Exists) -> str:
        return f"EXISTS ({self.text(node.query)})"

    def _scalar_query(self, node: ast.ScalarQuery) -> str:
        return f"({self.text(node.query)})"

    def _case(self, node: ast.Case) -> str:
        operand = f" {self.text(node.operand)}" if node.operand else ""
        branches = " ".join(map(self.text, node.branches))
        otherwise = f" ELSE {self.text(node.otherwise)}" if node.otherwise else ""
        return f"CASE{operand} {branches}{otherwise} END"

    def _when(self, node: ast.When) -> str:
        return f"WHEN {self.text(node.condition)} THEN {self.text(node.result)}"

    def _cast(self, node: ast.Cast) -> str:
        word = "TRY_CAST" if node.safe else "CAST"
        return f"{word}({self.text(node.operand)} AS {self.text(node.type)})"

    def _extract(self, node: ast.Extract) -> str:
        return f"EXTRACT({node.unit} FROM {self.text(node.operand)})"

    def _round_to(self, node: ast.RoundTo) -> str:
        operand = self.text(node.operand)
        if operand.endswith(_OPEN_INTERVALS):
            operand = f"({operand})"
        return f"{node.kind.upper()}({operand} TO {node.unit})"

    def _subscript(self, node: ast.Subscript) -> str:
        operand = self.operand(node.operand, VALUE)
        if operand.upper() in NOT_SUBSCRIPTED:
            operand = f'"{operand}"'
        return f"{operand}[{self.text(node.index)}]"

    def _field_access(self, node: ast.FieldAccess) -> str:
        # After a bare column or number the dot would be read as part of it.
        bare = isinstance(node.operand, ast.ColumnReference | ast.NumberLiteral)
        operand = self.operand(node.operand, VALUE + 1 if bare else VALUE)
        return f"{operand}.{self.text(node.field)}"

    # ---- calls

    def _call(self, node: ast.Call) -> str:
        parts = [self._called(node)]
        if node.within_group:
            parts.append(f"WITHIN GROUP (ORDER BY {self.listed(node.within_group)})")
        if node.filter:
            parts.append(f"FILTER (WHERE {self.text(node.filter)})")
        if node.ignore_nulls:
            parts.append("IGNORE NULLS")
        if node.over:
            parts.append(f"OVER {self.text(node.over)}")
        return " ".join(parts)

    def _measure_reference(self, node: ast.MeasureReference) -> str:
        return f"{name_text(node.name.value, NOT_A_COLUMN)} OVER {self.text(node.over)}"

    def _called(self, node: ast.Call) -> str:
        if _is_position(node):
            part, whole = (self.operand(value, CONCATENATION) for value in node.arguments)
            return f"position({part}, {whole})"
        arguments = self.listed(node.arguments)
        if node.distinct:
            arguments = f"DISTINCT {arguments}"
        if node.order_by:
            arguments += f" ORDER BY {self.listed(node.order_by)}"
        return f"{name_text(node.name.value, NOT_A_FUNCTION)}({arguments})"

    def _named_argument(self, node: ast.NamedArgument) -> str:
        return f"{self.text(node.name)} => {self.text(node.value)}"

    def _descriptor(self, node: ast.Descriptor) -> str:
        return f"DESCRIPTOR({self.listed(node.columns)})"

    def _table_argument(self, node: ast.TableArgument) -> str:
        text = f"TABLE {self.text(node.table)}"
        if node.partition_by:
            text += f" PARTITION BY {self._one_or_row(node.partition_by)}"
        if node.order_by:
            text += f" ORDER BY {self._one_or_row(node.order_by)}"
        return text

    def _one_or_row(self, nodes: tuple[ast.Node, ...]) -> str:
        return self.text(nodes[0]) if len(nodes) == 1 else f"({self.listed(nodes)})"

    def _order_item(self, node: ast.OrderItem) -> str:
        text = self.text(node.expression)
        if node.descending:
            text += " DESC"
        if node.nulls_first is not None:
            text += " NULLS FIRST" if node.nulls_first else " NULLS LAST"
        return text


def _level(node: ast.Expression) -> int:
    if isinstance(node, ast.Binary):
        return OPERATORS[node.operator]
    if isinstance(node, ast.Unary):
        return NOT if node.operator == "not" else UNARY
    return LEVELS.get(type(node), VALUE)


def _is_position(node: ast.Call) -> bool:
    """Say whether a call is one that POSITION, which is a word of its own, allows."""
    special = (ast.Star, ast.NamedArgument)
    return (
        len(node.arguments) == 2
        and not any(isinstance(argument, special) for argument in node.arguments)
        and node == ast.Call(ast.Name("position"), node.arguments)
    )


def _not(negated: bool) -> str:
    return "NOT " if negated else ""
