"""Our aggregates as DuckDB's: what they are called there, and where they mean something else."""

from __future__ import annotations

from collections.abc import Callable

from cep.grammar import ast
from cep.types import DAY_INTERVAL, DataType, Decimal, Float


class Untranslatable(Exception):
    """Raised where DuckDB cannot say what is meant; the message says what that is."""


SAME = ("count", "sum", "min", "max", "avg", "bool_and", "bool_or", "count_if", "grouping")
"""Aggregates that are called alike."""

FLOATING = (
    *("corr", "covar_pop", "covar_samp", "median", "percentile_cont"),
    *("regr_avgx", "regr_avgy", "regr_sxx", "regr_syy", "regr_sxy"),
    *("regr_slope", "regr_intercept", "regr_r2"),
    *("var_pop", "var_samp", "variance", "stddev_pop", "stddev_samp", "stddev"),
)
"""Aggregates of DOUBLE; where ours are NULL because nothing varies, some are NaN there."""

ORDERED = {
    "first_value": "first",
    "last_value": "last",
    "array_agg": "array_agg",
    "string_agg": "string_agg",
    "listagg": "string_agg",
}
"""Aggregates that depend on the order of rows."""

NAMES = {
    **{name: name for name in (*SAME, *FLOATING, "regr_count", "percentile_disc")},
    **ORDERED,
    "every": "bool_and",
}


class AggregateWriter:
    """Writes calls of aggregates; `text` writes what stands in them, `type_of` knows its type."""

    def __init__(
        self, text: Callable[[ast.Node], str], type_of: Callable[[ast.Expression], DataType]
    ) -> None:
        self.text = text
        self.type_of = type_of

    def call(self, node: ast.Call) -> str:
        """Return the call of an aggregate in `NAMES`."""
        name = node.name.value
        if name in ORDERED:
            return self._ordered(node)
        if name in {"percentile_cont", "percentile_disc"}:
            return self._percentile(node)
        there = NAMES[name]
        arguments = [self.text(a) for a in node.arguments]
        kinds = [self.type_of(a) for a in node.arguments if not isinstance(a, ast.Star)]
        if kinds and isinstance(kinds[0], Float) and name in {"sum", "avg"}:
            # Ours are compensated, so that the order of the rows does not matter.
            there = "fsum" if name == "sum" else "favg"
        if kinds and isinstance(kinds[0], Decimal) and name == "avg":
            raise Untranslatable("AVG of DECIMAL is DOUBLE there")
        if kinds and kinds[0] == DAY_INTERVAL and name in {"sum", "avg"}:
            raise Untranslatable(f"{name.upper()} of INTERVAL")
        if name in FLOATING:
            arguments = [f"CAST({a} AS DOUBLE)" for a in arguments]
        text = f"{there}({self._distinct(node)}{', '.join(arguments)}){self._where(node)}"
        if name in FLOATING and len(arguments) == 2:
            return f"nullif({text}, CAST('nan' AS DOUBLE))"
        return text

    def _percentile(self, node: ast.Call) -> str:
        if node.within_group:
            (fraction,), item = node.arguments, node.within_group[0]
            value, direction = item.expression, " DESC" if item.descending else ""
        else:
            (value, fraction), direction = node.arguments, ""
        shown = self.text(value)
        if node.name.value == "percentile_cont":
            shown = f"CAST({shown} AS DOUBLE)"
        order = f"WITHIN GROUP (ORDER BY {shown}{direction})"
        if node.distinct:
            raise Untranslatable("percentiles with DISTINCT")
        return f"{node.name.value}({self.text(fraction)}) {order}{self._where(node)}"

    def _ordered(self, node: ast.Call) -> str:
        order = node.order_by or node.within_group
        if not order:
            raise Untranslatable(f"{node.name.value.upper()} by event time")
        arguments = ", ".join(self.text(a) for a in node.arguments)
        keys = ", ".join(self.text(item) for item in order)
        if node.ignore_nulls:
            given = f"({self.text(node.arguments[0])}) IS NOT NULL"
            where = given if node.filter is None else f"{given} AND ({self.text(node.filter)})"
            condition = f" FILTER (WHERE {where})"
        else:
            condition = self._where(node)
        name = ORDERED[node.name.value]
        return f"{name}({self._distinct(node)}{arguments} ORDER BY {keys}){condition}"

    @staticmethod
    def _distinct(node: ast.Call) -> str:
        return "DISTINCT " if node.distinct else ""

    def _where(self, node: ast.Call) -> str:
        return "" if node.filter is None else f" FILTER (WHERE {self.text(node.filter)})"
