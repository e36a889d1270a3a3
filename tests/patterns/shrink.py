"""Simpler row patterns and fewer rows, for a case that fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from dataclasses import replace as replaced
from typing import Any

from cep.grammar import ast

Rows = tuple[tuple[Any, ...], ...]


def replace(node: Any, **changes: Any) -> Any:
    """Return a node with other fields; which, is known when it is run."""
    return replaced(node, **changes)


def simpler(
    clause: ast.MatchRecognize, rows: Rows, others: Rows
) -> Iterator[tuple[ast.MatchRecognize, Rows, Rows]]:
    """Yield cases that are one step simpler; they need not be valid."""
    for fewer in _fewer(rows):
        yield clause, fewer, others
    for fewer in _fewer(others):
        yield clause, rows, fewer
    pattern = clause.row_pattern
    for less in _clauses(pattern):
        yield replace(clause, row_pattern=less), rows, others
    if clause.partition_by:
        yield replace(clause, partition_by=()), rows, others
    for order in _without(clause.order_by):
        if order:
            yield replace(clause, order_by=order), rows, others


def _fewer(rows: Rows) -> Iterator[Rows]:
    """Yield without a half, then without each row."""
    half = len(rows) // 2
    if half > 1:
        yield rows[:half]
        yield rows[half:]
    yield from _without(rows)


def _without(items: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    for i in range(len(items)):
        yield items[:i] + items[i + 1 :]


def _clauses(pattern: ast.RowPattern) -> Iterator[ast.RowPattern]:
    for part in _parts(pattern.pattern):
        yield replace(pattern, pattern=part)
    for measures in _without(pattern.measures):
        if measures:
            yield replace(pattern, measures=measures)
    for definitions in _without(pattern.definitions):
        yield replace(pattern, definitions=definitions)
    for name in ("rows_per_match", "after_match", "within"):
        if getattr(pattern, name) is not None:
            yield replace(pattern, **{name: None})
    for subsets in _without(pattern.subsets):
        yield replace(pattern, subsets=subsets)
    for i, definition in enumerate(pattern.definitions):
        for condition in _expressions(definition.condition):
            one = replace(definition, condition=condition)
            yield replace(pattern, definitions=_with(pattern.definitions, i, one))
    for i, measure in enumerate(pattern.measures):
        for expression in _expressions(measure.expression):
            changed = replace(measure, expression=expression)
            yield replace(pattern, measures=_with(pattern.measures, i, changed))


def _with(items: tuple[Any, ...], at: int, item: Any) -> tuple[Any, ...]:
    return (*items[:at], item, *items[at + 1 :])


def _parts(pattern: ast.Pattern) -> Iterator[ast.Pattern]:
    """Yield patterns with one node less: replaced by a child, or without one of its parts."""
    for field in fields(pattern):
        value = getattr(pattern, field.name)
        if isinstance(value, ast.Pattern):
            if not isinstance(value, ast.Absence):
                yield value
            for less in _parts(value):
                yield replace(pattern, **{field.name: less})
        elif isinstance(value, tuple) and value and isinstance(value[0], ast.Pattern):
            yield from value
            for rest in _without(value):
                if len(rest) > 1:
                    yield replace(pattern, **{field.name: rest})
            for i, part in enumerate(value):
                for less in _parts(part):
                    yield replace(pattern, **{field.name: _with(value, i, less)})
    if isinstance(pattern, ast.Quantified) and pattern.reluctant:
        yield replace(pattern, reluctant=False)
    if isinstance(pattern, ast.FollowedBy) and pattern.within is not None:
        yield replace(pattern, within=None)


def _expressions(expression: ast.Expression) -> Iterator[ast.Expression]:
    """Yield the parts of an expression, and it with simpler parts."""
    children: list[tuple[str, int, ast.Expression]] = []
    for field in fields(expression):
        value: Any = getattr(expression, field.name)
        items: Sequence[Any] = value if isinstance(value, tuple) else (value,)
        for i, item in enumerate(items):
            if isinstance(item, ast.Expression):
                children.append((field.name, i, item))
    yield from (child for _, _, child in children)
    for name, i, child in children:
        whole = getattr(expression, name)
        for less in _expressions(child):
            changed = _with(whole, i, less) if isinstance(whole, tuple) else less
            yield replace(expression, **{name: changed})
