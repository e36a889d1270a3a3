"""What really happens when a script runs: row by row, with the watermarks and what was said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import cep
from cep.grammar import ast
from cep.grammar.parser import parse
from cep.grammar.unparse import unparse

Instant = datetime

_CLOCK = re.compile(r"^-- clock (\S+ \S+)(?:: (.*))?\n", re.M)
"""A line of a script that sets the clock, and may say what happens then."""

_EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True)
class Moment:
    """A row that came, or the clock that went on, and what followed from it.

    `row` holds the values of the row, none where only the clock went on; `time` is its event time
    and `fate` what became of it: taken, late, error or marker. `watermark` is that of the stream
    afterwards, None before there is any, `producers` those that take part; `said` the rows that
    each query said, with `op` where it says changes, and `late` the queries that refused the row.
    """

    clock: Instant
    note: str = ""
    row: Mapping[str, object] | None = None
    time: Instant | None = None
    fate: str = ""
    watermark: Instant | None = None
    producers: Mapping[str, Instant] = field(default_factory=dict)
    said: Mapping[str, tuple[cep.Row, ...]] = field(default_factory=dict)
    late: frozenset[str] = frozenset()


def play(script: str) -> list[Moment]:
    """Run a script of one stream that is inserted into; its sinks are the queries that are watched.

    Every row is inserted alone. A line `-- clock 2026-01-01 00:00:05` sets the engine's clock,
    which else stands still; text after a colon is noted. Statements that only look are left out.
    """
    clock = cep.VirtualClock(_microseconds(datetime(2026, 1, 1)))
    with cep.Engine(clock=clock) as engine:
        return list(_Player(engine, clock).moments(script))


class _Player:
    """Runs a script and watches what it does."""

    def __init__(self, engine: cep.Engine, clock: cep.VirtualClock) -> None:
        self._engine = engine
        self._clock = clock
        self._queries: dict[str, cep.Result] = {}
        self._stream = ""
        self._columns: tuple[str, ...] = ()
        self._time = ""
        self._seen: cep.Result | None = None

    def moments(self, script: str) -> Iterator[Moment]:
        """Yield what happens, in order."""
        first, *rest = _CLOCK.split(script)
        yield from self._statements(first, "")
        for at, note, text in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
            self._clock.set(_microseconds(datetime.fromisoformat(at)))
            statements = list(self._statements(text, note or ""))
            if not statements:
                self._engine.tick()
                yield self._after(Moment(self._now(), note or ""), {})
            yield from statements

    def _statements(self, text: str, note: str) -> Iterator[Moment]:
        for statement in parse(text).statements:
            if isinstance(statement, ast.Insert):
                for moment in self._insert(statement):
                    yield replace(moment, note=note)
                    note = ""
            elif isinstance(statement, ast.CreateSink) and statement.query is not None:
                name = statement.name.value
                self._queries[name] = self._engine.start(statement.query, name=name)
            elif isinstance(statement, ast.CreateRelation):
                self._declare(statement)
            elif isinstance(statement, ast.CreateView):
                self._engine.execute(unparse(statement))

    def _declare(self, statement: ast.CreateRelation) -> None:
        """Create a stream; the first one is that whose rows are watched."""
        self._engine.execute(unparse(statement))
        if self._stream:
            return
        self._stream = statement.name.value
        self._columns = tuple(c.name.value for c in statement.columns)
        self._time = statement.watermarks[0].column.value
        self._seen = self._engine.query(f"SELECT * FROM {self._stream}")

    def _insert(self, statement: ast.Insert) -> Iterator[Moment]:
        """Insert the rows of a statement, one by one."""
        body = statement.query.body
        assert isinstance(body, ast.Values)
        for row in body.rows:
            one = replace(statement.query, body=replace(body, rows=(row,)))
            values = self._engine.execute(unparse(one)).fetchone()
            assert values is not None
            before = self._counts()
            self._engine.execute(unparse(replace(statement, query=one)))
            named = dict(zip(self._columns, values, strict=False))
            time = datetime.fromisoformat(str(named[self._time]))
            yield self._after(Moment(self._now(), row=named, time=time), before)

    def _after(self, moment: Moment, before: Mapping[str, int]) -> Moment:
        """Add what followed."""
        said = {name: tuple(result.fetchall()) for name, result in self._queries.items()}
        now = self._counts()
        grown = {name for name in before if now[name] > before[name]}
        fate = ""
        if moment.row is not None:
            assert self._seen is not None
            taken = bool(self._seen.fetchall())
            late = grown - {_ERRORS}
            fate = (
                "error" if _ERRORS in grown else "late" if late else "taken" if taken else "marker"
            )
        marks = self._engine.execute("SHOW WATERMARKS").fetchall()
        ours = [m for m in marks if m.stream == self._stream]
        return replace(
            moment,
            fate=fate,
            said=said,
            late=frozenset(grown - {_ERRORS}),
            watermark=ours[0].stream_watermark if ours else None,
            producers={
                str(m.partition): m.watermark
                for m in ours
                if m.watermark is not None and m.left is None
            },
        )

    def _counts(self) -> dict[str, int]:
        """Return how many rows were late for each query, and how many are in error."""
        counts = {q.name: int(q.late) for q in self._engine.execute("SHOW QUERIES").fetchall()}
        errors = f"SELECT COUNT(*) FROM errors.{self._stream}"
        (counted,) = self._engine.execute(errors).fetchall()
        watched = {name: counts[name] for name in self._queries}
        return {**watched, _ERRORS: int(counted[0])}

    def _now(self) -> Instant:
        return _EPOCH + timedelta(microseconds=self._clock.now())


_ERRORS = "errors of the stream"


def _microseconds(instant: Instant) -> int:
    return (instant - _EPOCH) // timedelta(microseconds=1)
