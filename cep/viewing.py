"""CREATE MATERIALIZED VIEW and SUBSCRIBE: what is read of a query while it goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cep.catalog import MAINTAINED, Relation, View
from cep.errors import BindError, did_you_mean
from cep.grammar import ast
from cep.planner.binder.views import materialized
from cep.running import Running
from cep.subscriptions import Subscription

if TYPE_CHECKING:
    from cep.engine import Engine
    from cep.parameters import Parameters


def create(engine: Engine, statement: ast.CreateView, parameters: Parameters) -> Running | None:
    """Start the query of a materialized view; None where IF NOT EXISTS left an older one."""
    name = statement.name
    running = engine.queries.get(name.value)
    old = engine.catalog.get(name.value)
    if running is not None and not running.closed and (old is None or old.kind != MAINTAINED):
        raise BindError(
            f"a query called {name.value} is running",
            span=name.span,
            hint=f"STOP {name.value} first, or give the view another name",
        )
    plan = engine.plan(statement.query, parameters)
    view = materialized(statement, plan)
    added = engine.catalog.put(
        view,
        if_not_exists=statement.if_not_exists,
        or_replace=statement.or_replace,
        span=name.span,
    )
    if not added:
        return None
    if old is not None:
        engine.forget(old)
    try:
        return engine.maintain(view, statement.query, plan)
    except BaseException:
        engine.catalog.drop(MAINTAINED, view.name)
        raise


def subscribe(
    engine: Engine, statement: ast.Subscribe, parameters: Parameters, drive: bool
) -> Subscription:
    """Answer SUBSCRIBE: the changes of a view from now on."""
    rows = rows_of(engine, statement)
    subscription = Subscription(
        engine.views[rows.name],
        rows,
        engine.session,
        snapshot=statement.snapshot,
        progress=statement.progress,
    )
    engine.attach(subscription, drive=drive)
    return subscription


def rows_of(engine: Engine, statement: ast.Subscribe) -> Relation:
    """Return what a statement subscribes to; raises BindError where it cannot."""
    name = statement.name
    entry = engine.catalog.get(name.value)
    if not isinstance(entry, View) or entry.relation is None:
        views = [e.name for e in engine.catalog if e.kind == MAINTAINED]
        what = (
            "there is no materialized view" if entry is None else f"{name.value} is a {entry.kind}"
        )
        hint = did_you_mean(name.value, views) or (
            f"the materialized views are {', '.join(views)}"
            if views
            else f"CREATE MATERIALIZED VIEW … AS SELECT * FROM {name.value} makes one"
            if entry is not None
            else "CREATE MATERIALIZED VIEW makes one"
        )
        message = f"{what} called {name.value}" if entry is None else f"{what}, and has no changes"
        raise BindError(message, span=name.span, hint=hint)
    if statement.progress and not engine.views.properties(name.value).timed:
        raise BindError(
            f"{name.value} has no event time, and so no progress to tell of",
            span=statement.span,
            hint="leave PROGRESS out",
        )
    return entry.relation
