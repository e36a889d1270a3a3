"""Operators wired together: batches and watermarks flow from the entries to the one root."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from cep.errors import StateError
from cep.runtime.batch import Batch
from cep.runtime.operator import Operator, Outlet, StateSize
from cep.runtime.time import BEGINNING, END

Output = Callable[[Batch], None]


@dataclass
class GraphNode:
    """An operator with its stable id and where its rows go."""

    id: str
    operator: Operator
    targets: list[tuple[int, int]] = field(default_factory=list)
    said: int = BEGINNING
    """The watermark last handed on."""
    rows_in: int = 0
    rows_out: int = 0


class Graph:
    """The operators of one query, inputs before what reads them; the last one is the root."""

    def __init__(self) -> None:
        self.nodes: list[GraphNode] = []
        self.output: Output = lambda _: None
        self.finished = False
        """Whether the root, or a LIMIT on the only way to it, wants no more rows."""

    def add(self, operator: Operator, inputs: Sequence[int] = ()) -> int:
        """Add an operator that reads the given nodes, in order of its ports; return its index."""
        index = len(self.nodes)
        self.nodes.append(GraphNode(f"{index}:{type(operator).__name__}", operator))
        for port, source in enumerate(inputs):
            self.nodes[source].targets.append((index, port))
        return index

    def connect(self, outlet: Outlet) -> None:
        """Give every operator the outlet for rows that go no further."""
        for node in self.nodes:
            node.operator.outlet = outlet

    def begin(self) -> None:
        """Let every operator say what is true before any row has come."""
        for index, node in enumerate(self.nodes):
            for out in node.operator.begin():
                self._hand_on(node, index, out)

    def push(self, index: int, port: int, batch: Batch) -> None:
        """Send rows into a node, and what it says further on."""
        if not batch.rows:
            return
        node = self.nodes[index]
        node.rows_in += batch.rows
        for out in node.operator.process(port, batch):
            self._hand_on(node, index, out)
        if node.operator.finished and node.said < END:
            # What reads it has all the rows that there will ever be.
            node.said = END
            for target, target_port in node.targets:
                self.advance(target, target_port, END)
            self._finish(index)

    def advance(self, index: int, port: int, watermark: int) -> None:
        """Tell a node that its input has come to `watermark`, and hand on what follows from it."""
        node = self.nodes[index]
        operator = node.operator
        if watermark <= operator.watermarks[port]:
            return
        for out in operator.advance(port, watermark):
            self._hand_on(node, index, out)
        reached = operator.output_watermark()
        if reached > node.said:
            node.said = reached
            for target, target_port in node.targets:
                self.advance(target, target_port, reached)

    def tick(self, now: int) -> None:
        """Tell every node the engine's time."""
        for index, node in enumerate(self.nodes):
            for out in node.operator.tick(now):
                self._hand_on(node, index, out)

    @property
    def watermark(self) -> int:
        """The watermark of the result."""
        return self.nodes[-1].said

    def _hand_on(self, node: GraphNode, index: int, batch: Batch) -> None:
        if not batch.rows:
            return
        node.rows_out += batch.rows
        if index == len(self.nodes) - 1:
            self.output(batch)
        for target, port in node.targets:
            self.push(target, port, batch)

    def _finish(self, index: int) -> None:
        """Note that a node wants no more; the query ends if every row must pass through it."""
        while self.nodes[index].targets:
            index = self.nodes[index].targets[0][0]
            if self.nodes[index].operator.ports > 1:
                return
        self.finished = True

    def snapshot(self) -> dict[str, dict[str, pa.Table]]:
        """Return the state of every operator, with its watermarks and fingerprint, by stable id."""
        states: dict[str, dict[str, pa.Table]] = {}
        for node in self.nodes:
            state = dict(node.operator.snapshot())
            meta = pa.table(
                {
                    "fingerprint": [node.operator.fingerprint()],
                    "watermarks": [list(node.operator.watermarks)],
                    "said": [node.said],
                }
            )
            states[node.id] = {**state, "$node": meta}
        return states

    def restore(self, states: Mapping[str, Mapping[str, pa.Table]]) -> None:
        """Take up a state; raise StateError, before anything changes, where it does not fit."""
        for node in self.nodes:
            meta = states.get(node.id, {}).get("$node")
            if meta is None or meta["fingerprint"][0].as_py() != node.operator.fingerprint():
                raise StateError(
                    f"the snapshot does not fit the query: operator {node.id} has changed",
                    hint="restore it with the query it was taken from, or start the query anew",
                )
        for node in self.nodes:
            state = dict(states[node.id])
            meta = state.pop("$node")
            node.operator.watermarks = meta["watermarks"][0].as_py()
            node.said = meta["said"][0].as_py()
            node.operator.restore(state)
            if node.operator.finished:
                self._finish(self.nodes.index(node))

    def size(self) -> StateSize:
        """Return how much all operators keep."""
        total = StateSize()
        for node in self.nodes:
            total = total + node.operator.size()
        return total
