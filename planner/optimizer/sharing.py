"""Common sub-expressions: what one projection or filter computes twice is computed once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from cep.planner import expressions as ex
from cep.planner.logical import Filter, Node, Project, transform
from cep.runtime.session import Session


def share_subexpressions(plan: Node, session: Session) -> Node:
    """Compute the repeated parts of a node's expressions once for all of them.

    Also a part that can fail: its errors travel with its values, and each expression that reads it
    still decides whether it needed them.
    """

    def change(node: Node) -> Node | None:
        if isinstance(node, Project) and not node.shared:
            shared, rest = _split(node.input, node.expressions)
            return replace(node, expressions=rest, shared=shared) if shared else None
        if isinstance(node, Filter) and not node.shared:
            shared, rest = _split(node.input, (node.predicate,))
            return replace(node, predicate=rest[0], shared=shared) if shared else None
        return None

    return transform(plan, change)


def _split(
    input: Node,  # noqa: A002 - that is what it is
    expressions: Sequence[ex.Expression],
) -> tuple[tuple[ex.Expression, ...], tuple[ex.Expression, ...]]:
    """Return the repeated parts, and the expressions with each of them replaced by a reference."""
    counts = Counter(e for top in expressions for e in ex.walk(top) if _worth_sharing(e))
    # A part that only ever occurs inside another repeated part is computed with that one.
    repeated = [
        e
        for e, n in counts.items()
        if n > 1 and not any(e is not o and counts[o] == n and e in ex.walk(o) for o in counts)
    ]
    width = len(input.schema)
    places = {e: ex.Shared(e.type, width + i, str(e)) for i, e in enumerate(repeated)}
    return tuple(repeated), tuple(ex.substitute(e, places.get) for e in expressions)


def _worth_sharing(e: ex.Expression) -> bool:
    return (
        not isinstance(e, ex.Input | ex.Constant) and ex.is_deterministic(e) and bool(ex.inputs(e))
    )
