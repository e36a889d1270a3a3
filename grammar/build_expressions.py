"""The rules of expressions and types."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from lark import Token

from cep.errors import ParseError, Span
from cep.grammar import ast
from cep.grammar.words import UNITS, unit

LONG_CHAIN = 50
"""Longer chains of AND or OR become balanced trees, so that generated conditions stay shallow."""

EXTRACTED = (
    "EPOCH",
    "MILLENNIUM",
    "CENTURY",
    "DECADE",
    "ISOYEAR",
    "DOY",
    "DOW",
    "ISODOW",
)
"""What EXTRACT and FLOOR know besides the units of intervals."""

MAX_TYPE_PARAMETER = 999_999_999

Flag = Token | None
"""A word that may be missing."""


def token_span(token: Token) -> Span:
    """Return the place of a token that the lexer made."""
    assert token.start_pos is not None
    assert token.end_pos is not None
    return Span(token.start_pos, token.end_pos)


class ExpressionRules:
    """What the rules of expressions and types make; `_select` belongs to the rule `select`."""

    def __init__(self) -> None:
        self._parameters = 0

    # ---- names and lists

    def _names(self, span: Span, *names: ast.Name) -> tuple[ast.Name, ...]:
        return names

    def _object_name(self, span: Span, *parts: ast.Name) -> ast.Name:
        return ast.Name(".".join(part.value for part in parts), span=span)

    def _expressions(self, span: Span, *items: ast.Expression) -> tuple[ast.Expression, ...]:
        return items

    def _column(self, span: Span, *parts: ast.Name) -> ast.ColumnReference:
        return ast.ColumnReference(parts, span=span)

    # ---- operators

    def _disjunction(self, span: Span, *operands: ast.Expression) -> ast.Expression:
        return _chain("or", operands)

    def _conjunction(self, span: Span, *operands: ast.Expression) -> ast.Expression:
        return _chain("and", operands)

    def _not_(self, span: Span, operand: ast.Expression) -> ast.Unary:
        return ast.Unary("not", operand, span=span)

    def _signed(self, span: Span, sign: Token, operand: ast.Expression) -> ast.Unary:
        return ast.Unary(str(sign), operand, span=span)

    def _binary(
        self, span: Span, left: ast.Expression, operator: Token, right: ast.Expression
    ) -> ast.Binary:
        spelling = "<>" if operator == "!=" else str(operator)
        return ast.Binary(spelling, left, right, span=span)

    def _is_test(self, span: Span, operand: ast.Expression, negated: Flag, what: Token) -> ast.Is:
        return ast.Is(operand, what.lower(), negated is not None, span=span)

    def _is_distinct(
        self, span: Span, left: ast.Expression, negated: Flag, right: ast.Expression
    ) -> ast.IsDistinct:
        return ast.IsDistinct(left, right, negated is not None, span=span)

    def _between(
        self,
        span: Span,
        operand: ast.Expression,
        negated: Flag,
        low: ast.Expression,
        high: ast.Expression,
    ) -> ast.Between:
        return ast.Between(operand, low, high, negated is not None, span=span)

    def _in_list(
        self, span: Span, operand: ast.Expression, negated: Flag, items: tuple[ast.Expression, ...]
    ) -> ast.InList:
        return ast.InList(operand, items, negated is not None, span=span)

    def _in_query(
        self, span: Span, operand: ast.Expression, negated: Flag, query: ast.Query
    ) -> ast.InQuery:
        return ast.InQuery(operand, query, negated is not None, span=span)

    def _like(
        self,
        span: Span,
        operand: ast.Expression,
        negated: Flag,
        kind: Token,
        pattern: ast.Expression,
        escape: ast.Expression | None,
    ) -> ast.Like:
        return ast.Like(operand, pattern, escape, kind.lower(), negated is not None, span=span)

    def _at_time_zone(
        self, span: Span, operand: ast.Expression, zone: ast.Expression
    ) -> ast.AtTimeZone:
        return ast.AtTimeZone(operand, zone, span=span)

    # ---- literals

    def _null(self, span: Span) -> ast.NullLiteral:
        return ast.NullLiteral(span=span)

    def _boolean(self, span: Span, word: Token) -> ast.BooleanLiteral:
        return ast.BooleanLiteral(word.upper() == "TRUE", span=span)

    def _typed_literal(self, span: Span, kind: Token, text: ast.StringLiteral) -> ast.TypedLiteral:
        return ast.TypedLiteral(kind.upper(), text.value, span=span)

    def _interval(
        self, span: Span, sign: Flag, text: ast.StringLiteral, unit: str, _to: Flag, to: str | None
    ) -> ast.IntervalLiteral:
        return ast.IntervalLiteral(text.value, unit, to, sign == "-", span=span)

    def _unit(self, span: Span, name: ast.Name) -> str:
        if found := unit(name.value):
            return found
        if (word := name.value.upper()) in EXTRACTED:
            return word
        close = difflib.get_close_matches(word, [*UNITS, *EXTRACTED], n=1, cutoff=0.6)
        hint = f"did you mean {close[0]}?" if close else "units are YEAR, MONTH, DAY, HOUR, …"
        raise ParseError(f"{word} is not a unit of time", span=span, hint=hint)

    def _parameter(self, span: Span, sign: Token) -> ast.Parameter:
        if sign != "?":
            return ast.Parameter(str(sign[1:]), span=span)
        self._parameters += 1
        return ast.Parameter(self._parameters - 1, span=span)

    def _row(
        self, span: Span, first: ast.Expression, rest: tuple[ast.Expression, ...]
    ) -> ast.RowLiteral:
        return ast.RowLiteral((first, *rest), span=span)

    def _row_constructor(
        self, span: Span, items: tuple[ast.Expression, ...] | None
    ) -> ast.RowLiteral:
        return ast.RowLiteral(items or (), span=span)

    def _array(self, span: Span, items: tuple[ast.Expression, ...] | None) -> ast.ArrayLiteral:
        return ast.ArrayLiteral(items or (), span=span)

    def _map(self, span: Span, items: tuple[ast.Expression, ...] | None) -> ast.MapLiteral:
        return ast.MapLiteral(items or (), span=span)

    # ---- other values

    def _scalar_query(self, span: Span, query: ast.Query) -> ast.ScalarQuery:
        return ast.ScalarQuery(query, span=span)

    def _exists(self, span: Span, query: ast.Query) -> ast.Exists:
        return ast.Exists(query, span=span)

    def _subscript(
        self, span: Span, operand: ast.Expression, index: ast.Expression
    ) -> ast.Subscript:
        return ast.Subscript(operand, index, span=span)

    def _field_access(self, span: Span, operand: ast.Expression, name: ast.Name) -> ast.FieldAccess:
        return ast.FieldAccess(operand, name, span=span)

    def _cast(self, span: Span, operand: ast.Expression, target: ast.TypeName) -> ast.Cast:
        return ast.Cast(operand, target, span=span)

    def _cast_call(
        self, span: Span, word: Token, operand: ast.Expression, target: ast.TypeName
    ) -> ast.Cast:
        return ast.Cast(operand, target, word.upper() == "TRY_CAST", span=span)

    def _case(
        self,
        span: Span,
        operand: ast.Expression | None,
        branches: tuple[ast.When, ...],
        otherwise: ast.Expression | None,
    ) -> ast.Case:
        return ast.Case(operand, branches, otherwise, span=span)

    def _whens(self, span: Span, *branches: ast.When) -> tuple[ast.When, ...]:
        return branches

    def _when(self, span: Span, condition: ast.Expression, result: ast.Expression) -> ast.When:
        return ast.When(condition, result, span=span)

    # ---- types

    def _named_type(
        self, span: Span, name: ast.Name | Token, *parameters: ast.NumberLiteral | None
    ) -> ast.TypeName:
        text = name.value if isinstance(name, ast.Name) else str(name)
        return ast.TypeName(text.upper(), _numbers(parameters), span=span)

    def _double_precision(self, span: Span) -> ast.TypeName:
        return ast.TypeName("DOUBLE", span=span)

    def _timestamp_ltz(self, span: Span, *parameters: ast.NumberLiteral | None) -> ast.TypeName:
        return ast.TypeName("TIMESTAMP_LTZ", _numbers(parameters), span=span)

    def _interval_type(self, span: Span, unit: str, _to: Flag, to: str | None) -> ast.TypeName:
        return ast.TypeName(f"INTERVAL {unit}" + (f" TO {to}" if to else ""), span=span)

    def _array_type(self, span: Span, item: ast.TypeName) -> ast.TypeName:
        return ast.TypeName("ARRAY", arguments=(item,), span=span)

    def _map_type(self, span: Span, key: ast.TypeName, value: ast.TypeName) -> ast.TypeName:
        return ast.TypeName("MAP", arguments=(key, value), span=span)

    def _row_type(self, span: Span, *fields: tuple[ast.Name, ast.TypeName]) -> ast.TypeName:
        names, types = zip(*fields, strict=True)
        return ast.TypeName("ROW", arguments=types, fields=names, span=span)

    def _field(
        self, span: Span, name: ast.Name, target: ast.TypeName
    ) -> tuple[ast.Name, ast.TypeName]:
        return name, target


def _chain(operator: str, operands: Sequence[ast.Expression]) -> ast.Expression:
    """Put operands together from the left, or in halves where there are many."""
    if len(operands) > LONG_CHAIN:
        return _balanced(operator, operands)
    whole = operands[0]
    for operand in operands[1:]:
        whole = ast.Binary(operator, whole, operand, span=whole.span.to(operand.span))
    return whole


def _balanced(operator: str, operands: Sequence[ast.Expression]) -> ast.Expression:
    if len(operands) == 1:
        return operands[0]
    half = (len(operands) + 1) // 2
    left = _balanced(operator, operands[:half])
    right = _balanced(operator, operands[half:])
    return ast.Binary(operator, left, right, span=left.span.to(right.span))


def _numbers(parameters: Sequence[ast.NumberLiteral | None]) -> tuple[int, ...]:
    return tuple(_number(parameter) for parameter in parameters if parameter is not None)


def _number(literal: ast.NumberLiteral) -> int:
    if not literal.text.isdecimal() or len(literal.text) > len(str(MAX_TYPE_PARAMETER)):
        raise ParseError("a type takes small whole numbers", span=literal.span)
    return int(literal.text)
