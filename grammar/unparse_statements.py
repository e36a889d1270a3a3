"""Writing statements."""

from __future__ import annotations

from cep.grammar import ast
from cep.grammar.unparse_expressions import CONCATENATION, NOT_AFTER_TO, object_text, string_text
from cep.grammar.unparse_queries import QueryWriter


class StatementWriter(QueryWriter):
    """Writes statements, and with what it inherits every node."""

    def _script(self, node: ast.Script) -> str:
        return "\n".join(f"{self.text(statement)};" for statement in node.statements)

    def _query_statement(self, node: ast.QueryStatement) -> str:
        return self.text(node.query)

    # ---- streams and tables

    def _create_relation(self, node: ast.CreateRelation) -> str:
        elements = [self.text(column) for column in node.columns]
        if node.primary_key:
            elements.append(f"PRIMARY KEY ({self.listed(node.primary_key)})")
        elements += [self.text(watermark) for watermark in node.watermarks]
        elements += [f"CHECK ({self.text(check)})" for check in node.checks]
        text = _create(node, node.kind.upper())
        if elements:
            text += " (\n  " + ",\n  ".join(elements) + "\n)"
        return text + self._with(node.options)

    def _column_definition(self, node: ast.ColumnDefinition) -> str:
        parts = [self.text(node.name)]
        if node.computed:
            parts.append(f"AS {self.text(node.computed)}")
        if node.type:
            parts.append(self.text(node.type))
        if node.not_null:
            parts.append("NOT NULL")
        if node.primary_key:
            parts.append("PRIMARY KEY")
        if node.from_metadata:
            parts.append("METADATA")
        if node.metadata is not None:
            parts.append(f"FROM {string_text(node.metadata)}")
        return " ".join(parts)

    def _watermark(self, node: ast.Watermark) -> str:
        parts = [f"WATERMARK FOR {self.text(node.column)}"]
        if node.expression:
            parts.append(f"AS {self.text(node.expression)}")
        if node.marked_by:
            parts.append(f"MARKED BY {self.text(node.marked_by)}")
        if node.per:
            parts.append(f"PER {self._one_or_row(node.per)}")
        if node.idle_after:
            parts.append(f"IDLE AFTER {self._duration(node.idle_after)}")
        if node.max_ahead:
            parts.append(f"MAX AHEAD {self._duration(node.max_ahead)}")
        return " ".join(parts)

    def _duration(self, node: ast.Expression) -> str:
        return self.operand(node, CONCATENATION)

    def _with(self, options: tuple[ast.Option, ...]) -> str:
        return f" WITH ({self.listed(options)})" if options else ""

    # ---- views, sinks, alerts

    def _create_view(self, node: ast.CreateView) -> str:
        text = _create(node, "MATERIALIZED VIEW" if node.materialized else "VIEW")
        columns = f" ({self.listed(node.columns)})" if node.columns else ""
        return f"{text}{columns} AS {self.text(node.query)}"

    def _create_sink(self, node: ast.CreateSink) -> str:
        text = _create(node, "SINK") + self._with(node.options)
        return f"{text} AS {self.text(node.query)}" if node.query else text

    def _create_alert(self, node: ast.CreateAlert) -> str:
        parts = [_create(node, "ALERT")]
        if node.severity is not None:
            parts.append(f"SEVERITY {string_text(node.severity)}")
        if node.labels:
            parts.append(f"LABELS ({self.listed(node.labels)})")
        if node.message is not None:
            parts.append(f"MESSAGE {string_text(node.message)}")
        if node.dedup_by:
            parts.append(f"DEDUP BY ({self.listed(node.dedup_by)})")
        if node.dedup_for:
            parts.append(f"FOR {self._duration(node.dedup_for)}")
        if node.throttle:
            parts.append(self.text(node.throttle))
        if node.holding_for:
            parts.append(f"HOLDING FOR {self._duration(node.holding_for)}")
        if node.keep_firing_for:
            parts.append(f"KEEP FIRING FOR {self._duration(node.keep_firing_for)}")
        if node.targets:
            targets = [object_text(target, NOT_AFTER_TO) for target in node.targets]
            parts.append(f"TO {', '.join(targets)}")
        return " ".join([*parts, "AS", self.text(node.query)])

    def _throttle(self, node: ast.Throttle) -> str:
        by = f" BY ({self.listed(node.by)})" if node.by else ""
        return f"THROTTLE {self._duration(node.count)} PER {self._duration(node.per)}{by}"

    def _silence_alert(self, node: ast.SilenceAlert) -> str:
        text = f"SILENCE ALERT {object_text(node.name)}{self._where(node.where)}"
        return f"{text} FOR {self._duration(node.duration)}" if node.duration else text

    def _unsilence_alert(self, node: ast.UnsilenceAlert) -> str:
        return f"UNSILENCE ALERT {object_text(node.name)}"

    def _backtest_alert(self, node: ast.BacktestAlert) -> str:
        return f"BACKTEST ALERT {object_text(node.name)} OVER {string_text(node.path)}"

    # ---- changes of definitions

    def _drop(self, node: ast.Drop) -> str:
        exists = "IF EXISTS " if node.if_exists else ""
        return f"DROP {node.kind.upper()} {exists}{object_text(node.name)}"

    def _alter(self, node: ast.Alter) -> str:
        return f"ALTER {node.kind.upper()} {object_text(node.name)} AS {self.text(node.query)}"

    # ---- data and control

    def _insert(self, node: ast.Insert) -> str:
        columns = f" ({self.listed(node.columns)})" if node.columns else ""
        return f"INSERT INTO {object_text(node.target)}{columns} {self.text(node.query)}"

    def _update(self, node: ast.Update) -> str:
        assignments = self.listed(node.assignments)
        return f"UPDATE {object_text(node.target)} SET {assignments}{self._where(node.where)}"

    def _assignment(self, node: ast.Assignment) -> str:
        return f"{self.text(node.column)} = {self.text(node.value)}"

    def _delete(self, node: ast.Delete) -> str:
        return f"DELETE FROM {object_text(node.target)}{self._where(node.where)}"

    def _where(self, condition: ast.Expression | None) -> str:
        return f" WHERE {self.text(condition)}" if condition else ""

    def _start_query(self, node: ast.StartQuery) -> str:
        return f"START {object_text(node.name)} AS {self.text(node.query)}"

    def _stop_query(self, node: ast.StopQuery) -> str:
        mode = "" if node.mode == "drain" else f" {node.mode.upper()}"
        return f"STOP {object_text(node.name)}{mode}"

    def _show(self, node: ast.Show) -> str:
        return f"SHOW {node.what.upper()}"

    def _describe(self, node: ast.Describe) -> str:
        return f"DESCRIBE {object_text(node.name)}"

    def _explain(self, node: ast.Explain) -> str:
        return f"EXPLAIN {'ANALYZE ' if node.analyze else ''}{self.text(node.statement)}"

    def _set_option(self, node: ast.SetOption) -> str:
        return f"SET {self.key(node.name)} = {self.text(node.value)}"

    def _subscribe(self, node: ast.Subscribe) -> str:
        chosen = [("SNAPSHOT", node.snapshot), ("PROGRESS", node.progress)]
        words = ", ".join(word for word, wanted in chosen if wanted)
        return f"SUBSCRIBE {object_text(node.name)}" + (f" WITH ({words})" if words else "")

    def _checkpoint(self, node: ast.Checkpoint) -> str:
        return "CHECKPOINT"

    def _replay(self, node: ast.Replay) -> str:
        return f"REPLAY {object_text(node.name)} FROM {self.text(node.start)}"

    def _assert_rows(self, node: ast.AssertRows) -> str:
        if not node.rows:
            return f"ASSERT EMPTY {self.text(node.query)}"
        return f"ASSERT ROWS {self.text(node.query)} VALUES {self.rows(node.rows)}"


def _create(
    node: ast.CreateRelation | ast.CreateView | ast.CreateSink | ast.CreateAlert, what: str
) -> str:
    replace = "OR REPLACE " if node.or_replace else ""
    exists = "IF NOT EXISTS " if node.if_not_exists else ""
    return f"CREATE {replace}{what} {exists}{object_text(node.name)}"
