"""Writing queries and relations."""

from __future__ import annotations

import re

from cep.grammar import ast
from cep.grammar.unparse_expressions import (
    CONCATENATION,
    NOT_A_FUNCTION,
    NOT_A_WINDOW,
    name_text,
    object_text,
    string_text,
)
from cep.grammar.unparse_patterns import PatternWriter
from cep.grammar.words import RESERVED

_PLAIN_KEY = re.compile(r"[a-z_]\w*(?:\.[a-z_]\w*)*", re.ASCII)


class QueryWriter(PatternWriter):
    """Writes queries and relations."""

    # ---- queries

    def _query(self, node: ast.Query) -> str:
        parts = [f"WITH {self.listed(node.common)}"] if node.common else []
        parts.append(self.text(node.body))
        if node.order_by:
            parts.append(f"ORDER BY {self.listed(node.order_by)}")
        if node.limit:
            parts.append(f"LIMIT {self.operand(node.limit, CONCATENATION)}")
        if node.offset:
            parts.append(f"OFFSET {self.operand(node.offset, CONCATENATION)}")
        parts.extend(self.text(clause) for clause in (node.emit, node.late) if clause)
        if node.on_error_stop:
            parts.append("ON ERROR STOP")
        if node.options:
            parts.append(f"WITH ({self.listed(node.options)})")
        return " ".join(parts)

    def _common_table(self, node: ast.CommonTable) -> str:
        columns = f" ({self.listed(node.columns)})" if node.columns else ""
        return f"{self.text(node.name)}{columns} AS ({self.text(node.query)})"

    def _emit(self, node: ast.Emit) -> str:
        if node.kind == "watermark":
            return "EMIT AFTER WATERMARK"
        delay = f" AFTER DELAY {self.operand(node.delay, CONCATENATION)}" if node.delay else ""
        return f"EMIT STREAM{delay}"

    def _late_rows(self, node: ast.LateRows) -> str:
        text = f"LATE ROWS {node.kind.upper()}"
        if node.within:
            text += f" WITHIN {self.operand(node.within, CONCATENATION)}"
        return f"{text} {object_text(node.target)}" if node.target else text

    def _option(self, node: ast.Option) -> str:
        return f"{self.key(node.key)} = {self.text(node.value)}"

    def key(self, key: str) -> str:
        """Return the key of an option, as a string where it is no plain dotted name."""
        parts = key.upper().split(".")
        plain = _PLAIN_KEY.fullmatch(key) and RESERVED.isdisjoint(parts)
        return key if plain else string_text(key)

    def _nested(self, node: ast.Nested) -> str:
        return f"({self.text(node.query)})"

    def _set_operation(self, node: ast.SetOperation) -> str:
        level = _set_level(node)
        left = self._member(node.left, level)
        right = self._member(node.right, level + 1)
        return f"{left} {node.kind.upper()}{' ALL' if node.all else ''} {right}"

    def _member(self, node: ast.QueryBody, level: int) -> str:
        text = self.text(node)
        return text if _set_level(node) >= level else f"({text})"

    def _select(self, node: ast.Select) -> str:
        parts = ["SELECT DISTINCT" if node.distinct else "SELECT", self.listed(node.items)]
        if node.source:
            parts.append(f"FROM {self.text(node.source)}")
        if node.where:
            parts.append(f"WHERE {self.text(node.where)}")
        if node.group_by is not None:
            parts.append(f"GROUP BY {self.listed(node.group_by) or '()'}")
        if node.having:
            parts.append(f"HAVING {self.text(node.having)}")
        if node.windows:
            parts.append(f"WINDOW {self.listed(node.windows)}")
        if node.qualify:
            parts.append(f"QUALIFY {self.text(node.qualify)}")
        return " ".join(parts)

    def _select_item(self, node: ast.SelectItem) -> str:
        alias = f" AS {self.text(node.alias)}" if node.alias else ""
        return self.text(node.expression) + alias

    def _grouping_sets(self, node: ast.GroupingSets) -> str:
        sets = ", ".join(
            self.text(items[0]) if len(items) == 1 else f"({self.listed(items)})"
            for items in node.sets
        )
        return f"{node.kind.upper()} ({sets})"

    def _values(self, node: ast.Values) -> str:
        return f"VALUES {self.rows(node.rows)}"

    def rows(self, rows: tuple[tuple[ast.Expression, ...], ...]) -> str:
        """Return the rows of a VALUES."""
        return ", ".join(f"({self.listed(row)})" for row in rows)

    # ---- windows of OVER

    def _named_window(self, node: ast.NamedWindow) -> str:
        return f"{self.text(node.name)} AS {self.text(node.window)}"

    def _window_specification(self, node: ast.WindowSpecification) -> str:
        pattern = node.row_pattern
        parts = [name_text(node.base.value, NOT_A_WINDOW)] if node.base else []
        parts.append(self.partitioned(node.partition_by, node.order_by))
        if pattern:
            parts.append(self.measured(pattern))
        if node.frame:
            parts.append(self.text(node.frame))
        if pattern:
            parts.append(self.text(pattern))
        return f"({' '.join(filter(None, parts))})"

    def _frame(self, node: ast.Frame) -> str:
        start = self.text(node.start)
        unit = node.unit.upper()
        return (
            f"{unit} BETWEEN {start} AND {self.text(node.end)}" if node.end else f"{unit} {start}"
        )

    def _frame_bound(self, node: ast.FrameBound) -> str:
        if node.distance is None:
            return node.kind.upper()
        return f"{self.operand(node.distance, CONCATENATION)} {node.kind.upper()}"

    # ---- relations

    def _alias(self, node: ast.Alias) -> str:
        columns = f" ({self.listed(node.columns)})" if node.columns else ""
        return f"AS {self.text(node.name)}{columns}"

    def _table_reference(self, node: ast.TableReference) -> str:
        text = object_text(node.name)
        if node.as_of:
            text += f" FOR SYSTEM_TIME AS OF {self.operand(node.as_of, CONCATENATION)}"
        return text + self._aliased(node.alias)

    def _derived_table(self, node: ast.DerivedTable) -> str:
        return f"({self.text(node.query)}){self._aliased(node.alias)}"

    def _table_function(self, node: ast.TableFunction) -> str:
        name = name_text(node.name.value, NOT_A_FUNCTION)
        return f"{name}({self.listed(node.arguments)}){self._aliased(node.alias)}"

    def _aliased(self, alias: ast.Alias | None) -> str:
        return f" {self.text(alias)}" if alias else ""

    def _join(self, node: ast.Join) -> str:
        right = self.text(node.right)
        if isinstance(node.right, ast.Join):
            right = f"({right})"
        text = f"{self.text(node.left)} {_join_words(node)} {right}"
        if node.match_condition:
            text += f" MATCH_CONDITION ({self.text(node.match_condition)})"
        if node.on:
            text += f" ON {self.text(node.on)}"
        if node.using:
            text += f" USING ({self.listed(node.using)})"
        return text


def _set_level(node: ast.QueryBody) -> int:
    if isinstance(node, ast.SetOperation):
        return 1 if node.kind == "intersect" else 0
    return 2


def _join_words(node: ast.Join) -> str:
    kind = "" if node.kind == "inner" else f"{node.kind.upper()} "
    return f"{'NATURAL ' if node.natural else ''}{'ASOF ' if node.asof else ''}{kind}JOIN"
