"""The rules of statements."""

from __future__ import annotations

from typing import Any

from lark import Token

from cep.errors import ParseError, Span
from cep.grammar import ast
from cep.grammar.build_queries import Clause, merged

Flag = Token | None
Property = tuple[Span, str, Any]
"""A column property or table element: its place, what it is, its value."""


class StatementRules:
    """Methods named after the rules of cep.lark that make statements."""

    def query_statement(self, span: Span, query: ast.Query) -> ast.QueryStatement:
        return ast.QueryStatement(query, span=span)

    # ---- streams and tables

    def create_relation(
        self,
        span: Span,
        or_replace: Flag,
        kind: Token,
        if_not_exists: Flag,
        name: ast.Name,
        elements: dict[str, Any] | None,
        options: tuple[ast.Option, ...] | None,
    ) -> ast.CreateRelation:
        return ast.CreateRelation(
            kind.lower(),
            name,
            options=options or (),
            if_not_exists=if_not_exists is not None,
            or_replace=or_replace is not None,
            span=span,
            **(elements or {}),
        )

    def or_replace(self, span: Span) -> bool:
        return True

    def if_not_exists(self, span: Span) -> bool:
        return True

    def if_exists(self, span: Span) -> bool:
        return True

    def elements(self, span: Span, *elements: Property) -> dict[str, Any]:
        fields: dict[str, list[Any]] = {"columns": [], "watermarks": [], "checks": []}
        keys: list[tuple[ast.Name, ...]] = []
        for place, kind, value in elements:
            if kind == "primary_key":
                if keys:
                    raise ParseError("PRIMARY KEY is written twice", span=place)
                keys.append(value)
            elif kind == "column":
                column, checks = value
                fields["columns"].append(column)
                fields["checks"].extend(checks)
            else:
                fields[kind].append(value)
        key = keys[0] if keys else ()
        return {"primary_key": key} | {name: tuple(items) for name, items in fields.items()}

    def column_definition(
        self, span: Span, name: ast.Name, target: ast.TypeName, *properties: Property
    ) -> Property:
        fields: dict[str, Any] = {}
        checks: list[ast.Expression] = []
        for place, kind, value in properties:
            if kind == "checks":
                checks.append(value)
            elif kind == "not_enforced":
                if "primary_key" not in fields:
                    raise ParseError("NOT ENFORCED belongs after PRIMARY KEY", span=place)
            elif kind in fields:
                raise ParseError("this property of the column is written twice", span=place)
            else:
                fields |= {kind: True} if kind != "from_metadata" else value
        column = ast.ColumnDefinition(name, target, span=span, **fields)
        return span, "column", (column, checks)

    def computed_column(self, span: Span, name: ast.Name, expression: ast.Expression) -> Property:
        return span, "column", (ast.ColumnDefinition(name, computed=expression, span=span), ())

    def not_null(self, span: Span) -> Property:
        return span, "not_null", True

    def is_primary_key(self, span: Span) -> Property:
        return span, "primary_key", True

    def not_enforced(self, span: Span, _word: Token) -> Property:
        return span, "not_enforced", True

    def metadata(self, span: Span, key: ast.StringLiteral | None) -> Property:
        fields = {"from_metadata": True, "metadata": key.value if key else None}
        return span, "from_metadata", fields

    def primary_key(
        self, span: Span, names: tuple[ast.Name, ...], _not_enforced: Property | None
    ) -> Property:
        return span, "primary_key", names

    def check(self, span: Span, condition: ast.Expression) -> Property:
        return span, "checks", condition

    def watermark(
        self,
        span: Span,
        column: ast.Name,
        expression: ast.Expression | None,
        clauses: dict[str, Any],
    ) -> Property:
        return span, "watermarks", ast.Watermark(column, expression, span=span, **clauses)

    def watermark_clauses(self, span: Span, *clauses: tuple[Span, Clause]) -> dict[str, Any]:
        return merged(span, clauses)

    def marked_by(self, span: Span, condition: ast.Expression) -> tuple[Span, Clause]:
        return span, ("MARKED BY", "marked_by", condition)

    def per(self, span: Span, columns: tuple[ast.Name, ...]) -> tuple[Span, Clause]:
        return span, ("PER", "per", columns)

    def idle_after(self, span: Span, duration: ast.Expression) -> tuple[Span, Clause]:
        return span, ("IDLE AFTER", "idle_after", duration)

    def max_ahead(self, span: Span, duration: ast.Expression) -> tuple[Span, Clause]:
        return span, ("MAX AHEAD", "max_ahead", duration)

    # ---- views, sinks, alerts

    def create_view(
        self,
        span: Span,
        or_replace: Flag,
        materialized: Flag,
        if_not_exists: Flag,
        name: ast.Name,
        columns: tuple[ast.Name, ...] | None,
        query: ast.Query,
    ) -> ast.CreateView:
        return ast.CreateView(
            name,
            query,
            columns or (),
            materialized=materialized is not None,
            if_not_exists=if_not_exists is not None,
            or_replace=or_replace is not None,
            span=span,
        )

    def create_sink(
        self,
        span: Span,
        or_replace: Flag,
        if_not_exists: Flag,
        name: ast.Name,
        options: tuple[ast.Option, ...] | None,
        query: ast.Query | None,
    ) -> ast.CreateSink:
        return ast.CreateSink(
            name,
            options or (),
            query,
            if_not_exists=if_not_exists is not None,
            or_replace=or_replace is not None,
            span=span,
        )

    def create_alert(
        self,
        span: Span,
        or_replace: Flag,
        if_not_exists: Flag,
        name: ast.Name,
        clauses: dict[str, Any],
        query: ast.Query,
    ) -> ast.CreateAlert:
        dedup_by, dedup_for = clauses.pop("dedup", ((), None))
        return ast.CreateAlert(
            name,
            query,
            dedup_by=dedup_by,
            dedup_for=dedup_for,
            if_not_exists=if_not_exists is not None,
            or_replace=or_replace is not None,
            span=span,
            **clauses,
        )

    def alert_clauses(self, span: Span, *clauses: tuple[Span, Clause]) -> dict[str, Any]:
        return merged(span, clauses)

    def severity(self, span: Span, text: ast.StringLiteral) -> tuple[Span, Clause]:
        return span, ("SEVERITY", "severity", text.value)

    def labels(self, span: Span, *labels: ast.Option) -> tuple[Span, Clause]:
        return span, ("LABELS", "labels", labels)

    def message(self, span: Span, text: ast.StringLiteral) -> tuple[Span, Clause]:
        return span, ("MESSAGE", "message", text.value)

    def dedup(
        self, span: Span, columns: tuple[ast.Name, ...], duration: ast.Expression | None
    ) -> tuple[Span, Clause]:
        return span, ("DEDUP", "dedup", (columns, duration))

    def throttle(
        self,
        span: Span,
        count: ast.Expression,
        per: ast.Expression,
        by: tuple[ast.Name, ...] | None,
    ) -> tuple[Span, Clause]:
        return span, ("THROTTLE", "throttle", ast.Throttle(count, per, by or (), span=span))

    def holding_for(self, span: Span, duration: ast.Expression) -> tuple[Span, Clause]:
        return span, ("HOLDING FOR", "holding_for", duration)

    def keep_firing_for(self, span: Span, duration: ast.Expression) -> tuple[Span, Clause]:
        return span, ("KEEP FIRING FOR", "keep_firing_for", duration)

    def targets(self, span: Span, *targets: ast.Name) -> tuple[Span, Clause]:
        return span, ("TO", "targets", targets)

    def silence_alert(
        self,
        span: Span,
        name: ast.Name,
        where: ast.Expression | None,
        duration: ast.Expression | None,
    ) -> ast.SilenceAlert:
        return ast.SilenceAlert(name, where, duration, span=span)

    def unsilence_alert(self, span: Span, name: ast.Name) -> ast.UnsilenceAlert:
        return ast.UnsilenceAlert(name, span=span)

    def backtest_alert(
        self, span: Span, name: ast.Name, path: ast.StringLiteral
    ) -> ast.BacktestAlert:
        return ast.BacktestAlert(name, path.value, span=span)

    # ---- changes of definitions

    def drop(self, span: Span, kind: Token, if_exists: Flag, name: ast.Name) -> ast.Drop:
        word = "materialized view" if kind.upper() == "MATERIALIZED" else kind.lower()
        return ast.Drop(word, name, if_exists is not None, span=span)

    def alter(self, span: Span, kind: Token, name: ast.Name, query: ast.Query) -> ast.Alter:
        return ast.Alter(kind.lower(), name, query, span=span)

    # ---- options

    def with_options(self, span: Span, *options: ast.Option) -> tuple[ast.Option, ...]:
        return options

    def option(self, span: Span, key: str, value: Any) -> ast.Option:
        return ast.Option(key, _option_value(value), span=span)

    def option_key(self, span: Span, *parts: ast.Name | ast.StringLiteral) -> str:
        return ".".join(part.value for part in parts)

    # ---- data and control

    def insert(
        self, span: Span, target: ast.Name, columns: tuple[ast.Name, ...] | None, query: ast.Query
    ) -> ast.Insert:
        return ast.Insert(target, query, columns or (), span=span)

    def update(
        self,
        span: Span,
        target: ast.Name,
        assignments: tuple[ast.Assignment, ...],
        where: ast.Expression | None,
    ) -> ast.Update:
        return ast.Update(target, assignments, where, span=span)

    def assignments(self, span: Span, *assignments: ast.Assignment) -> tuple[ast.Assignment, ...]:
        return assignments

    def assignment(self, span: Span, column: ast.Name, value: ast.Expression) -> ast.Assignment:
        return ast.Assignment(column, value, span=span)

    def delete(self, span: Span, target: ast.Name, where: ast.Expression | None) -> ast.Delete:
        return ast.Delete(target, where, span=span)

    def start_query(self, span: Span, name: ast.Name, query: ast.Query) -> ast.StartQuery:
        return ast.StartQuery(name, query, span=span)

    def stop_query(self, span: Span, name: ast.Name, mode: Flag) -> ast.StopQuery:
        return ast.StopQuery(name, mode.lower() if mode else "drain", span=span)

    def show(self, span: Span, what: Token) -> ast.Show:
        return ast.Show(what.lower(), span=span)

    def describe(self, span: Span, name: ast.Name) -> ast.Describe:
        return ast.Describe(name, span=span)

    def explain(self, span: Span, analyze: Flag, statement: ast.Statement) -> ast.Explain:
        return ast.Explain(statement, analyze is not None, span=span)

    def set_option(
        self, span: Span, key: str, sign: Flag, value: ast.Expression | ast.Name
    ) -> ast.SetOption:
        if isinstance(value, ast.Name):
            value = ast.StringLiteral(value.value, span=value.span)
        if sign is not None:
            if not isinstance(value, ast.NumberLiteral):
                raise ParseError("a sign belongs before a number", span=span)
            value = ast.Unary(str(sign), value, span=span)
        return ast.SetOption(key, value, span=span)

    def subscribe(
        self, span: Span, name: ast.Name, options: frozenset[str] | None
    ) -> ast.Subscribe:
        chosen = options or frozenset()
        return ast.Subscribe(name, "SNAPSHOT" in chosen, "PROGRESS" in chosen, span=span)

    def subscribe_options(self, span: Span, *words: Token) -> frozenset[str]:
        return frozenset(word.upper() for word in words)

    def checkpoint(self, span: Span) -> ast.Checkpoint:
        return ast.Checkpoint(span=span)

    def replay(self, span: Span, name: ast.Name, start: ast.Expression) -> ast.Replay:
        return ast.Replay(name, start, span=span)

    def assert_rows(self, span: Span, query: ast.Query, rows: ast.Values) -> ast.AssertRows:
        return ast.AssertRows(query, rows.rows, span=span)

    def assert_empty(self, span: Span, query: ast.Query) -> ast.AssertRows:
        return ast.AssertRows(query, span=span)


def _option_value(value: ast.Expression | ast.Name) -> ast.Expression:
    """Read a bare word, a number or TRUE as the string that it is in quotes."""
    match value:
        case ast.Name():
            return ast.StringLiteral(value.value, span=value.span)
        case ast.NumberLiteral():
            return ast.StringLiteral(value.text, span=value.span)
        case ast.BooleanLiteral():
            return ast.StringLiteral(str(value.value).lower(), span=value.span)
    return value
