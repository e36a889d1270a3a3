"""Operators wired together: batches and watermarks flow from the entries to the one root.

An operator may belong to several graphs: those of queries which begin with the same operators, over
the same rows. It is then driven by one of them, and what it says goes on in all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from cep.errors import StateError
from cep.runtime.batch import Batch
from cep.runtime.operator import Operator, Outlet, StateSize
from cep.runtime.rowerrors import Messages
from cep.runtime.time import BEGINNING, END

Output = Callable[[Batch], None]


@dataclass(eq=False)
class GraphNode:
    """An operator with its stable id, where its rows go, and the graphs that it belongs to."""

    id: str
    operator: Operator
    graphs: list[Graph]
    targets: list[tuple[GraphNode, int]] = field(default_factory=list)
    said: int = BEGINNING
    """The watermark last handed on."""
    rows_in: int = 0
    rows_out: int = 0

    @property
    def shared(self) -> bool:
        """Whether it belongs to several graphs."""
        return len(self.graphs) > 1

    @property
    def untouched(self) -> bool:
        """Whether nothing has come to it and nothing has been said by it."""
        quiet = not self.rows_in and not self.rows_out and self.said == BEGINNING
        return quiet and all(w == BEGINNING for w in self.operator.watermarks)

    def late(self, batch: Batch) -> None:
        """Let every query know of rows that came too late for the operator."""
        for graph in self.graphs:
            graph.outlet.late(batch)

    def failed(self, batch: Batch, messages: Messages) -> None:
        """Let every query know of rows that could not be computed."""
        for graph in self.graphs:
            graph.outlet.failed(batch, messages)


class Graph:
    """The operators of one query, inputs before what reads them; the last one is the root.

    `enter` does something to the operators that are the query's own, and keeps what goes wrong
    there from the other queries; `fail` is told what went wrong in an operator that it shares, and
    `adopt` of an entry that nobody drives any more.
    """

    def __init__(self) -> None:
        self.nodes: list[GraphNode] = []
        self.output: Output = lambda _: None
        self.outlet: Outlet
        self.enter: Callable[[Callable[[], None]], None] = lambda action: action()
        self.fail: Callable[[Exception], None] = lambda _: None
        self.adopt: Callable[[GraphNode], None] = lambda _: None
        self.finished = False
        """Whether the root, or a LIMIT on the only way to it, wants no more rows."""

    def add(self, operator: Operator, inputs: Sequence[int] = ()) -> int:
        """Add an operator that reads the given nodes, in order of its ports; return its index."""
        index = len(self.nodes)
        node = GraphNode(_id(index, operator), operator, [self])
        self.nodes.append(node)
        for port, source in enumerate(inputs):
            self.nodes[source].targets.append((node, port))
        return index

    def connect(self, outlet: Outlet) -> None:
        """Give every operator the outlet for rows that go no further."""
        self.outlet = outlet
        for node in self.nodes:
            node.operator.outlet = outlet

    # What is shared.

    def share(self, first: int, nodes: Sequence[GraphNode]) -> None:
        """Take nodes of another graph in place of equal ones, from the index `first` on.

        They are whole: what they read is among them, and only the last one is read by others. Its
        targets here learn how far it has come.
        """
        last = first + len(nodes) - 1
        targets = self.nodes[last].targets
        self.nodes[first : last + 1] = nodes
        for node in nodes:
            node.graphs.append(self)
            node.operator.outlet = node
        nodes[-1].targets += targets
        for target, port in targets:
            if nodes[-1].said > BEGINNING:
                self._advance(target, port, nodes[-1].said)

    def leave(self) -> list[GraphNode]:
        """Leave the shared nodes to the other graphs; return them."""
        for node in self.nodes:
            node.graphs.remove(self)
        left = [n for n in self.nodes if n.graphs]
        for node in left:
            node.targets = [(t, p) for t, p in node.targets if t.graphs]
        return left

    # What flows.

    def begin(self) -> None:
        """Let every operator of its own say what is true before any row has come."""
        for node in self.nodes:
            if not node.shared:
                for out in node.operator.begin():
                    self._hand_on(node, out)

    def push(self, index: int, batch: Batch) -> None:
        """Send rows into an entry, and what it says further on."""
        self._push(self.nodes[index], 0, batch)

    def advance(self, index: int, watermark: int) -> None:
        """Tell an entry that its input has come to `watermark`, and hand on what follows."""
        self._advance(self.nodes[index], 0, watermark)

    def _push(self, node: GraphNode, port: int, batch: Batch) -> None:
        if not batch.rows:
            return
        node.rows_in += batch.rows
        if node.shared:
            self._together(node, lambda: self._process(node, port, batch))
        else:
            self._process(node, port, batch)

    def _process(self, node: GraphNode, port: int, batch: Batch) -> None:
        for out in node.operator.process(port, batch):
            self._hand_on(node, out)
            if self.finished and not node.shared:
                return  # A join may have many more pairs to say, and nobody wants them.
        if node.operator.finished and node.said < END:
            # What reads it has all the rows that there will ever be.
            node.said = END
            for target, target_port in node.targets:
                self._advance(target, target_port, END)
            self._finish(node)

    def _advance(self, node: GraphNode, port: int, watermark: int) -> None:
        if watermark <= node.operator.watermarks[port]:
            return
        if node.shared:
            self._together(node, lambda: self._reach(node, port, watermark))
        else:
            self._reach(node, port, watermark)

    def _reach(self, node: GraphNode, port: int, watermark: int) -> None:
        operator = node.operator
        for out in operator.advance(port, watermark):
            self._hand_on(node, out)
        reached = operator.output_watermark()
        if reached > node.said:
            node.said = reached
            if not node.shared:
                for target, target_port in tuple(node.targets):
                    self._advance(target, target_port, reached)
                return
            for target, target_port in tuple(node.targets):

                def reach(
                    graph: Graph, target: GraphNode = target, port: int = target_port
                ) -> None:
                    graph._advance(target, port, reached)

                self._into(node, target, reach)
            self._tell_roots(node)

    def tick(self, now: int) -> None:
        """Tell every node the engine's time."""
        for node in self.nodes:
            for out in node.operator.tick(now):
                self._hand_on(node, out)

    @property
    def watermark(self) -> int:
        """The watermark of the result."""
        return self.nodes[-1].said

    def _hand_on(self, node: GraphNode, batch: Batch) -> None:
        if not batch.rows:
            return
        node.rows_out += batch.rows
        if not node.shared:
            if node is self.nodes[-1]:
                self.output(batch)
            for target, port in tuple(node.targets):
                self._push(target, port, batch)
            return
        for graph in list(node.graphs):
            if node is graph.nodes[-1]:
                graph.enter(lambda graph=graph: graph.output(batch))  # type: ignore[misc]  # bound now
        for target, port in tuple(node.targets):

            def push(graph: Graph, target: GraphNode = target, port: int = port) -> None:
                graph._push(target, port, batch)

            self._into(node, target, push)

    def _into(self, node: GraphNode, target: GraphNode, action: Callable[[Graph], None]) -> None:
        """Do something to what reads a node; where that is shared and it is not, by its query."""
        if target.shared or (target.graphs == [self] and not node.shared):
            action(self)
        else:
            for graph in tuple(target.graphs):  # none, if its query has just stopped
                graph.enter(lambda graph=graph: action(graph))  # type: ignore[misc]  # bound now

    def _tell_roots(self, node: GraphNode) -> None:
        """Let the queries whose root is a shared node notice its watermark."""
        for graph in list(node.graphs):
            if node is graph.nodes[-1]:
                graph.enter(_nothing)

    def _together(self, node: GraphNode, action: Callable[[], None]) -> None:
        """Do something to a shared operator; where that goes wrong, it does so for all."""
        try:
            action()
        except Exception as error:  # whatever it is, each query is told
            for graph in list(node.graphs):
                graph.fail(error)

    def _finish(self, node: GraphNode) -> None:
        """Note that a node wants no more; the query ends if every row must pass through it."""
        while node is not self.nodes[-1]:
            node = node.targets[0][0]
            if node.operator.ports > 1:
                return
        self.finished = True

    # What is kept.

    def snapshot(self) -> dict[str, dict[str, pa.Table]]:
        """Return the state of every operator, with its watermarks and fingerprint, by stable id."""
        states: dict[str, dict[str, pa.Table]] = {}
        for index, node in enumerate(self.nodes):
            state = dict(node.operator.snapshot())
            meta = pa.table(
                {
                    "fingerprint": [node.operator.fingerprint()],
                    "watermarks": [list(node.operator.watermarks)],
                    "said": [node.said],
                }
            )
            states[_id(index, node.operator)] = {**state, "$node": meta}
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
                self._finish(node)

    def size(self) -> StateSize:
        """Return how much all operators keep."""
        total = StateSize()
        for node in self.nodes:
            total = total + node.operator.size()
        return total


def _id(index: int, operator: Operator) -> str:
    return f"{index}:{type(operator).__name__}"


def _nothing() -> None:
    """Do nothing but what `enter` does besides."""
