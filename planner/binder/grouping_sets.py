"""GROUPING SETS, ROLLUP and CUBE: which keys a row of the result is grouped by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations, product

import pyarrow as pa

from cep.errors import BindError, Span
from cep.grammar import ast
from cep.planner.expressions import Case, Constant, Expression, GroupingExpression
from cep.types import INT

MOST_SETS = 1024
"""A row is counted once per set, so that many more would be a mistake."""

Sets = tuple[tuple[int, ...], ...]
"""Each set as positions in the list of all keys, ascending."""


def grouping_sets(
    written: Sequence[ast.Expression | ast.GroupingSets],
    bind: Callable[[ast.Expression], Expression],
    span: Span,
) -> tuple[list[Expression], Sets]:
    """Bind the items of GROUP BY: all keys, each once, and the sets that they stand in.

    Several items are multiplied: GROUP BY a, ROLLUP (b) has the sets (a, b) and (a).
    """
    keys: list[Expression] = []

    def number(item: ast.Expression) -> int:
        bound = bind(item)
        if bound not in keys:
            keys.append(bound)
        return keys.index(bound)

    def of(part: tuple[ast.Expression, ...]) -> list[tuple[int, ...]]:
        """Return the sets of one part: one, unless it is ROLLUP (…) or CUBE (…) itself."""
        match part:
            case (ast.Call(name=ast.Name(value="rollup" | "cube" as kind), arguments=given),):
                rows = (a.items if isinstance(a, ast.RowLiteral) else (a,) for a in given)
                return _ARRANGED[kind]([tuple(number(e) for e in row) for row in rows])
        return [tuple(number(e) for e in part)]

    factors: list[list[tuple[int, ...]]] = []
    for item in written:
        if isinstance(item, ast.GroupingSets) and item.kind == "grouping sets":
            factors.append([one for part in item.sets for one in of(part)])
        elif isinstance(item, ast.GroupingSets):
            parts = [tuple(number(e) for e in part) for part in item.sets]
            factors.append(_ARRANGED[item.kind](parts))
        else:
            factors.append([(number(item),)])
        count = 1
        for factor in factors:
            count *= len(factor)
        if count > MOST_SETS:
            raise BindError(f"GROUP BY has more than {MOST_SETS} grouping sets", span=item.span)
    sets = tuple(tuple(sorted(set().union(*choice))) for choice in product(*factors))
    return keys, sets


def _rollup(parts: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    return [sum(parts[:n], ()) for n in range(len(parts), -1, -1)]


def _cube(parts: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    sizes = range(len(parts), -1, -1)
    return [sum(chosen, ()) for n in sizes for chosen in combinations(parts, n)]


_ARRANGED: dict[str, Callable[[list[tuple[int, ...]]], list[tuple[int, ...]]]] = {
    "rollup": _rollup,
    "cube": _cube,
}


def grouping_value(
    e: GroupingExpression,
    keys: Sequence[Expression],
    sets: Sets,
    is_set: Callable[[int], Expression],
    span: Span,
) -> Expression:
    """Return the value of GROUPING(…): a bit per argument, 1 where it is not grouped by.

    `is_set` returns the condition that a row of the result is of a set.
    """
    places = []
    for argument in e.arguments:
        if argument not in keys:
            raise BindError(
                f"GROUPING takes what is grouped by, and {argument} is not",
                span=span,
                hint=f"add {argument} to GROUP BY",
            )
        places.append(keys.index(argument))
    bits = [sum((p not in s) << n for n, p in enumerate(reversed(places))) for s in sets]
    last = integer(bits[-1]) if bits else integer(0)
    others = [i for i, b in enumerate(bits) if b != bits[-1]]
    if not others:
        return last
    return Case(
        INT, tuple(is_set(i) for i in others), tuple(integer(bits[i]) for i in others), last
    )


def integer(value: int) -> Constant:
    """Return an INT."""
    return Constant(INT, pa.scalar(value, pa.int32()))
