"""What makes an engine go on: one thread at a time, its queue, and the steps of its queries."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from cep.feeds import Feed
from cep.running import Running
from cep.sources import Sources
from cep.views import Views

T = TypeVar("T")

_IDLE_SECONDS = 0.005
"""How long to wait when no source has anything."""


class Driver:
    """Lets one thread at a time do something to the queries of an engine.

    What comes meanwhile waits: from other threads at the lock, from callbacks of the same thread
    in a queue. After each thing that is done, what has become of the views is known at once.
    """

    def __init__(self, queries: Mapping[str, Running], sources: Sources, views: Views) -> None:
        self.lock = threading.RLock()
        self.watch: Callable[[Running], None] = lambda running: None
        """Called after each step with the query for whose sake it was made; may raise to stop."""
        self._queries = queries
        self._sources = sources
        self._views = views
        self._queue: deque[Callable[[], None]] = deque()
        self._inside = 0
        """The thread that is inside the engine, 0 where none is."""

    # One thing after the other.

    def do(self, action: Callable[[], T]) -> T:
        """Do something as the one thread that drives the engine, then what was queued meanwhile."""
        if self._inside == threading.get_ident():
            return action()
        with self.lock:
            self._inside = threading.get_ident()
            try:
                outcome = action()
                self._settle()
                while self._queue:
                    self._queue.popleft()()
                    self._settle()
            finally:
                self._inside = 0
        return outcome

    def enqueue(self, action: Callable[[], None]) -> None:
        """Do something to a feed now, or after what is being done, if this is a callback."""
        self._queue.append(action)
        if self._inside != threading.get_ident():
            self.do(_nothing)

    def _settle(self) -> None:
        """Let what has become of the views be known, and the queries end that read those ended."""
        while self._views.settle():
            self._settle_queries()

    def _settle_queries(self) -> None:
        for running in list(self._queries.values()):
            running.settle()

    # Step by step.

    def step(self, shown: Running, driven: Sequence[Running]) -> bool:
        """Let some queries take their next rows; return False where none of them can have more.

        `shown` is the query for whose sake they do, and ends it.
        """
        moved = self._moved(driven)
        self.watch(shown)
        live = not shown.closed and any(q.live for q in driven)
        if live and not moved:
            self._wait()
        return live

    def pump(self, shown: Running) -> Callable[[], bool]:
        """Return what lets all queries go on for the sake of one: it may read what they insert."""
        return lambda: self.step(shown, self._live())

    def drive(self, running: Running) -> None:
        """Run a query until its sources have ended; raise what stopped it."""
        while self.step(running, [running]):
            pass
        if running.failure is not None:
            raise running.failure

    def run(self, until: Callable[[], bool]) -> None:
        """Let all queries go on until they end or `until` says to stop."""
        while not until():
            live = self._live()
            if not live:
                return
            if not self._moved(live):
                self._wait()

    def _live(self) -> list[Running]:
        return [q for q in self._queries.values() if q.live]

    def _moved(self, driven: Sequence[Running]) -> bool:
        moved = False
        for running in driven:
            moved = (running.live and self.do(running.step)) or moved
        return moved

    def _wait(self) -> None:
        self.tick()
        time.sleep(_IDLE_SECONDS)

    # Time, and the end of it.

    def tick(self) -> None:
        """Let queries that depend on the clock notice that it has gone on, though no row came."""
        self.do(self._tick)

    def _tick(self) -> None:
        self._sources.tick()
        for running in list(self._queries.values()):
            running.wake()

    def finish(self, feed: Feed | None) -> None:
        """End a stream that the program feeds, or one after the other all that can end."""
        self.enqueue(self._finish_next if feed is None else lambda: self._finish(feed))

    def _finish_next(self) -> None:
        """End a stream that no query writes into any more; then, after what follows, the next."""
        left = self._sources.left()
        writing = [q for q in self._queries.values() if not q.closed and q.writes_into]
        ready = [f for f in left if all(f is not into for q in writing for into in q.writes_into)]
        if not ready and not any(q.live for q in writing):
            ready = left  # queries that write into each other's streams
        if ready:
            self._finish(ready[0])
            self.enqueue(self._finish_next)

    def _finish(self, feed: Feed) -> None:
        feed.finish()
        self._settle_queries()


def _nothing() -> None:
    """Let what is queued be done."""
