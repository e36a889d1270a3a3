"""Random streams, cut into windows by the engine and by an oracle of a few lines for each kind.

Every kind of window is said when it is complete, and besides as changes, or with late rows that are
corrected: then the net of all that was said is the answer over the rows not later than the bound.

    python -m tests.windows.random --cases 10000 --seed 1
    python -m tests.windows.random --cases 10000 --seed 1 --only hops sessions

A case is made of its seed alone, and the seed of one that fails is printed. The test suite runs a
fixed share of them (test_windows.py).
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

import cep
from cep.grammar.parser import parse_query
from cep.running import Output
from cep.runtime.batch import Batch
from tests.windows import oracle

BASES = (0, 1_704_067_200_000, -7_200_000, 86_399_000, -62_000_000_000_000)
"""Where the times of a case begin, in milliseconds since 1970: also before it, and around it."""

NESTED = ("sessions", "slides", "session rows", "rows")
"""Windows that are also cut of what windows say."""

SUMS = "COUNT(*), SUM(v), MAX(v)"

ORDERED = "COUNT(DISTINCT v), MEDIAN(v), MODE() WITHIN GROUP (ORDER BY v DESC)"
"""What is said besides in every other case."""


@dataclass(frozen=True)
class Case:
    """Rows in order of arrival and windows to cut of them; lengths in milliseconds."""

    seed: int
    rows: list[oracle.Row]
    delay: int
    slide: int
    size: int
    offset: int
    gap: int
    correct: int
    early: bool

    @classmethod
    def of(cls, seed: int) -> Case:
        """Make the case of a seed."""
        chance = random.Random(seed)
        base = chance.choice(BASES)
        step = chance.choice((1, 3, 10, 50))
        spread = chance.choice((0, 5, 40, 300))
        keys = chance.choice((("a",), ("a", "b", None)))
        rows: list[oracle.Row] = []
        now = base + chance.randint(-100, 100)
        for n in range(chance.choice((0, 1, 5, 30, 120))):
            now += chance.choice((0, 0, 1, step, step, 5 * step, 100))
            rows.append((chance.choice(keys), n, now - chance.randint(0, spread)))
            if chance.random() < 0.1:
                rows.append(rows[-1])
        return cls(
            seed,
            rows,
            delay=chance.choice((0, 1, 7, 50, 400)),
            slide=chance.choice((1, 4, 10, 25, 100)),
            size=chance.choice((1, 6, 10, 37, 100)),
            offset=chance.choice((0, 0, 3, -7, 1000)),
            gap=chance.choice((1, 2, 10, 30, 101)),
            correct=(correct := chance.choice((0, 1, 8, 60, 500))),
            early=not correct or chance.random() < 0.3,
        )

    def queries(self) -> dict[str, str]:
        """Return the queries by name."""
        shown = f"{SUMS}, {ORDERED}" if self.ordered else SUMS
        hop = (
            f"HOP(TABLE s, DESCRIPTOR(ts), {_length(self.slide)}, {_length(self.size)}, "
            f"{_length(self.offset)})"
        )
        cumulate = (
            f"CUMULATE(TABLE s, DESCRIPTOR(ts), {_length(self.size)}, {_length(self.steps)}, "
            f"{_length(self.offset)})"
        )
        session = f"SESSION(TABLE s PARTITION BY (k), DESCRIPTOR(ts), {_length(self.gap)})"
        slide = f"SLIDE(TABLE s PARTITION BY (k), DESCRIPTOR(ts), {_length(self.gap)})"
        keys = "k, window_start, window_end"
        grouped = f"GROUP BY {keys}"
        final = {
            "hops": f"SELECT {keys}, {shown} FROM {hop} {grouped}",
            "cumulates": f"SELECT {keys}, {shown} FROM {cumulate} {grouped}",
            "sessions": f"SELECT {keys}, {shown} FROM {session} {grouped}",
            # What stands between keeps them from being aggregated without their rows.
            "session rows": f"SELECT {keys}, {shown} FROM {session} WHERE v >= 0 {grouped}",
            "slides": f"SELECT {keys}, {shown} FROM {slide} {grouped}",
            "rows": f"SELECT {keys}, v FROM {session}",
        }
        clause = " EMIT STREAM" if self.early else ""
        late = f" LATE ROWS CORRECT WITHIN {_length(self.correct)}" if self.correct else ""
        changing = {f"{name}, changing": text + clause + late for name, text in final.items()}
        # Windows of what windows say: over counts that are final, and over counts that change.
        counts = (
            "(SELECT k, window_time AS ts, COUNT(*) AS v FROM "
            f"TUMBLE(TABLE s, DESCRIPTOR(ts), {_length(self.slide)}) "
            "GROUP BY k, window_start, window_end, window_time HAVING COUNT(*) <> 2)"
        )
        nested = {}
        for name in NESTED:
            text = final[name].replace("TABLE s ", f"TABLE {counts} ")
            nested[f"{name} of counts"] = text + late
            nested[f"{name} of counts, changing"] = f"{text} EMIT STREAM{late}"
        return final | changing | nested

    @property
    def ordered(self) -> bool:
        """Whether what values in their order say is asked for too."""
        return self.seed % 2 == 1

    @property
    def steps(self) -> int:
        """The size of the greatest cumulating window: so many steps."""
        return self.size * (1 + self.slide % 7)

    def check(self, only: Sequence[str] = ()) -> str | None:
        """Say what the engine says otherwise than the oracle; None where they agree.

        `only` names kinds of windows, of which only those are looked at that the oracle knows.
        """
        queries = self.queries()
        if only:
            queries = {n: q for n, q in queries.items() if n.removesuffix(", changing") in only}
        answers = self.answers(queries)
        for suffix, delay in (("", self.delay), (", changing", self.delay + self.correct)):
            sessions = oracle.sessions(self.rows, delay, self.gap)
            wanted = {
                "hops": oracle.hops(self.rows, delay, self.slide, self.size, self.offset),
                "cumulates": oracle.cumulates(self.rows, delay, self.size, self.steps, self.offset),
                "sessions": sessions,
                "session rows": sessions,
                "slides": oracle.slides(self.rows, delay, self.gap),
            }
            for name, right in wanted.items():
                if only and name not in only:
                    continue
                said, late, left = answers[name + suffix]
                wide, refused = right
                rows = wide if self.ordered else [row[:6] for row in wide]
                if (said, late) != (rows, refused):
                    return f"{name}{suffix}: {said}, {late} late; {rows}, {refused} late"
                if left:
                    return f"{name}{suffix}: {left} rows of state are left"
            if only:
                continue
            every, late, left = answers["rows" + suffix]
            many = sum(int(s[3] or 0) for s in sessions[0])
            if (len(every), late, left) != (many, sessions[1], 0):
                return f"{len(every)} rows of sessions{suffix}, {late} late; {many}, {sessions[1]}"
        for name in () if only else NESTED:
            one, other = (answers[f"{name} of counts{suffix}"] for suffix in ("", ", changing"))
            if one != other:
                return f"{name} of counts: {one}; of counts that change: {other}"
            if one[2]:
                return f"{name} of counts: {one[2]} rows of state are left"
        return None

    def answers(self, texts: Mapping[str, str]) -> dict[str, tuple[list[oracle.Said], int, int]]:
        """Run queries, in batches of random sizes and with restarts: rows, late ones, state."""
        chance = random.Random(self.seed)
        engine = cep.Engine()
        engine.execute(
            "CREATE STREAM s (k VARCHAR, v INT, ts TIMESTAMP(3), "
            f"WATERMARK FOR ts AS ts - {_length(self.delay)})"
        )
        said: dict[str, list[Batch]] = {name: [] for name in texts}
        queries = {name: parse_query(text) for name, text in texts.items()}
        for name, query in queries.items():
            engine.start(query, name=name, output=Output(said[name].append))
        done = 0
        while done < len(self.rows):
            size = chance.choice((1, 2, 7, 100))
            some = self.rows[done : done + size]
            engine.insert("s", [(k, v, _instant(t)) for k, v, t in some])
            done += size
            if chance.random() < 0.2:
                for name, query in queries.items():
                    running = engine.queries[name]
                    snapshot = running.snapshot()
                    running.close()
                    engine.start(
                        query, name=name, output=Output(said[name].append), snapshot=snapshot
                    )
        engine.finish()
        return {
            name: (
                oracle.ordered(_net(said[name])),
                engine.queries[name].aside.late_rows.count,
                engine.queries[name].graph.size().rows,
            )
            for name in queries
        }


def _length(milliseconds: int) -> str:
    sign = "-" if milliseconds < 0 else ""
    return f"INTERVAL {sign}'{abs(milliseconds) // 1000}.{abs(milliseconds) % 1000:03}' SECOND"


def _instant(milliseconds: int) -> dt.datetime:
    return dt.datetime(1970, 1, 1) + dt.timedelta(milliseconds=milliseconds)


def _net(batches: list[Batch]) -> Iterator[oracle.Said]:
    """Return what is left of changes; nothing is taken back before it was said."""
    net: Counter[oracle.Said] = Counter()
    for batch in batches:
        for row, weight in zip(_rows(batch), batch.weights().tolist(), strict=True):
            net[row] += weight
            assert net[row] >= 0, f"{row} is taken back and had not been said"
    return net.elements()


def _rows(batch: Batch) -> list[oracle.Said]:
    columns = [
        (pc.divide(c.cast("int64"), 1000) if pa.types.is_timestamp(c.type) else c).to_pylist()
        for c in batch.columns
    ]
    return list(zip(*columns, strict=True))


def main() -> int:
    """Run cases; return 1 at the first that fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.windows.random", description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0, help="the seed of the first case")
    known = ("hops", "cumulates", "sessions", "session rows", "slides")
    parser.add_argument("--only", nargs="+", default=(), choices=known, help="kinds of windows")
    given = parser.parse_args()
    for seed in range(given.seed, given.seed + given.cases):
        problem = Case.of(seed).check(given.only)
        if problem is not None:
            print(f"seed {seed}: {Case.of(seed)}\n{problem}")
            return 1
    print(f"{given.cases} cases agree")
    return 0


if __name__ == "__main__":
    sys.exit(main())
