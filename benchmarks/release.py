"""What is left when the last window has closed: nothing, however many keys there were.

The program inserts rows of ten million keys that are seen once each, and then lets time pass the
last window. What the query says that it keeps has to be nothing, its table of keys included, and
the memory of the process what it was before: what allocators hold on to is small and does not grow.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pyarrow as pa

import cep
from benchmarks import data, memory, ours, process, report, windows
from benchmarks.options import Options
from cep.runtime.kernels import compile as kernels

ROWS = 10_000_000
KEPT = 64e6
"""The most that the process may have grown by."""

_AFTERWARDS = "2030-01-01 00:00:00"


def run(options: Options) -> Iterator[report.Line]:
    rows = options.rows if options.smoke else ROWS
    for kind in windows.KINDS[: 1 if options.smoke else None]:
        before, most, after, state, left = process.call(
            "benchmarks.release:measure", query=kind.query, rows=rows
        )
        yield report.Line(
            "release",
            f"{kind.name}, {rows:,} keys once each",
            ours=f"state {report.megabytes(state)}, then {left} bytes",
            memory=" → ".join(report.megabytes(m) for m in (before, most, after)),
            bar=report.bar("nothing left", left == 0 and after - before < KEPT),
            answer="right" if left == 0 else f"{left} bytes are left",
            wrong=left != 0,
        )


def measure(query: str, rows: int) -> tuple[int, int, int, int, int]:
    """Return memory before, at its peak and after; the state at its largest and at the end."""
    pa.set_cpu_count(1)
    kernels.use("compiled")
    _stream(query, min(rows, 200_000))  # compiles, and lets allocators take what they always keep
    before = _settled()
    memory.reset_peak()
    state, left = _stream(query, rows)
    most = memory.peak()
    return before, most, _settled(), state, left


def _stream(query: str, rows: int) -> tuple[int, int]:
    """Run a stream until its last window has closed; return its state at its largest and then."""
    engine = cep.Engine()
    engine.execute(f"CREATE STREAM bids {ours.BIDS}")
    result = engine.query(query)
    (running,) = engine.queries.values()
    largest = 0
    for number, batch in enumerate(data.singles(rows, windows.PER_SECOND)):
        engine.insert("bids", batch)
        for said in result.batches():
            del said
        if number % 8 == 0:
            largest = max(largest, running.graph.size().bytes)
    engine.advance("bids", _AFTERWARDS)
    for said in result.batches():
        del said
    left = running.graph.size().bytes
    engine.close()
    return largest, left


def _settled() -> int:
    """Return the memory of the process once what is free has been given back."""
    gc.collect()
    pa.default_memory_pool().release_unused()
    return memory.resident()
