"""Constant folding: what depends on no row is computed once, when the query is planned."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from cep.planner import expressions as ex
from cep.planner.compiler import compile_expression
from cep.planner.logical import Filter, Join, Match, Node, Project, Scan, transform
from cep.planner.patterns.expressions import MatchAggregate, Navigation
from cep.runtime.functions.casts import cast
from cep.runtime.session import Session
from cep.types import BOOLEAN, DOUBLE, is_exact


def fold_constants(plan: Node, session: Session) -> Node:
    """Compute calls of constants; drop conditions that are always true.

    An expression that fails stays as it is: it is an error only of a row that needs it.
    """

    def change(node: Node) -> Node | None:
        if isinstance(node, Project):
            folded = tuple(fold(e, session) for e in node.expressions)
            return replace(node, expressions=folded)
        if isinstance(node, Filter):
            predicate = fold(node.predicate, session)
            return node.input if _is(predicate, True) else replace(node, predicate=predicate)
        if isinstance(node, Scan):
            return replace(node, filters=tuple(fold(f, session) for f in node.filters))
        if isinstance(node, Join) and node.residual is not None:
            residual = fold(node.residual, session)
            return replace(node, residual=None if _is(residual, True) else residual)
        if isinstance(node, Match):
            return _match(node, session)
        return None

    return transform(plan, change)


def _match(node: Match, session: Session) -> Node:
    conditions = (None if c is None else fold(c, session) for c in node.conditions)
    return replace(
        node,
        # Any row satisfies a condition that is always true.
        conditions=tuple(None if c is None or _is(c, True) else c for c in conditions),
        measures=tuple(fold(m, session) for m in node.measures),
    )


def fold(expression: ex.Expression, session: Session) -> ex.Expression:
    """Return the expression with its constant parts computed."""

    def change(e: ex.Expression) -> ex.Expression | None:
        if isinstance(e, ex.Logical):
            return _logical(e)
        if isinstance(e, ex.Call) and not e.function.deterministic:
            return None
        if isinstance(e, Navigation | MatchAggregate):
            # There may be no row to read, or any number of them.
            return None
        children = e.children()
        if isinstance(e, ex.Call) and e.function.name in _NUMERIC:
            e = _as_doubles(e, session)
            children = e.children()
        if not children or not all(isinstance(c, ex.Constant) for c in children):
            return e
        value, errors = compile_expression(e, session)((), 1)
        if errors is not None:
            return e
        if isinstance(value, pa.Array):
            value = value[0]
        return ex.Constant(e.type, value)

    return ex.transform(expression, change)


_NUMERIC = frozenset(("+", "-", "*", "/", "%", "=", "<>", "<", "<=", ">", ">="))


def _as_doubles(e: ex.Call, session: Session) -> ex.Call:
    """Turn exact constants into DOUBLE beside one: the kernel would do it for each batch."""
    if DOUBLE not in (a.type for a in e.arguments):
        return e
    arguments = tuple(
        ex.Constant(DOUBLE, cast(a.value, a.type, DOUBLE, session))
        if isinstance(a, ex.Constant) and is_exact(a.type)
        else a
        for a in e.arguments
    )
    return replace(e, arguments=arguments)


def _is(e: ex.Expression, value: bool) -> bool:
    return isinstance(e, ex.Constant) and e.type == BOOLEAN and e.value.as_py() is value


def _logical(e: ex.Logical) -> ex.Expression | None:
    """Drop the operands that do not matter; TRUE settles an OR and FALSE an AND.

    An error beside a settling constant is not needed, so it may go too.
    """
    settles = e.operator == "or"
    if any(_is(o, settles) for o in e.operands):
        return ex.Constant(BOOLEAN, pa.scalar(settles))
    kept = tuple(o for o in e.operands if not _is(o, not settles))
    if not kept:
        return ex.Constant(BOOLEAN, pa.scalar(not settles))
    if len(kept) == 1:
        return kept[0]
    return e if len(kept) == len(e.operands) else replace(e, operands=kept)
