"""ORDER BY and LIMIT: at the end, as the watermark passes, or as the first rows kept up to date."""

from __future__ import annotations

from dataclasses import dataclass

from cep.errors import BindError, Span, UnsupportedError
from cep.grammar import ast
from cep.planner.binder.clocks import ties
from cep.planner.binder.context import Context
from cep.planner.binder.expressions import ExpressionBinder
from cep.planner.binder.over_plans import in_time
from cep.planner.binder.scope import Scope
from cep.planner.expressions import Constant
from cep.planner.logical import Limit, Node, Project, Sort, SortKey, TopN, by_time
from cep.runtime.operators.aggregate import Emission
from cep.runtime.ranks import Ranks


@dataclass(frozen=True)
class Limits:
    """What LIMIT and OFFSET say; `span` is where."""

    limit: int | None = None
    offset: int = 0
    span: Span | None = None

    @property
    def there(self) -> bool:
        """Whether anything is said."""
        return self.span is not None


NO_LIMITS = Limits()


def bind_limits(query: ast.Query, context: Context) -> Limits:
    """Return LIMIT and OFFSET of a query."""
    limit = None if query.limit is None else _count(query.limit, "LIMIT", context)
    offset = 0 if query.offset is None else _count(query.offset, "OFFSET", context)
    written = query.limit or query.offset
    return Limits(limit, offset, None if written is None else written.span)


def _count(written: ast.Expression, clause: str, context: Context) -> int:
    bound = ExpressionBinder(Scope(), context, place=f"in {clause}").bind(written)
    value = bound.value.as_py() if isinstance(bound, Constant) else None
    if not isinstance(value, int) or value < 0:
        raise BindError(f"{clause} takes a number of rows, 0 or more", span=written.span)
    return value


def limited(plan: Node, limits: Limits) -> Node:
    """Return the first rows to arrive."""
    if not limits.there:
        return plan
    if not plan.properties.append_only:
        raise UnsupportedError(
            "LIMIT over rows that may be retracted",
            span=limits.span,
            hint="write ORDER BY … LIMIT: which rows are the first must not depend on when they "
            "were said",
        )
    return Limit(plan, limits.limit, limits.offset)


def sorted_rows(
    plan: Node, keys: tuple[SortKey, ...], limits: Limits, span: Span, context: Context
) -> Node:
    """Return rows in order, and with LIMIT the first of them."""
    limit, offset = limits.limit, limits.offset
    if limit is None and not keys[0].descending:
        # Of several event times, as a join has them, the query goes on by this one.
        plan = by_time(plan, keys[0].index)
    timed = in_time(plan, keys)
    if plan.properties.bounded and not (timed and limit is None):
        decided = ties(plan, keys) if limits.there else ()
        return Sort(plan, keys, limit, offset, decided)
    if limit is None and timed:
        return limited(Sort(plan, keys, timed=True), limits)
    if limit is not None and context.emission is Emission.WATERMARK:
        raise BindError(
            "EMIT AFTER WATERMARK needs rows that are said once, and the first ones of an "
            "unbounded stream change",
            span=span,
            hint="leave EMIT AFTER WATERMARK out: what is first now is then said, and taken back "
            "later",
        )
    if limit is not None:
        return TopN(
            plan,
            (),
            keys,
            ties(plan, keys),
            Ranks.ROW_NUMBER,
            offset + 1,
            offset + limit,
            None,
            Emission.STREAM,
        )
    if plan.properties.append_only and plan.properties.timed:
        what = "the ORDER BY of an unbounded stream must begin with its event time, ascending"
        hint = "; with LIMIT n the first n rows of any order are kept up to date"
        time = plan.properties.time
        first = "select the event time" if time is None else f"ORDER BY {_written(plan, time)}"
        raise BindError(what, span=span, hint=first + hint)
    raise BindError(
        "ORDER BY of rows that never are complete",
        span=span,
        hint="add LIMIT n: the first n rows are kept up to date",
    )


def _written(plan: Node, column: int) -> str:
    """Return how a column is written that may have been added for ORDER BY."""
    name = plan.schema.names[column]
    return str(plan.expressions[column]) if name[:1] == "$" and isinstance(plan, Project) else name
