"""What went aside while queries ran: rows that came late, or could not be read or computed."""

from __future__ import annotations

from collections.abc import Iterator
from weakref import WeakSet

from cep.engine import Engine
from cep.errors import CepError
from cep.planner.logical import walk
from cep.running import Running
from cep.runtime.quarantine import Quarantine


class Notes:
    """Says of an engine what is new since it was last asked."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._said: dict[str, int] = {}
        self._failures: list[CepError] = []
        self._last: Running | None = None
        self._started: WeakSet[Running] = WeakSet()

    def news(self) -> Iterator[str]:
        """Yield a sentence for each place where more rows lie than before."""
        engine = self._engine
        for stream, errors in engine.errors.items():
            if count := self._new(f"errors.{stream}", errors):
                yield (
                    f"{_rows(count)} of {stream} could not be read{_example(errors)}"
                    f"\n  SELECT * FROM errors.{stream} shows them"
                )
        yield from self.cautions()
        for name, query in engine.queries.items():
            if count := self._new(f"errors.{name}", query.aside.errors):
                yield (
                    f"{_rows(count)} could not be computed by {name}"
                    f"{_example(query.aside.errors)}"
                    f"\n  SELECT * FROM errors.{name} shows them"
                )
            if count := self._new(f"late.{name}", query.aside.late_rows):
                yield f"{_rows(count)} late in {name}\n  SELECT * FROM late.{name} shows them"
        yield from self._once()

    def cautions(self) -> Iterator[str]:
        """Yield what should be known of queries that were started since it was last asked."""
        for name, query in self._engine.queries.items():
            if query in self._started:
                continue
            self._started.add(query)
            for caution in dict.fromkeys(node.caution() for node in walk(query.plan)):
                if caution:
                    yield f"{name}: {caution}"

    def unheard(self, query: Running) -> str | None:
        """Say why a query that was shown live could not hear anything, if that is so."""
        if query.feeds or not query.listens or query.rows_out:
            return None
        streams = ", ".join(dict.fromkeys(f.name for f in query.listens))
        return (
            f"rows come into {streams} by INSERT, and a query hears only those inserted later"
            "\n  CREATE SINK p WITH (connector = 'print') AS SELECT …, then INSERT, shows them"
        )

    def _once(self) -> Iterator[str]:
        """Speak of the last one-shot query, which has no name under which its rows can be read."""
        last: Running | None = self._engine.last
        if last is None or last is self._last:
            return
        self._last = last
        if count := last.aside.late_rows.count:
            yield (
                f"{_rows(count)} late"
                "\n  START name AS SELECT … keeps them, and SELECT * FROM late.name shows them"
            )

    def failures(self) -> Iterator[CepError]:
        """Yield why queries have stopped by themselves since it was last asked."""
        for query in self._engine.queries.values():
            if query.failure is not None and query.failure not in self._failures:
                self._failures.append(query.failure)
                yield query.failure

    def _new(self, place: str, store: Quarantine) -> int:
        """Return how many rows lie there, or 0 where that was said."""
        count, said = store.count, self._said.get(place, 0)
        self._said[place] = count
        return count if count != said else 0


def _rows(count: int) -> str:
    return f"{count:,} {'row' if count == 1 else 'rows'}"


def _example(store: Quarantine) -> str:
    """Return the first of the errors, with its place."""
    kept = store.to_arrow()
    if not kept.num_rows:
        return ""
    place = kept.column("place")[0].as_py()
    message = kept.column("error")[0].as_py()
    return f", for example {place + ': ' if place else ''}{message}"
