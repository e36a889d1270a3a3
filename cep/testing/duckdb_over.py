"""Our OVER windows as DuckDB's."""

from __future__ import annotations

from cep.grammar import ast
from cep.grammar.walk import walk
from cep.planner.binder.expressions import ExpressionBinder
from cep.planner.binder.frames import resolve
from cep.testing.duckdb_aggregates import NAMES, AggregateWriter, Untranslatable
from cep.types import DATE, Float

SAME = {
    *("row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile"),
    *("lag", "lead", "first_value", "last_value", "nth_value"),
}
"""Functions of windows that are called alike."""

IN_ORDER = {"array_agg", "string_agg", "listagg"}
"""Aggregates that take the rows of a frame in its order, also where no other is written."""


class OverWriter:
    """Writes calls with OVER; `writer` writes what stands in them, `binder` knows what it means."""

    def __init__(self, writer: AggregateWriter, binder: ExpressionBinder) -> None:
        self.writer = writer
        self.binder = binder

    def call(self, node: ast.Call) -> str:
        """Return a call with the window written out."""
        assert node.over is not None
        assert self.binder.windows is not None
        window = resolve(node.over, self.binder.windows.named)
        if window.row_pattern is not None:
            raise Untranslatable("a row pattern in a window")
        return f"{self._function(node)} OVER {self._window(window)}"

    def _function(self, node: ast.Call) -> str:
        name, text = node.name.value, self.writer.text
        arguments = ", ".join(text(a) for a in node.arguments)
        if name in SAME and not (node.order_by or node.filter or node.distinct):
            nulls = " IGNORE NULLS" if node.ignore_nulls else ""
            return f"{name}({arguments}{nulls})"
        if name in IN_ORDER and not (node.order_by or node.within_group or node.distinct):
            there = "string_agg" if name == "listagg" else name
            if there == "string_agg" and len(node.arguments) == 1:
                arguments += ", ','"
            where = "" if node.filter is None else f" FILTER (WHERE {text(node.filter)})"
            return f"{there}({arguments}){where}"
        if name not in NAMES or name.startswith("percentile"):
            raise Untranslatable(f"{name.upper()} … OVER")
        return self.writer.call(node)

    def _window(self, window: ast.WindowSpecification) -> str:
        text = self.writer.text
        parts = []
        if window.partition_by:
            parts.append(f"PARTITION BY {', '.join(map(text, window.partition_by))}")
        if window.order_by:
            parts.append(f"ORDER BY {', '.join(map(text, window.order_by))}")
        if window.frame is not None:
            parts.append(self._frame(window.frame, window))
        return f"({' '.join(parts)})"

    def _frame(self, frame: ast.Frame, window: ast.WindowSpecification) -> str:
        bounds = [b for b in (frame.start, frame.end) if b is not None]
        if frame.unit == "range" and any(b.distance is not None for b in bounds):
            kind = self.writer.type_of(window.order_by[0].expression)
            if kind == DATE:
                raise Untranslatable("RANGE over DATE")
            if isinstance(kind, Float):
                raise Untranslatable("RANGE over DOUBLE, where NaN is no number")
        shown = " AND ".join(map(self._bound, bounds))
        return f"{frame.unit.upper()} {f'BETWEEN {shown}' if frame.end else shown}"

    def _bound(self, bound: ast.FrameBound) -> str:
        if bound.distance is None:
            return bound.kind.upper()
        return f"{self.writer.text(bound.distance)} {bound.kind.upper()}"


def has_over(select: ast.Select) -> bool:
    """Say whether a SELECT, or a query in it, calls a function over a window."""
    return any(isinstance(n, ast.Call) and n.over is not None for n in walk(select))
