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
    """What the rules of statements make; `_select` belongs to the rule `select`."""

    def _query_statement(self, span: Span, query: ast.Query) -> ast.QueryStatement:
        return ast.QueryStatement(query, span=span)

    # ---- streams and tables

    def _create_relation(
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

    def _or_replace(self, span: Span) -> bool:
        return True

    def _if_not_exists(self, span: Span) -> bool:
        return True

    def _if_exists(self, span: Span) -> bool:
        return True

    def _elements(self, span: Span, *elements: Property) -> dict[str, Any]:
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

    def _column_definition(
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

    def _computed_column(self, span: Span, name: ast.Name, expression: ast.Expression) -> Property:
        return span, "column", (ast.ColumnDefinition(name, computed=expression, span=span), ())

    def _not_null(self, span: Span) -> Property:
        return span, "not_null", True

    def _is_primary_key(self, span: Span) -> Property:
        return span, "primary_key", True

    def _not_enforced(self, span: Span, _word: Token) -> Property:
        return span, "not_enforced", True

    def _metadata(self, span: Span, key: ast.StringLiteral | None) -> Property:
        fields = {"from_metadata": True, "metadata": key.value if key else None}
        return span, "from_metadata", fields

    def _primary_key(
        self, span: Span, names: tuple[ast.Name, ...], _not_enforced: Property | None
    ) -> Property:
        return span, "primary_key", names

    def _check(self, span: Span, condition: ast.Expression) -> Property:
        return span, "checks", condition

    def _watermark(
        self,
        span: Span,
        column: ast.Name,
        expression: ast.Expression | None,
        clauses: dict[str, Any],
    ) -> Property:
        return span, "watermarks", ast.Watermark(column, expression, span=span, **clauses)

    def _watermark_clauses(self, span: Span, *clauses: tuple[Span, Clause]) -> dict[str, Any]:
        return merged(span, clauses)

    def _marked_by(self, span: Span, condition: ast.Expression) -> tuple[Span, Clause]:
        return span, ("MARKED BY", "marked_by", condition)

    def _per(self, span: Span, columns: tuple[ast.Name, ...]) -> tuple[Span, Clause]:
        return span, ("PER", "per", columns)

    def _idle_after(self, span: Span, duration: ast.Expression) -> tuple[Span, Clause]:
        return span, ("IDLE AFTER", "idle_after", duration)

    def _max_ahead(self, span: Span, duration: ast.Expression) -> tuple[Span, Clause]:
        return span, ("MAX AHEAD", "max_ahead", duration)

    # ---- views, sinks, alerts

    def _create_view(
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

    def _create_sink(
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

    def _create_alert(
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

    def _alert_clauses(self, span: Span, *clauses: tuple[Span, Clause]) -> dict[str, Any]:
        return merged(span, clauses)

    def _severity(self, span: Span, text: ast.StringLiteral) -> tuple[Span, Clause]:
        return span, ("SEVERITY", "severity", text.value)

    def _labels(self, span: Span, *labels: ast.Option) -> tuple[Span, Clause]:
        return span, ("LABELS", "labels", labels)

    def _message(self, span: Span, text: ast.StringLiteral) -> tuple[Span, Clause]:
        return span, ("MESSAGE", "message", text.value)

    def _dedup(
        self, span: Span, columns: tuple[ast.Name, ...], duration: ast.Expression | None
    ) -> tuple[Span, Clause]:
        return span, ("DEDUP", "dedup", (columns, duration))

    def _throttle(
        self,
        span: Span,
        count: ast.Expression,
        per: ast.Expression,
        by: tuple[ast.Name, ...] | None,
    ) -> tuple[Span, Clause]:
        return span, ("THROTTLE", "throttle", ast.Throttle(count, per, by or (), span=span))

    def _holding_for(self, span: Span, duration: ast.Expression) -> tuple[Span, Clause]:
        return span, ("HOLDING FOR", "holding_for", duration)

    def _keep_firing_for(self, span: Span, duration: ast.Expression) -> tuple[Span, Clause]:
        return span, ("KEEP FIRING FOR", "keep_firing_for", duration)

    def _targets(self, span: Span, *targets: ast.Name) -> tuple[Span, Clause]:
        return span, ("TO", "targets", targets)

    def _silence_alert(
        self,
        span: Span,
        name: ast.Name,
        where: ast.Expression | None,
        duration: ast.Expression | None,
    ) -> ast.SilenceAlert:
        return ast.SilenceAlert(name, where, duration, span=span)

    def _unsilence_alert(self, span: Span, name: ast.Name) -> ast.UnsilenceAlert:
        return ast.UnsilenceAlert(name, span=span)

    def _backtest_alert(
        self, span: Span, name: ast.Name, path: ast.StringLiteral
    ) -> ast.BacktestAlert:
        return ast.BacktestAlert(name, path.value, span=span)

    # ---- changes of definitions

    def _drop(self, span: Span, kind: Token, if_exists: Flag, name: ast.Name) -> ast.Drop:
        word = "materialized view" if kind.upper() == "MATERIALIZED" else kind.lower()
        return ast.Drop(word, name, if_exists is not None, span=span)

    def _alter(self, span: Span, kind: Token, name: ast.Name, query: ast.Query) -> ast.Alter:
        return ast.Alter(kind.lower(), name, query, span=span)

    # ---- options

    def _with_options(self, span: Span, *options: ast.Option) -> tuple[ast.Option, ...]:
        return options

    def _option(self, span: Span, key: str, value: Any) -> ast.Option:
        return ast.Option(key, _option_value(value), span=span)

    def _option_key(self, span: Span, *parts: ast.Name | ast.StringLiteral | Token) -> str:
        # NULL is reserved and so no name, but it is an option of files: null = 'NA'.
        return ".".join(p.lower() if isinstance(p, Token) else p.value for p in parts)

    # ---- data and control

    def _insert(
        self, span: Span, target: ast.Name, columns: tuple[ast.Name, ...] | None, query: ast.Query
    ) -> ast.Insert:
        return ast.Insert(target, query, columns or (), span=span)

    def _update(
        self,
        span: Span,
        target: ast.Name,
        assignments: tuple[ast.Assignment, ...],
        where: ast.Expression | None,
    ) -> ast.Update:
        return ast.Update(target, assignments, where, span=span)

    def _assignments(self, span: Span, *assignments: ast.Assignment) -> tuple[ast.Assignment, ...]:
        return assignments

    def _assignment(self, span: Span, column: ast.Name, value: ast.Expression) -> ast.Assignment:
        return ast.Assignment(column, value, span=span)

    def _delete(self, span: Span, target: ast.Name, where: ast.Expression | None) -> ast.Delete:
        return ast.Delete(target, where, span=span)

    def _start_query(self, span: Span, name: ast.Name, query: ast.Query) -> ast.StartQuery:
        return ast.StartQuery(name, query, span=span)

    def _stop_query(self, span: Span, name: ast.Name, mode: Flag) -> ast.StopQuery:
        return ast.StopQuery(name, mode.lower() if mode else "drain", span=span)

    def _show(self, span: Span, what: Token) -> ast.Show:
        return ast.Show(what.lower(), span=span)

    def _describe(self, span: Span, name: ast.Name) -> ast.Describe:
        return ast.Describe(name, span=span)

    def _explain(self, span: Span, analyze: Flag, statement: ast.Statement) -> ast.Explain:
        return ast.Explain(statement, analyze is not None, span=span)

    def _set_option(
        self, span: Span, key: str, sign: Flag, value: ast.Expression | ast.Name
    ) -> ast.SetOption:
        if isinstance(value, ast.Name):
            value = ast.StringLiteral(value.value, span=value.span)
        if sign is not None:
            if not isinstance(value, ast.NumberLiteral):
                raise ParseError("a sign belongs before a number", span=span)
            value = ast.Unary(str(sign), value, span=span)
        return ast.SetOption(key, value, span=span)

    def _subscribe(
        self, span: Span, name: ast.Name, options: frozenset[str] | None
    ) -> ast.Subscribe:
        chosen = options or frozenset()
        return ast.Subscribe(name, "SNAPSHOT" in chosen, "PROGRESS" in chosen, span=span)

    def _subscribe_options(self, span: Span, *words: Token) -> frozenset[str]:
        return frozenset(word.upper() for word in words)

    def _checkpoint(self, span: Span) -> ast.Checkpoint:
        return ast.Checkpoint(span=span)

    def _replay(self, span: Span, name: ast.Name, start: ast.Expression) -> ast.Replay:
        return ast.Replay(name, start, span=span)

    def _assert_rows(self, span: Span, query: ast.Query, rows: ast.Values) -> ast.AssertRows:
        return ast.AssertRows(query, rows.rows, span=span)

    def _assert_empty(self, span: Span, query: ast.Query) -> ast.AssertRows:
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
