"""Conditions on ROW_NUMBER, RANK and DENSE_RANK: the first rows of each partition."""

from __future__ import annotations

from functools import partial

from cep.planner.binder.clocks import clocks, ties
from cep.planner.binder.context import Context
from cep.planner.binder.over_plans import RANKED
from cep.planner.expressions import (
    Call,
    Cast,
    Constant,
    Expression,
    Input,
    conjunction,
    conjuncts,
    substitute,
)
from cep.planner.logical import Filter, Node, Over, Project, TopN, transform, walk
from cep.planner.optimizer.folding import fold
from cep.runtime.operators.aggregate import Emission
from cep.runtime.ranks import Ranks
from cep.types import Integer

_RANKS = {name: Ranks[name.upper()] for name in RANKED}

_SWAPPED = {"<=": ">=", "<": ">", "=": "=", ">": "<", ">=": "<="}


def with_top_rows(plan: Node, context: Context) -> Node:
    """Return a plan in which a condition such as `row_number <= 3` keeps the first rows only.

    Raises the error of a window function whose rows would never be complete, where no condition
    makes it a question of the first rows.
    """
    plan = transform(plan, lambda node: _top(node, context))
    for node in walk(plan):
        if isinstance(node, Over) and node.refusal is not None:
            raise node.refusal
    return plan


def _top(node: Node, context: Context) -> Node | None:
    """Return a filter over numbered rows as the first rows."""
    if not isinstance(node, Filter):
        return None
    path: list[Project | Filter] = []
    below = node.input
    while isinstance(below, Project | Filter):
        path.append(below)
        below = below.input
    if not isinstance(below, Over) or len(below.calls) != 1:
        return None
    ranks = _RANKS.get(below.calls[0].name)
    first, last, rest = 1, None, []
    for condition in conjuncts(node.predicate):
        found = _range(_at(condition, path), len(below.input.schema), context)
        if found is None:
            rest.append(condition)
            continue
        least, most = found
        first = max(first, least)
        last = last if most is None else most if last is None else min(last, most)
    if ranks is None or last is None:
        return None
    top = _first_rows(below, ranks, first, last, context)
    if top is None:
        return None
    for one in reversed(path):
        top = one.over((top,))
    return Filter(top, conjunction(tuple(rest))) if rest else top


def _at(condition: Expression, path: list[Project | Filter]) -> Expression:
    """Return a condition over what is below projections."""
    for node in path:
        if isinstance(node, Project):
            condition = substitute(condition, partial(_computed, node))
    return condition


def _computed(node: Project, e: Expression) -> Expression | None:
    return node.expressions[e.index] if isinstance(e, Input) else None


def _range(condition: Expression, number: int, context: Context) -> tuple[int, int | None] | None:
    """Return which numbers a condition leaves: from the least to the most, None where all do."""
    if not isinstance(condition, Call) or condition.function.name not in _SWAPPED:
        return None
    name = condition.function.name
    one, other = (fold(a, context.session) for a in condition.arguments)
    if isinstance(one, Constant):
        one, other, name = other, one, _SWAPPED[name]
    if isinstance(one, Cast):
        one = one.operand
    value = other.value.as_py() if isinstance(other, Constant) else None
    whole = isinstance(other.type, Integer) and isinstance(value, int)
    if not (isinstance(one, Input) and one.index == number and whole):
        return None
    assert isinstance(value, int)
    value = max(min(value, 2**62), -(2**62))
    return {
        "<=": (1, value),
        "<": (1, value - 1),
        "=": (value, value),
        ">": (value + 1, None),
        ">=": (value, None),
    }[name]


def _first_rows(over: Over, ranks: Ranks, first: int, last: int, context: Context) -> Node | None:
    """Return the first rows of numbered ones, None where they are better numbered first."""
    known = over.input.properties
    decided = ties(over.input, over.order)
    timed = known.append_only and known.timed
    timed = timed and not clocks(over.input).keys().isdisjoint(over.partition)
    if context.emission is Emission.STREAM:
        timed, emission = False, Emission.STREAM
    elif over.timed:
        # Rows that come in order are said as they come, and a partition is a counter.
        return None
    elif timed:
        emission = Emission.WATERMARK
    elif over.refusal is None:
        # Over finished data it must be the rows that it would be on a stream.
        if not decided:
            return None
        emission = Emission.WATERMARK
    elif context.emission is Emission.WATERMARK:
        return None
    else:
        emission = Emission.STREAM
    return TopN(
        over.input,
        over.partition,
        over.order,
        decided,
        ranks,
        first,
        max(last, 0),
        over.names[0],
        emission,
        timed,
        context.ttl,
    )
