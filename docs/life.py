"""The life of one query, for ARCHITECTURE.md: what it looks like at every stage, by running it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import pyarrow as pa

import cep
from cep.grammar import ast
from cep.grammar.parser import parse
from cep.planner.binder.queries import bind_outermost
from cep.planner.explain import explain, outline
from cep.planner.optimizer.rules import Step, optimize
from cep.runtime.batch import Batch
from cep.runtime.graph import GraphNode

STREAM = """\
CREATE STREAM payments (
  card   INT,
  amount DECIMAL(8, 2),
  shop   VARCHAR,
  ts     TIMESTAMP(0),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
);
"""

QUERY = """\
SELECT card, window_start, COUNT(*) AS n, SUM(amount) AS total
FROM TABLE(TUMBLE(TABLE payments, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
WHERE amount > 5 * 20
GROUP BY card, window_start, window_end;
"""

DAY = "2026-01-01 "
"""Left out where rows are shown: all of them are of this day."""

ROWS = (
    (7, "120.00", "a", "2026-01-01 00:00:10"),
    (7, "30.00", "b", "2026-01-01 00:00:20"),
    (8, "500.00", "a", "2026-01-01 00:00:58"),
    (7, "200.00", "c", "2026-01-01 00:01:06"),
    (7, "180.00", "a", "2026-01-01 00:00:55"),
)
"""The fourth row lets the watermark pass the first minute, so the last one comes too late."""


def fenced(text: str, language: str = "text") -> str:
    """Return a text as a block."""
    return f"```{language}\n{text.rstrip()}\n```\n"


def engine() -> cep.Engine:
    """Return an engine that knows the stream."""
    made = cep.Engine()
    made.execute(STREAM)
    return made


def query() -> ast.Query:
    """Return the tree of the query."""
    (statement,) = parse(QUERY).statements
    assert isinstance(statement, ast.QueryStatement)
    return statement.query


def text() -> str:
    """Return what is typed."""
    return fenced(f"{STREAM}\n{QUERY}", "sql ignored")


def tree() -> str:
    """Return the interesting part of the tree: FROM and WHERE."""
    select = query().body
    assert isinstance(select, ast.Select)
    shown = [*_shown("source", select.source), *_shown("where", select.where)]
    return fenced("\n".join(shown))


def _shown(name: str, value: Any, depth: int = 0) -> Iterator[str]:
    """Yield a node, one field a line; what is empty and the spans are left out."""
    head = f"{'  ' * depth}{name}: " if name else "  " * depth
    if isinstance(value, tuple):
        yield head.rstrip(": ") + ":"
        for item in value:
            yield from _shown("", item, depth + 1)
        return
    if not is_dataclass(value):
        yield f"{head}{value!r}"
        return
    parts = [(f.name, getattr(value, f.name)) for f in fields(value) if f.name != "span"]
    parts = [(n, v) for n, v in parts if v not in (None, (), False)]
    plain = all(not is_dataclass(v) and not isinstance(v, tuple) for _, v in parts)
    kind = type(value).__name__
    if plain:
        yield f"{head}{kind}({', '.join(f'{n}={v!r}' for n, v in parts)})"
        return
    yield f"{head}{kind}"
    for n, v in parts:
        yield from _shown(n, v, depth + 1)


def plans() -> str:
    """Return the bound plan, what each rule makes of it, and the last plan as EXPLAIN shows it."""
    with engine() as made:
        bound = bind_outermost(query(), made.context(()))
        trace: list[Step] = []
        last = optimize(bound, made.session, trace)
    parts = ["Bound:\n", fenced(outline(bound))]
    for step in trace:
        parts += [f"After `{step.rule}`:\n", fenced(outline(step.plan))]
    parts += ["What EXPLAIN shows:\n", fenced(explain(last))]
    return "\n".join(parts)


def graph() -> str:
    """Return the operators and where each hands its rows."""
    with engine() as made:
        made.query(QUERY)
        nodes = made.queries["query_1"].graph.nodes
        lines = []
        for node in nodes:
            to = ", ".join(target.id for target, _ in node.targets) or "the result"
            lines.append(
                f"{node.id:<18} -> {to:<18} columns: {', '.join(node.operator.schema.names)}"
            )
    return fenced("\n".join(lines))


def rows() -> str:
    """Return what every operator says of every row, and what is put aside."""
    lines: list[str] = []
    with engine() as made:
        made.query(QUERY)
        running = made.queries["query_1"]
        for node in running.graph.nodes:
            _watch(node, lines)
        for row in ROWS:
            lines.append(f"insert {str(row).replace(DAY, '')}")
            made.insert("payments", row)
            (feed,) = made.reading()
            mark = _instant(feed.ingest.watermark()).replace(DAY, "")
            lines.append(f"  watermark of payments: {mark}")
        lines.append("finish")
        made.finish("payments")
        late = made.execute('SELECT watermark, "row" FROM late.query_1').fetchone()
        assert late is not None
        lines.append(f"late.query_1, behind {late.watermark}: {late.row}".replace(DAY, ""))
    return fenced("\n".join(lines))


def _watch(node: GraphNode, lines: list[str]) -> None:
    """Note every batch that an operator says."""
    operator = node.operator

    def noted(call: Callable[..., Iterable[Batch]]) -> Callable[..., Iterator[Batch]]:
        def run(*arguments: Any) -> Iterator[Batch]:
            for batch in call(*arguments):
                said = batch.to_arrow().to_pylist()
                lines.extend(f"  {node.id:<16} {_row(row)}" for row in said)
                yield batch

        return run

    for name in ("process", "advance"):
        setattr(operator, name, noted(getattr(operator, name)))


def _row(row: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={value}" for name, value in row.items()).replace(DAY, "")


def _instant(microseconds: int) -> str:
    return str(pa.scalar(microseconds, pa.timestamp("us")).as_py())


PARTS: Mapping[str, Callable[[], str]] = {
    "life text": text,
    "life tree": tree,
    "life plans": plans,
    "life graph": graph,
    "life rows": rows,
}
