"""A query at work: its graph, what it reads, where its rows go, and what it had to put aside."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from cep import snapshots
from cep.errors import CepError, EvaluationError
from cep.feeds import Feed
from cep.planner.logical import (
    Aggregate,
    ClockedFilter,
    Delay,
    Join,
    Node,
    Reading,
    SetOperation,
    TopN,
    walk,
)
from cep.planner.lowering import Lowered, values_batch
from cep.runtime.batch import Batch
from cep.runtime.graph import GraphNode
from cep.runtime.quarantine import ERRORS, LATE, Quarantine, add_errors, add_late
from cep.runtime.rowerrors import Messages, failed
from cep.runtime.session import Session
from cep.runtime.time import BEGINNING, END
from cep.snapshots import Snapshot


@dataclass
class Aside:
    """Where a query puts rows that go no further. A strict one raises instead of keeping errors."""

    strict: bool
    errors: Quarantine = field(default_factory=lambda: Quarantine(ERRORS))
    late_rows: Quarantine = field(default_factory=lambda: Quarantine(LATE))
    late_fail: bool = False
    """Whether a late row is an error (LATE ROWS ERROR)."""
    late_to: Callable[[Batch], None] | None = None
    """Who gets the late rows besides (LATE ROWS TO)."""

    def late(self, batch: Batch) -> None:
        """Count and keep rows that came too late."""
        if self.late_fail:
            messages: Messages = np.full(batch.rows, None, dtype=object)
            messages[:] = "the row is late: the watermark had passed it when it came"
            self.failed(batch, messages)
            return
        add_late(self.late_rows, batch)
        if self.late_to is not None:
            self.late_to(batch)

    def failed(self, batch: Batch, messages: Messages) -> None:
        """Count and keep rows that could not be computed, or raise EvaluationError."""
        if self.strict:
            message = str(messages[failed(messages)][0])
            raise EvaluationError(message, hint=_remedy(message))
        add_errors(self.errors, batch, messages)


def _remedy(message: str) -> str:
    """Return what can be done where a row cannot be computed."""
    if message.startswith("AFTER MATCH"):
        return "write AFTER MATCH SKIP TO NEXT ROW, or a PATTERN in which that row is always there"
    if message.startswith("the row is late"):
        return "write LATE ROWS DROP, or let the WATERMARK of the stream wait longer"
    if message.startswith(("SUM does not fit", "AVG does not fit")):
        return "a sum of DOUBLE has no such bound: CAST what is added AS DOUBLE"
    if message.startswith("the window is outside"):
        return "leave such rows out: WHERE ts BETWEEN … AND …"
    return (
        "TRY_CAST gives NULL instead, NULLIF(x, 0) avoids a division by zero, "
        "CASE and WHERE keep a row from being computed"
    )


def _nothing() -> None:
    """End an output that needs no ending."""


@dataclass(frozen=True)
class Output:
    """Where the rows of a query go; `close` commits what has been written, `abort` drops it.

    `into` is the stream that they go into, if it is one. `moved` is told when the query has done
    something, whether it said rows or not.
    """

    write: Callable[[Batch], None]
    close: Callable[[], None] = _nothing
    abort: Callable[[], None] = _nothing
    into: Feed | None = None
    moved: Callable[[], None] = _nothing


class Running:
    """One query being evaluated, once or continuously.

    `feeds` are its own sources, which it drives; it may also listen to streams that the program
    feeds. With `fatal` (ON ERROR STOP) a row that cannot be computed stops it. Late rows go to
    `late`, if that is given, or are errors with `late_fail`.
    """

    def __init__(
        self,
        name: str,
        text: str,
        plan: Node,
        lowered: Lowered,
        session: Session,
        *,
        once: bool,
        fatal: bool = False,
        output: Output | None = None,
        late: Output | None = None,
        late_fail: bool = False,
    ) -> None:
        self.name = name
        self.text = text
        self.plan = plan
        self.graph = lowered.graph
        self.once = once
        self.aside = Aside(strict=once or fatal, late_fail=late_fail)
        if late is not None:
            self.aside.late_to = late.write
        self.feeds: list[Feed] = []
        self.listens: list[Feed] = []
        self.by_name: dict[str, Feed] = {}
        self.closed = False
        self.failure: CepError | None = None
        """Why a continuous query has stopped by itself; raised where its rows are fetched."""
        self.said: deque[Batch] = deque()
        """The rows that nobody has fetched yet, where no output takes them."""
        self.rows_out = 0
        self.keep: int | None = None
        """How many rows may wait to be fetched before the oldest are let go; None: all."""
        self.let_go = 0
        """How many rows nobody fetched in time."""
        self._lowered = lowered
        self._session = session
        self._out = output or Output(self._wait)
        self._outputs = [self._out] if late is None else [self._out, late]
        self._ticks = any(
            isinstance(n, ClockedFilter | Delay)
            or (isinstance(n, Aggregate | Join | SetOperation | TopN) and n.ttl is not None)
            for n in walk(plan)
        )
        self._next = 0
        self._resting: set[int] = set()
        """The nodes of inputs that are not waited for."""
        self._alone_since: int | None = None
        """Since when all inputs have ended but those."""
        self.graph.connect(self.aside)
        self.graph.output = self._output
        self.graph.enter = self._enter
        self.graph.fail = self._failed
        self.graph.adopt = self._adopt

    def _output(self, batch: Batch) -> None:
        self.rows_out += batch.rows
        self._out.write(batch)

    def _wait(self, batch: Batch) -> None:
        """Keep rows until they are fetched, as far as there is room."""
        self.said.append(batch)
        while self.keep is not None and sum(b.rows for b in self.said) > self.keep:
            self.let_go += self.said.popleft().rows

    @property
    def _reads(self) -> list[Feed]:
        return [*self.feeds, *self.listens]

    @property
    def strict(self) -> bool:
        """Whether a row that cannot be computed, or is late, stops it."""
        return self.aside.strict or self.aside.late_fail

    def read(self, feed: Feed) -> None:
        """Take part in what reads a stream."""
        (self.feeds if feed.driven else self.listens).append(feed)
        self.by_name[feed.name] = feed
        feed.readers.append(self)

    def subscribe(self) -> None:
        """Listen to what it reads, unless another query does so for operators that it shares."""
        for entry in self._lowered.entries:
            if not self.graph.nodes[entry.node].shared:
                self.by_name[entry.relation.name].subscribe(self, entry)

    def begin(self) -> None:
        """Say what is true before any row has come; push the rows written in the query itself."""
        self._attempt(self.graph.begin)
        for feed in self._reads:
            feed.introduce(self)
        for node, values in self._lowered.constants:
            batch, messages = values_batch(values, self._session)
            if messages and self.aside.strict:
                raise EvaluationError(messages[0])
            self.aside.errors.add(((m, None, None, 1) for m in messages), len(messages))
            self.push(node, batch)
            self.advance(node, END)
        self.settle()

    def push(self, node: int, batch: Batch) -> None:
        """Take rows at a node of the graph."""
        self.tick()
        self._attempt(lambda: self.graph.push(node, batch))
        if self.graph.finished:
            self.settle()

    def advance(self, node: int, watermark: int) -> None:
        """Take a watermark at a node of the graph."""
        self._attempt(lambda: self.graph.advance(node, watermark))
        if self._resting:
            self._resting.discard(node)
            self._follow()

    def reached(self, node: int) -> int:
        """Return the watermark that a node of the graph has come to."""
        return self.graph.nodes[node].operator.watermarks[0]

    def rest(self, node: int) -> None:
        """Wait no longer for an input that is silent and has never told its time."""
        self._resting.add(node)
        self._follow()

    def _follow(self) -> None:
        """Let the inputs that are not waited for stand where the least of the others does.

        When the others have ended, their time goes on with the clock.
        """
        # The rows of a table as it is have no time, and nobody waits for it.
        timed = (e for e in self._lowered.entries if e.reading is not Reading.CHANGES)
        nodes = {e.node for e in timed}
        marks = [m for m in map(self.reached, nodes - self._resting) if m < END]
        if marks:
            mark = min(marks)
        else:
            now = self._session.clock.now()
            self._alone_since = now if self._alone_since is None else self._alone_since
            ended = [f.ingest.watermarks.stream() for f in self._reads if f.ended]
            mark = max(ended, default=BEGINNING)
            mark += now - self._alone_since if mark > BEGINNING else 0
        for node in sorted(self._resting):
            self._attempt(lambda node=node: self.graph.advance(node, mark))  # type: ignore[misc]  # bound now

    def wake(self) -> None:
        """Notice that the clock has gone on, though no row came."""
        for feed in self.feeds:
            feed.tick()
        self.tick()
        self.settle()

    def tick(self) -> None:
        """Learn the engine's time, where the query depends on it."""
        if self._ticks:
            now = self._session.clock.now()
            self._attempt(lambda: self.graph.tick(now))

    def _attempt(self, action: Callable[[], None]) -> None:
        """Do something to the graph; a continuous query that fails stops, and no other with it."""
        if self.closed:
            return
        if self.once:
            action()
            return
        try:
            action()
        except Exception as error:  # whatever it is, it must not reach the other queries
            self._failed(error)
        self._out.moved()

    def _enter(self, action: Callable[[], None]) -> None:
        """Do something to its own operators because of what one said that it shares."""
        self.tick()
        self._attempt(action)
        if self.graph.finished:
            self.settle()

    def _failed(self, error: Exception) -> None:
        if isinstance(error, CepError):
            self.fail(error)
            return
        failure = EvaluationError(f"the query {self.name} failed: {error!r}")
        failure.__cause__ = error
        self.fail(failure)

    def fail(self, error: CepError) -> None:
        """Stop because of an error; nothing more is committed."""
        self.failure = error
        self._stop(lambda output: output.abort())

    def snapshot(self) -> Snapshot:
        """Return everything the query needs to go on elsewhere; taken between two batches."""
        return snapshots.take(self.graph, self._reads, self._stores())

    def restore(self, snapshot: Snapshot) -> None:
        """Go on from a snapshot, instead of beginning; StateError where it is of another query."""
        snapshots.restore(snapshot, self.graph, self._reads, self._stores())
        self.settle()

    def _stores(self) -> Mapping[str, Quarantine]:
        return {"errors": self.aside.errors, "late": self.aside.late_rows}

    def step(self) -> bool:
        """Take the next rows from one of its sources; return False where none has any now."""
        self.wake()
        for feed in self._in_turn():
            if feed.live and self._polled(feed):
                self.settle()
                return True
        self.settle()
        return False

    def _in_turn(self) -> Iterator[Feed]:
        """Yield the sources in turn; of those with event time the one furthest behind goes first.

        So what waits for the watermark of another source waits for as little as can be.
        """
        first = self._next % max(len(self.feeds), 1)
        self._next += 1
        turn = [*self.feeds[first:], *self.feeds[:first]]
        timed = iter(sorted((f for f in turn if f.timed), key=lambda f: f.said))
        for feed in turn:
            yield next(timed) if feed.timed else feed

    def _polled(self, feed: Feed) -> bool:
        try:
            return feed.step()
        except CepError as error:
            if self.once:
                raise
            for reader in feed.readers:
                reader.fail(error)
            return False

    @property
    def writes_into(self) -> list[Feed]:
        """The streams that its rows, or those that came too late for it, go into."""
        return [o.into for o in self._outputs if o.into is not None]

    @property
    def live(self) -> bool:
        """Whether one of its sources may still deliver rows."""
        return not self.closed and any(f.live for f in self.feeds)

    def settle(self) -> None:
        """Close the query when it has said everything it will ever say."""
        ended = all(f.ended for f in self._reads)
        if not self.closed and (self.graph.finished or ended):
            self.close()

    def close(self) -> None:
        """Stop reading, and finish what it writes to."""
        self._stop(lambda output: output.close())

    def cancel(self) -> None:
        """Stop reading, and commit nothing more."""
        self._stop(lambda output: output.abort())

    def retire(self) -> None:
        """Stop reading, since another query goes on in its place and has its outputs."""
        self.closed = True
        left = self.graph.leave()
        for feed in self._reads:
            mine = {s.entry.node for s in feed.subscriptions if s.listener is self}
            for node in left:
                if self.graph.nodes.index(node) in mine:
                    node.graphs[0].adopt(node)
            feed.unsubscribe(self)

    def _adopt(self, node: GraphNode) -> None:
        """Drive an entry that another query has driven until now."""
        for entry in self._lowered.entries:
            if self.graph.nodes[entry.node] is node:
                self.by_name[entry.relation.name].subscribe(self, entry)

    def _stop(self, end: Callable[[Output], None]) -> None:
        if self.closed:
            return
        self.retire()
        for output in self._outputs:
            try:
                end(output)
            except CepError as error:
                self.failure = self.failure or error
                if self.once:
                    raise

    def progress(self) -> tuple[int, int] | None:
        """Return how far its sources have come and how far there is to go, in bytes."""
        parts = [f.progress() for f in self.feeds]
        known = [p for p in parts if p is not None]
        if not known or len(known) < len(parts):
            return None
        return sum(p.done for p in known), sum(p.total for p in known)

    @property
    def rows_in(self) -> int:
        """How many rows its sources have delivered."""
        return sum(f.ingest.rows for f in self.feeds)

    def entries(self) -> Sequence[tuple[str, int]]:
        """Return the streams it reads, with the node each enters at."""
        return [(e.relation.name, e.node) for e in self._lowered.entries]
