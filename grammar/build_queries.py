"""The rules of queries and relations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lark import Token

from cep.errors import ParseError, Span
from cep.grammar import ast

Flag = Token | None
Clause = tuple[str, str, Any]
"""A clause whose place is free: what it is called in an error, the field it fills, its value."""


def merged(span: Span, clauses: tuple[tuple[Span, Clause], ...]) -> dict[str, Any]:
    """Return what clauses set, by field; refuse one that is written twice."""
    fields: dict[str, Any] = {}
    for place, (title, field, value) in clauses:
        if field in fields:
            raise ParseError(f"{title} is written twice", span=place)
        fields[field] = value
    return fields


class QueryRules:
    """What the rules of queries and relations make; `_select` belongs to the rule `select`."""

    # ---- the outermost query

    def _full_query(self, span: Span, query: ast.Query, *clauses: tuple[Span, Clause]) -> ast.Query:
        query = replace(query, span=span)
        return replace(query, **merged(span, clauses)) if clauses else query

    def _emit_watermark(self, span: Span) -> tuple[Span, Clause]:
        return span, ("EMIT", "emit", ast.Emit("watermark", span=span))

    def _emit_stream(self, span: Span, delay: ast.Expression | None) -> tuple[Span, Clause]:
        return span, ("EMIT", "emit", ast.Emit("stream", delay, span=span))

    def _late_rows(self, span: Span, kind: Token) -> tuple[Span, Clause]:
        return span, ("LATE ROWS", "late", ast.LateRows(kind.lower(), span=span))

    def _late_rows_corrected(
        self, span: Span, kind: Token, within: ast.Expression
    ) -> tuple[Span, Clause]:
        return span, ("LATE ROWS", "late", ast.LateRows(kind.lower(), within, span=span))

    def _late_rows_routed(self, span: Span, kind: Token, target: ast.Name) -> tuple[Span, Clause]:
        late = ast.LateRows(kind.lower(), target=target, span=span)
        return span, ("LATE ROWS", "late", late)

    def _on_error_stop(self, span: Span) -> tuple[Span, Clause]:
        return span, ("ON ERROR STOP", "on_error_stop", True)

    def _query_options(self, span: Span, *options: ast.Option) -> tuple[Span, Clause]:
        return span, ("WITH", "options", options)

    # ---- queries

    def _query(
        self,
        span: Span,
        common: tuple[ast.CommonTable, ...] | None,
        body: ast.QueryBody,
        order_by: tuple[ast.OrderItem, ...],
        limit: ast.Expression | None,
        offset: ast.Expression | None,
    ) -> ast.Query:
        if isinstance(body, ast.Nested) and not (common or order_by or limit or offset):
            return replace(body.query, span=span)
        return ast.Query(body, common or (), order_by, limit, offset, span=span)

    def _with_clause(self, span: Span, *tables: ast.CommonTable) -> tuple[ast.CommonTable, ...]:
        return tables

    def _common_table(
        self, span: Span, name: ast.Name, columns: tuple[ast.Name, ...] | None, query: ast.Query
    ) -> ast.CommonTable:
        return ast.CommonTable(name, columns or (), query, span=span)

    def _nested(self, span: Span, query: ast.Query) -> ast.QueryBody:
        if query == ast.Query(query.body):
            return query.body
        return ast.Nested(query, span=span)

    def _set_operation(
        self,
        span: Span,
        left: ast.QueryBody,
        kind: Token,
        quantifier: Flag,
        right: ast.QueryBody,
    ) -> ast.SetOperation:
        every = quantifier is not None and quantifier.upper() == "ALL"
        return ast.SetOperation(kind.lower(), every, left, right, span=span)

    def _select(
        self,
        span: Span,
        quantifier: Flag,
        items: tuple[ast.SelectItem, ...],
        source: ast.Relation | None,
        where: ast.Expression | None,
        group_by: tuple[ast.Expression | ast.GroupingSets, ...] | None,
        having: ast.Expression | None,
        windows: tuple[ast.NamedWindow, ...],
        qualify: ast.Expression | None,
    ) -> ast.Select:
        return ast.Select(
            items,
            source,
            distinct=quantifier is not None and quantifier.upper() == "DISTINCT",
            where=where,
            group_by=group_by,
            having=having,
            windows=windows,
            qualify=qualify,
            span=span,
        )

    def _select_items(self, span: Span, *items: ast.SelectItem) -> tuple[ast.SelectItem, ...]:
        return items

    def _item(
        self, span: Span, expression: ast.Expression, alias: ast.Name | None
    ) -> ast.SelectItem:
        return ast.SelectItem(expression, alias, span=span)

    def _star_item(self, span: Span, star: ast.Star) -> ast.SelectItem:
        return ast.SelectItem(star, span=span)

    def _values(self, span: Span, *rows: tuple[ast.Expression, ...]) -> ast.Values:
        return ast.Values(rows, span=span)

    def _values_row(
        self, span: Span, items: tuple[ast.Expression, ...]
    ) -> tuple[ast.Expression, ...]:
        return items

    def _grouping_items(
        self, span: Span, *items: ast.Expression | ast.GroupingSets
    ) -> tuple[ast.Expression | ast.GroupingSets, ...]:
        return items

    def _grouping_sets(
        self, span: Span, word: Token, *sets: tuple[ast.Expression, ...]
    ) -> ast.GroupingSets:
        kind = "grouping sets" if word.upper() == "SETS" else word.lower()
        return ast.GroupingSets(kind, sets, span=span)

    def _grouping_set(
        self, span: Span, expression: ast.Expression | None = None
    ) -> tuple[ast.Expression, ...]:
        if expression is None:
            return ()
        return expression.items if isinstance(expression, ast.RowLiteral) else (expression,)

    def _order_by(self, span: Span, *items: ast.OrderItem) -> tuple[ast.OrderItem, ...]:
        return items

    def _order_item(
        self, span: Span, expression: ast.Expression, direction: Flag, nulls: Flag
    ) -> ast.OrderItem:
        descending = direction is not None and direction.upper() == "DESC"
        nulls_first = None if nulls is None else nulls.upper() == "FIRST"
        return ast.OrderItem(expression, descending, nulls_first, span=span)

    # ---- windows of OVER

    def _windows(self, span: Span, *windows: ast.NamedWindow) -> tuple[ast.NamedWindow, ...]:
        return windows

    def _named_window(
        self, span: Span, name: ast.Name, window: ast.WindowSpecification
    ) -> ast.NamedWindow:
        return ast.NamedWindow(name, window, span=span)

    def _window_specification(
        self,
        span: Span,
        base: ast.Name | None,
        partition_by: tuple[ast.Expression, ...] | None,
        order_by: tuple[ast.OrderItem, ...],
        measures: tuple[ast.Measure, ...],
        frame: ast.Frame | None,
        row_pattern: ast.RowPattern | None,
    ) -> ast.WindowSpecification:
        if measures and row_pattern is None:
            raise ParseError(
                "MEASURES need a PATTERN",
                span=measures[0].span.to(measures[-1].span),
                hint="write MEASURES … ROWS BETWEEN CURRENT ROW AND … PATTERN (…) DEFINE …",
            )
        if measures and row_pattern is not None:
            place = measures[0].span.to(row_pattern.span)
            row_pattern = replace(row_pattern, measures=measures, span=place)
        return ast.WindowSpecification(
            base, partition_by or (), order_by, frame, row_pattern, span=span
        )

    def _frame(
        self,
        span: Span,
        unit: Flag,
        bounds: tuple[ast.FrameBound, ast.FrameBound | None] | None,
    ) -> ast.Frame | None:
        if unit is None or bounds is None:
            return None
        return ast.Frame(unit.lower(), *bounds, span=span)

    def _frame_extent(
        self, span: Span, start: ast.FrameBound, end: ast.FrameBound | None = None
    ) -> tuple[ast.FrameBound, ast.FrameBound | None]:
        return start, end

    def _frame_bound(
        self, span: Span, first: ast.Expression | Token, second: Token | None = None
    ) -> ast.FrameBound:
        if isinstance(first, ast.Expression):
            assert second is not None
            return ast.FrameBound(second.lower(), first, span=span)
        if second is None:
            return ast.FrameBound("current row", span=span)
        return ast.FrameBound(f"unbounded {second.lower()}", span=span)

    # ---- relations

    def _table_reference(
        self, span: Span, name: ast.Name, as_of: ast.Expression | None, alias: ast.Alias | None
    ) -> ast.TableReference:
        return ast.TableReference(name, alias, as_of, span=span)

    def _derived_table(
        self, span: Span, query: ast.Query, alias: ast.Alias | None
    ) -> ast.DerivedTable:
        return ast.DerivedTable(query, alias, span=span)

    def _table_function_call(
        self, span: Span, name: ast.Name, arguments: tuple[ast.Expression, ...] | None
    ) -> tuple[ast.Name, tuple[ast.Expression, ...]]:
        return name, arguments or ()

    def _table_function(
        self,
        span: Span,
        call: tuple[ast.Name, tuple[ast.Expression, ...]],
        alias: ast.Alias | None,
    ) -> ast.TableFunction:
        return ast.TableFunction(*call, alias, span=span)

    def _alias(self, span: Span, name: ast.Name, columns: tuple[ast.Name, ...] | None) -> ast.Alias:
        return ast.Alias(name, columns or (), span=span)

    def _comma_join(self, span: Span, left: ast.Relation, right: ast.Relation) -> ast.Join:
        return ast.Join("cross", left, right, span=span)

    def _cross_join(self, span: Span, left: ast.Relation, right: ast.Relation) -> ast.Join:
        return ast.Join("cross", left, right, span=span)

    def _natural_join(
        self, span: Span, left: ast.Relation, kind: str | None, right: ast.Relation
    ) -> ast.Join:
        return ast.Join(kind or "inner", left, right, natural=True, span=span)

    def _join(
        self,
        span: Span,
        left: ast.Relation,
        kind: str | None,
        right: ast.Relation,
        condition: dict[str, Any],
    ) -> ast.Join:
        return ast.Join(kind or "inner", left, right, span=span, **condition)

    def _asof_join(
        self,
        span: Span,
        left: ast.Relation,
        kind: str,
        right: ast.Relation,
        match_condition: ast.Expression,
        condition: dict[str, Any] | None,
    ) -> ast.Join:
        return ast.Join(
            kind,
            left,
            right,
            asof=True,
            match_condition=match_condition,
            span=span,
            **(condition or {}),
        )

    def _join_kind(self, span: Span, word: Token) -> str:
        return word.lower()

    def _asof_kind(self, span: Span, word: Flag = None) -> str:
        return "inner" if word is None else word.lower()

    def _on(self, span: Span, condition: ast.Expression) -> dict[str, Any]:
        return {"on": condition}

    def _using(self, span: Span, *columns: ast.Name) -> dict[str, Any]:
        return {"using": columns}
