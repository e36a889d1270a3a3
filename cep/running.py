"""A query at work: its graph, what it reads, where its rows go, and what it had to put aside."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cep.errors import EvaluationError
from cep.feeds import Feed
from cep.planner.logical import Node
from cep.planner.lowering import Lowered, values_batch
from cep.runtime.batch import Batch
from cep.runtime.quarantine import ERRORS, LATE, Quarantine, add_errors, add_late
from cep.runtime.rowerrors import Messages, failed
from cep.runtime.session import Session
from cep.runtime.time import END


@dataclass
class Aside:
    """Where a query puts rows that go no further. A strict one raises instead of keeping errors."""

    strict: bool
    errors: Quarantine = field(default_factory=lambda: Quarantine(ERRORS))
    late_rows: Quarantine = field(default_factory=lambda: Quarantine(LATE))

    def late(self, batch: Batch) -> None:
        """Count and keep rows that came too late."""
        add_late(self.late_rows, batch)

    def failed(self, batch: Batch, messages: Messages) -> None:
        """Count and keep rows that could not be computed, or raise EvaluationError."""
        if self.strict:
            raise EvaluationError(
                str(messages[failed(messages)][0]),
                hint="TRY_CAST gives NULL instead, NULLIF(x, 0) avoids a division by zero, "
                "CASE and WHERE keep a row from being computed",
            )
        add_errors(self.errors, batch, messages)


class Running:
    """One query being evaluated, one-shot or continuous.

    `feeds` are its own sources, which it drives; it may also listen to streams that the program
    feeds. `deliver` takes its rows.
    """

    def __init__(
        self,
        name: str,
        text: str,
        plan: Node,
        lowered: Lowered,
        session: Session,
        *,
        strict: bool,
        deliver: Callable[[Batch], None] | None = None,
    ) -> None:
        self.name = name
        self.text = text
        self.plan = plan
        self.graph = lowered.graph
        self.aside = Aside(strict)
        self.feeds: list[Feed] = []
        self.listens: list[Feed] = []
        self.closed = False
        self.on_close: Callable[[], None] = lambda: None
        self._lowered = lowered
        self._session = session
        self.rows_out = 0
        self.said: deque[Batch] = deque()
        """The rows that nobody has fetched yet, where `deliver` does not take them."""
        self._deliver = deliver or self.said.append
        self.graph.connect(self.aside)
        self.graph.output = self._output
        self._next = 0

    def _output(self, batch: Batch) -> None:
        self.rows_out += batch.rows
        self._deliver(batch)

    def begin(self) -> None:
        """Push the rows that are written in the query itself."""
        for node, values in self._lowered.constants:
            batch, messages = values_batch(values, self._session)
            if messages and self.aside.strict:
                raise EvaluationError(messages[0])
            self.aside.errors.add(((m, None, None, 1) for m in messages), len(messages))
            self.graph.push(node, 0, batch)
            self.graph.advance(node, 0, END)
        self._settle()

    def step(self) -> bool:
        """Take the next rows from one of its sources; return False where none has any now."""
        for _ in range(len(self.feeds)):
            feed = self.feeds[self._next % len(self.feeds)]
            self._next += 1
            if feed.live and feed.step():
                self._settle()
                return True
        self._settle()
        return False

    @property
    def live(self) -> bool:
        """Whether one of its sources may still deliver rows."""
        return not self.closed and any(f.live for f in self.feeds)

    def _settle(self) -> None:
        """Close the query when it has said everything it will ever say."""
        ended = all(f.ended for f in [*self.feeds, *self.listens])
        if not self.closed and (self.graph.finished or ended):
            self.close()

    def settle(self) -> None:
        """Notice that a stream it listens to has ended."""
        self._settle()

    def close(self) -> None:
        """Stop reading, and finish what it writes to."""
        if self.closed:
            return
        self.closed = True
        for feed in self.feeds:
            feed.close()
        for feed in self.listens:
            feed.unsubscribe(self.graph)
        self.on_close()

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
