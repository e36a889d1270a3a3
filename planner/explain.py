"""How EXPLAIN shows a plan: a tree, and under each node what is known of it."""

from __future__ import annotations

from cep.planner.logical import Node


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
    facts = (
        ("schema", str(node.schema) or "no columns"),
        ("changes", "inserts only" if p.append_only else "inserts and retractions"),
        ("event time", time),
        ("key", key),
        ("state", p.state),
        ("input", "bounded" if p.bounded else "unbounded"),
    )
    for name, value in facts:
        lines.append(f"{below}  {name + ':':<12}{value}")
    children = node.inputs()
    for i, child in enumerate(children):
        last = i == len(children) - 1
        _show(
            child, f"{rest}{'└─ ' if last else '├─ '}", f"{rest}{'   ' if last else '│  '}", lines
        )
