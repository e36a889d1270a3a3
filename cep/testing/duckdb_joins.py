"""Joins for DuckDB: what * stands for, and which of their rows come too late."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from cep.grammar import ast
from cep.planner.binder.scope import Scope
from cep.planner.logical import Interval, Join, Node, SameWindow, walk
from cep.testing.duckdb_aggregates import Untranslatable


class Refusal(Enum):
    """Which rows of a late stream a join does not take."""

    NONE = "none"
    TIME = "those behind their watermark"
    WINDOW = "those whose window had ended"


def refusal(source: ast.Relation, plan: Node) -> Refusal:
    """Return which late rows the joins of a FROM refuse, where its streams have some."""
    joins = [n for n in walk(plan) if isinstance(n, Join)]
    bounds = [j.bound for j in joins]
    if all(b is None for b in bounds):
        return Refusal.NONE
    kinds = {type(s) for s in _sides(source)}
    if len(joins) == 1 and isinstance(bounds[0], Interval) and kinds == {ast.TableReference}:
        return Refusal.TIME
    if len(joins) == 1 and isinstance(bounds[0], SameWindow) and kinds == {ast.TableFunction}:
        return Refusal.WINDOW
    raise Untranslatable("late rows, which a join of joins or of queries may refuse")


def _sides(source: ast.Relation) -> Sequence[ast.Relation]:
    if isinstance(source, ast.Join):
        return (*_sides(source.left), *_sides(source.right))
    return (source,)


def spelt_out(items: Sequence[ast.SelectItem], scope: Scope) -> tuple[ast.SelectItem, ...]:
    """Write out * over a join, whose order of columns differs there."""
    if scope.order is None:
        return tuple(items)
    spelt: list[ast.SelectItem] = []
    for item in items:
        if not (isinstance(item.expression, ast.Star) and item.expression.qualifier is None):
            spelt.append(item)
            continue
        for i in scope.star():
            column = scope.columns[i]
            parts = [ast.Name(column.field.name)]
            if scope.find(column.field.name) != [i] and column.qualifier is not None:
                parts.insert(0, ast.Name(column.qualifier))
            spelt.append(ast.SelectItem(ast.ColumnReference(tuple(parts))))
    return tuple(spelt)
