"""The rules of calls."""

from __future__ import annotations

from lark import Token

from cep.errors import Span
from cep.grammar import ast
from cep.grammar.build_expressions import ExpressionRules, Flag, token_span


class CallRules(ExpressionRules):
    """What the rules of calls make; `_extract` belongs to the rule `extract`."""

    # ---- calls

    def _call(
        self,
        span: Span,
        function: ast.Name | Token,
        arguments: tuple[bool, tuple[ast.Expression, ...], tuple[ast.OrderItem, ...]],
        within_group: tuple[ast.OrderItem, ...] | None,
        condition: ast.Expression | None,
        ignore_nulls: bool,
        over: ast.WindowSpecification | ast.Name | None,
    ) -> ast.Call:
        distinct, values, order_by = arguments
        return ast.Call(
            _function_name(function),
            values,
            distinct=distinct,
            order_by=order_by,
            within_group=within_group or (),
            filter=condition,
            ignore_nulls=ignore_nulls,
            over=over,
            span=span,
        )

    def _measure_reference(
        self, span: Span, name: ast.Name, over: ast.WindowSpecification | ast.Name
    ) -> ast.MeasureReference:
        return ast.MeasureReference(name, over, span=span)

    def _call_arguments(
        self,
        span: Span,
        quantifier: Flag,
        arguments: tuple[ast.Expression, ...] | None,
        order_by: tuple[ast.OrderItem, ...] | None,
    ) -> tuple[bool, tuple[ast.Expression, ...], tuple[ast.OrderItem, ...]]:
        distinct = quantifier is not None and quantifier.upper() == "DISTINCT"
        return distinct, arguments or (), order_by or ()

    def _arguments(self, span: Span, *arguments: ast.Expression) -> tuple[ast.Expression, ...]:
        return arguments

    def _named_argument(
        self, span: Span, name: ast.Name, value: ast.Expression
    ) -> ast.NamedArgument:
        return ast.NamedArgument(name, value, span=span)

    def _star(self, span: Span, *parts: ast.Name | Token | None) -> ast.Star:
        names = [part for part in parts if isinstance(part, ast.Name)]
        if not names:
            return ast.Star(span=span)
        return ast.Star(self._object_name(names[0].span.to(names[-1].span), *names), span=span)

    def _descriptor(self, span: Span, columns: tuple[ast.Name, ...]) -> ast.Descriptor:
        return ast.Descriptor(columns, span=span)

    def _table_argument(
        self,
        span: Span,
        table: ast.Relation,
        partition: ast.Expression | None,
        order: ast.OrderItem | None,
    ) -> ast.TableArgument:
        return ast.TableArgument(table, _listed(partition), _listed_order(order), span=span)

    def _named_table(self, span: Span, name: ast.Name) -> ast.TableReference:
        return ast.TableReference(name, span=span)

    def _query_table(self, span: Span, query: ast.Query) -> ast.DerivedTable:
        return ast.DerivedTable(query, span=span)

    def _ordering(self, span: Span, *items: ast.OrderItem) -> tuple[ast.OrderItem, ...]:
        return items

    def _null_treatment(self, span: Span, word: Flag) -> bool:
        return word is not None and word.upper() == "IGNORE"

    # ---- calls with words between their arguments

    def _extract(self, span: Span, unit: str, operand: ast.Expression) -> ast.Extract:
        return ast.Extract(unit, operand, span=span)

    def _round_to(self, span: Span, word: Token, operand: ast.Expression, unit: str) -> ast.RoundTo:
        kind = "floor" if word.upper() == "FLOOR" else "ceil"
        return ast.RoundTo(kind, operand, unit, span=span)

    def _position(self, span: Span, part: ast.Expression, whole: ast.Expression) -> ast.Call:
        return _call("position", span, part, whole)

    def _trim(
        self,
        span: Span,
        side: Flag,
        characters: ast.Expression | None,
        operand: ast.Expression,
    ) -> ast.Call:
        name = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get((side or "").upper(), "btrim")
        return _call(name, span, operand, characters)

    def _substring(
        self,
        span: Span,
        operand: ast.Expression,
        start: ast.Expression,
        length: ast.Expression | None,
    ) -> ast.Call:
        return _call("substring", span, operand, start, length)

    def _overlay(
        self,
        span: Span,
        operand: ast.Expression,
        replacement: ast.Expression,
        start: ast.Expression,
        length: ast.Expression | None,
    ) -> ast.Call:
        return _call("overlay", span, operand, replacement, start, length)


def _call(name: str, span: Span, *arguments: ast.Expression | None) -> ast.Call:
    """Make the plain call that a special spelling stands for; the name lies at its start."""
    place = Span(span.start, span.start)
    given = tuple(argument for argument in arguments if argument is not None)
    return ast.Call(ast.Name(name, span=place), given, span=span)


def _function_name(name: ast.Name | Token) -> ast.Name:
    if isinstance(name, ast.Name):
        return name
    return ast.Name(name.lower(), span=token_span(name))


def _listed(expression: ast.Expression | None) -> tuple[ast.Expression, ...]:
    """Read `(a, b)` as a list where the grammar sees a row."""
    if expression is None:
        return ()
    return expression.items if isinstance(expression, ast.RowLiteral) else (expression,)


def _listed_order(item: ast.OrderItem | None) -> tuple[ast.OrderItem, ...]:
    if item is None:
        return ()
    return tuple(
        ast.OrderItem(expression, item.descending, item.nulls_first, span=expression.span)
        for expression in _listed(item.expression)
    )
