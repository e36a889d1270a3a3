"""The rules, in the order in which they are applied, and the loop that applies them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cep.planner.logical import Node
from cep.planner.optimizer.filters import merge_filters, push_filters
from cep.planner.optimizer.folding import fold_constants
from cep.planner.optimizer.joins import push_join_conditions, tighten_joins
from cep.planner.optimizer.projections import merge_projections, prune_columns
from cep.planner.optimizer.sharing import share_subexpressions
from cep.planner.optimizer.windows import share_slices
from cep.runtime.session import Session

Rule = Callable[[Node, Session], Node]

RULES: tuple[Rule, ...] = (
    fold_constants,
    tighten_joins,
    push_filters,
    push_join_conditions,
    merge_filters,  # Filters meet when they have been pushed through the projections between them,
    push_filters,  # and together they may go on.
    merge_projections,
    prune_columns,
    merge_projections,
    share_slices,
    share_subexpressions,
)


@dataclass(frozen=True)
class Step:
    """A rule that changed the plan, and the plan after it."""

    rule: str
    plan: Node


def optimize(plan: Node, session: Session, trace: list[Step] | None = None) -> Node:
    """Apply every rule once, in order; note in `trace` which of them changed something."""
    for rule in RULES:
        changed = rule(plan, session)
        if changed != plan and trace is not None:
            trace.append(Step(rule.__name__, changed))
        plan = changed
    return plan
