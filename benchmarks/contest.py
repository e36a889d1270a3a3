"""Contenders that answer one question over one file, measured in turn and compared.

A contender is a function that yields Arrow record batches. Each runs in fresh processes that
are pinned to one core; the contenders take turns, so that a disturbance hits all of them. Start-up
and imports are not counted, and the first run of each process, which warms caches and compiles
kernels, is not either.

Time is the processor time of the whole process, all threads: on one undisturbed core that is the
time on the wall, and it stays the same when other programs want the core too.
"""

from __future__ import annotations

import importlib
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pyarrow as pa

from benchmarks.answers import differences
from benchmarks.memory import peak, reset_peak, resident
from benchmarks.process import call


@dataclass(frozen=True)
class Contender:
    """A function that yields record batches, named `module:function`, and its arguments."""

    target: str
    arguments: Mapping[str, str] = field(default_factory=dict)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Begin to run."""
        module, _, name = self.target.partition(":")
        yield from getattr(importlib.import_module(module), name)(**self.arguments)


@dataclass(frozen=True)
class Outcome:
    """What a contender did: the median of its times, in seconds, and where its answer is."""

    seconds: float
    answer: str

    def rate(self, rows: int) -> float:
        """Return rows per second."""
        return rows / self.seconds


@dataclass(frozen=True)
class Memory:
    """Memory of a process in bytes: before it began, and at its peak."""

    before: int
    peak: int

    @property
    def used(self) -> int:
        """How much the work itself took."""
        return self.peak - self.before


def race(
    contenders: Mapping[str, Contender], *, rounds: int, runs: int, folder: Path
) -> dict[str, Outcome]:
    """Measure contenders in turns; `folder` is for their answers."""
    times: dict[str, list[float]] = {name: [] for name in contenders}
    answers = {name: tempfile.mktemp(".arrow", f"{name}-", folder) for name in contenders}
    for number in range(rounds):
        for name, contender in contenders.items():
            answer = answers[name] if number == 0 else None
            times[name] += call(
                "benchmarks.contest:measure", **asdict(contender), runs=runs, answer=answer
            )
    return {name: Outcome(statistics.median(times[name]), answers[name]) for name in contenders}


def unlike(outcomes: Sequence[Outcome]) -> str | None:
    """Say where the answers differ from the first one; None where all are equal."""
    first, *others = (_read(o.answer) for o in outcomes)
    for other in others:
        found = differences(first, other)
        if found is not None:
            return found
    return None


def memory(contender: Contender) -> Memory:
    """Measure the memory of one contender that hands its batches on and keeps none."""
    before, most = call("benchmarks.contest:measure_memory", **asdict(contender))
    return Memory(before, most)


def measure(
    target: str, arguments: Mapping[str, str], runs: int, answer: str | None
) -> list[float]:
    """Return the seconds of several runs, delivered as one Arrow table each."""
    contender = _load(target, arguments)
    table = _table(contender)
    if answer is not None:
        with pa.OSFile(answer, "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)
    del table
    return [_seconds(contender) for _ in range(runs)]


def measure_memory(target: str, arguments: Mapping[str, str]) -> tuple[int, int]:
    """Return the memory after the imports, and the peak of a first run that keeps no batch."""
    contender = _load(target, arguments)
    reset_peak()
    before = resident()
    for batch in contender.batches():
        del batch
    return before, peak()


def _seconds(contender: Contender) -> float:
    begun = time.process_time()
    _table(contender)
    return time.process_time() - begun


def _table(contender: Contender) -> pa.Table:
    return pa.Table.from_batches(list(contender.batches()))


def _load(target: str, arguments: Mapping[str, str]) -> Contender:
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    importlib.import_module(target.partition(":")[0])
    return Contender(target, arguments)


def _read(path: str) -> pa.Table:
    with pa.memory_map(path) as file:
        return pa.ipc.open_file(file).read_all()
