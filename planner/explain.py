"""How EXPLAIN shows a plan: a tree, and under each node what is known of it."""

from __future__ import annotations

from cep.planner.expressions import Call, Expression, walk
from cep.planner.logical import (
    Aggregate,
    AsOf,
    Filter,
    Join,
    Lookup,
    Match,
    Node,
    Over,
    Project,
    Scan,
    Values,
)
from cep.planner.patterns.expressions import MatchAggregate
from cep.planner.patterns.showing import facts as pattern_facts
from cep.runtime.aggregates.registry import Aggregate as AnyAggregate


def explain(plan: Node) -> str:
    """Return the plan as a tree with schema, changes, time, key and state of each node."""
    lines: list[str] = []
    _show(plan, "", "", lines)
    return "\n".join(lines)


def outline(plan: Node) -> str:
    """Return the plan as a tree with one line per node."""
    lines: list[str] = []

    def show(node: Node, depth: int) -> None:
        lines.append("  " * depth + node.describe())
        for child in node.inputs():
            show(child, depth + 1)

    show(plan, 0)
    return "\n".join(lines)


def python_calls(node: Node) -> list[str]:
    """Return the functions of the program that a node calls, and how."""
    expressions: tuple[Expression, ...] = ()
    match node:
        case Scan():
            expressions = node.filters
        case Filter():
            expressions = (node.predicate, *node.shared)
        case Project():
            expressions = (*node.expressions, *node.shared)
        case Values():
            expressions = tuple(e for row in node.rows for e in row)
        case Aggregate():
            by_rows = [c.aggregate for c in node.calls if c.aggregate.python]
            return list(dict.fromkeys(f"{a.name} ({a.python})" for a in by_rows))
        case Over():
            of_frames = [c.aggregate.aggregate for c in node.calls if c.aggregate is not None]
            return list(dict.fromkeys(f"{a.name} ({a.python})" for a in of_frames if a.python))
        case Join() | AsOf() | Lookup():
            expressions = () if node.residual is None else (node.residual,)
        case Match():
            expressions = (*node.measures, *(c for c in node.conditions if c is not None))
    parts = [e for top in expressions for e in walk(top)]
    called = [(e.function.name, e.function.python) for e in parts if isinstance(e, Call)]
    called += [
        (e.aggregate.name, e.aggregate.python) for e in parts if isinstance(e, MatchAggregate)
    ]
    return list(dict.fromkeys(f"{name} ({how})" for name, how in called if how))


def sketches(node: Node) -> list[str]:
    """Return the aggregates of a node that keep sketches of a library, and which."""
    called: list[AnyAggregate] = []
    match node:
        case Aggregate():
            called = [c.aggregate for c in node.calls]
        case Over():
            called = [c.aggregate.aggregate for c in node.calls if c.aggregate is not None]
        case Match():
            tops = (*node.measures, *(c for c in node.conditions if c is not None))
            parts = [e for top in tops for e in walk(top)]
            called = [e.aggregate for e in parts if isinstance(e, MatchAggregate)]
    by_chance = ": depends on the order of rows and on chance"
    return list(
        dict.fromkeys(
            f"{a.name} ({a.sketch}{by_chance if a.chance else ''})" for a in called if a.sketch
        )
    )


def _show(node: Node, head: str, rest: str, lines: list[str]) -> None:
    p = node.properties
    names = node.schema.names
    lines.append(f"{head}{node.describe()}")
    below = f"{rest}{'│ ' if node.inputs() else '  '}"
    unseen = "carried unseen" if p.timed else "none"
    time = unseen if p.time is None else names[p.time]
    key = (
        ", ".join(names[i] for i in p.key) if p.key else ("the only row" if p.key == () else "none")
    )
    facts = [
        ("schema", str(node.schema) or "no columns"),
        ("changes", "inserts only" if p.append_only else "inserts and retractions"),
        ("event time", time),
        ("key", key),
        ("state", p.state),
        ("input", "bounded" if p.bounded else "unbounded"),
    ]
    facts += pattern_facts(node) if isinstance(node, Match) else node.details()
    if node.caution():
        facts.append(("caution", node.caution().replace("\n ", ";")))
    called = python_calls(node)
    if called:
        facts.append(("python", ", ".join(called)))
    kept = sketches(node)
    if kept:
        facts.append(("sketches", ", ".join(kept)))
    for name, value in facts:
        lines.append(f"{below}  {f'{name}:' if name else '':<12}{value}")
    children = node.inputs()
    for i, child in enumerate(children):
        last = i == len(children) - 1
        _show(
            child, f"{rest}{'└─ ' if last else '├─ '}", f"{rest}{'   ' if last else '│  '}", lines
        )
