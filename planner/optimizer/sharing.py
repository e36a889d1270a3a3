"""Common sub-expressions: what one projection or filter computes twice is computed once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from cep.planner import expressions as ex
from cep.planner.logical import Filter, Node, Project, transform
from cep.runtime.session import Session


def share_subexpressions(plan: Node, session: Session) -> Node:
    """Compute repeated parts of the expressions of a node in a projection below it.

    Only parts that cannot fail move: below, their error could no longer be forgiven.
    """

    def change(node: Node) -> Node | None:
        if isinstance(node, Project):
            below, shared = _below(node.input, node.expressions)
            return None if below is None else replace(node, input=below, expressions=shared)
        if isinstance(node, Filter):
            width = len(node.input.schema)
            below, shared = _below(node.input, (node.predicate,))
            if below is None:
                return None
            kept = node.schema.fields
            back = tuple(ex.Input(kept[i].type, i, kept[i].name) for i in range(width))
            return Project(Filter(below, shared[0]), back, node.schema.names)
        return None

    return transform(plan, change)


def _below(
    input: Node, expressions: Sequence[ex.Expression]
) -> tuple[Node | None, tuple[ex.Expression, ...]]:
    """Return a projection that adds the repeated parts, and the expressions that read them there."""
    counts = Counter(e for top in expressions for e in ex.walk(top) if _worth_sharing(e))
    # Of nested repeated parts only the outermost matter where the inner ones occur no oftener.
    repeated = [
        e
        for e, n in counts.items()
        if n > 1 and not any(e is not o and counts[o] == n and e in ex.walk(o) for o in counts)
    ]
    if not repeated:
        return None, tuple(expressions)
    fields = input.schema.fields
    width = len(fields)
    columns = tuple(ex.Input(f.type, i, f.name) for i, f in enumerate(fields))
    names = (*input.schema.names, *(str(e) for e in repeated))
    added = {e: ex.Input(e.type, width + i, str(e)) for i, e in enumerate(repeated)}
    shared = tuple(ex.substitute(e, added.get) for e in expressions)
    return Project(input, (*columns, *repeated), names), shared


def _worth_sharing(e: ex.Expression) -> bool:
    return (
        not isinstance(e, ex.Input | ex.Constant)
        and ex.is_deterministic(e)
        and not ex.can_fail(e)
        and bool(ex.inputs(e))
    )
