"""The walks of all partitions: where each of them stands, and how they go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cep.errors import EvaluationError
from cep.runtime.kernels import matches
from cep.runtime.matcher import layout as at
from cep.runtime.matcher.generate import Shape, shape
from cep.runtime.matcher.load import Machine, load
from cep.runtime.matcher.program import Program
from cep.runtime.matcher.rows import RowStore
from cep.runtime.state.column import Column, Ids
from cep.runtime.state.minima import Minima
from cep.runtime.time import END

Ints = npt.NDArray[np.int64]

BUDGET = 20_000_000
"""Choices that one start may go back to before it is given up: about a second."""

PYTHON_BUDGET = 50_000
"""The same where Python evaluates conditions."""

ROOM = 1 << 25
"""Rows, or choices, that one walk may keep."""

_RESULTS = 1 << 8
_MOST_RESULTS = 1 << 16
_GARBAGE = 4096
_SPARE = 1 << 16


@dataclass(frozen=True)
class Results:
    """Results of the machine, in the order in which it came to them.

    By result: `partitions`, `starts` (slots), `numbers`, `kinds`, `times`, and where its rows stand
    in `rows` (slots) and `labels` (a variable, or -1 - variable where the row is excluded).
    """

    partitions: Ints
    starts: Ints
    numbers: Ints
    kinds: Ints
    offsets: Ints
    lengths: Ints
    times: Ints
    rows: Ints
    labels: Ints


@dataclass(frozen=True)
class Failures:
    """Tests that failed with an error: partition, slot, variable, and why, each int64[n]."""

    partitions: Ints
    rows: Ints
    variables: Ints
    why: Ints


class Walks:
    """The state of the machine, by partition.

    `back` rows before a start are kept for conditions that read them. Nothing is kept of a
    partition in which no walk is under way, unless `lasting`: then its number of matches and of
    rows, as the pattern reads them.
    """

    def __init__(
        self,
        program: Program,
        store: RowStore,
        back: int,
        *,
        lasting: bool,
        python: Callable[..., bool] | None = None,
    ) -> None:
        self.program = program
        self.store = store
        self.back = back
        self.lasting = lasting
        self._python = python
        self._shape: Shape = shape(program)
        self._sequences = _PATHS if self._shape.extras else _PATHS[:1]
        self._machine: Machine = load(program)
        self._reset()

    def _reset(self) -> None:
        fields = np.zeros(self._shape.fields, np.int64)
        for field in (at.START, at.LAST, at.HEAD, at.TAIL, at.COVER):
            fields[field] = at.NONE
        fields[at.DUE] = END
        if self._shape.extras:
            fields[at.ORIGIN] = at.NONE
        self._fields = Column(np.int64, fields, self._shape.fields)
        self._doubles = Column(np.float64, 0.0, max(self._shape.doubles, 1))
        self._frames = np.zeros(64 * self._shape.frame, np.int64)
        self._frame_doubles = np.zeros(64 * max(self._shape.doubles, 1))
        self._paths = np.zeros(256, np.int64)
        self._orders = np.zeros(max(3 * self._shape.sets, 1), np.int64)
        self._results = np.zeros(_RESULTS * at.RESULT, np.int64)
        self._result_rows = np.zeros(8 * _RESULTS, np.int64)
        self._errors = np.zeros(1024 * at.ERROR, np.int64)
        self.meta = np.zeros(at.META, np.int64)
        self.live = 0
        self._due = Minima()
        self._since = Minima()

    # ------------------------------------------------------------ fields

    @property
    def capacity(self) -> int:
        """Every partition is below it."""
        return len(self._fields.data)

    def reserve(self, capacity: int) -> None:
        """Make room for the partitions below `capacity`."""
        self._fields.reserve(capacity)
        self._due.reserve(capacity)
        self._since.reserve(capacity)
        self._doubles.reserve(capacity)

    def field(self, partitions: Ids, field: int) -> Ints:
        """Return a field of some partitions."""
        values: Ints = self._fields.data[partitions, field]
        return values

    @property
    def nbytes(self) -> int:
        """The bytes of everything but the rows."""
        pools = (self._frames, self._frame_doubles, self._paths, self._results, self._result_rows)
        own = self._fields.nbytes + self._doubles.nbytes + self._due.nbytes + self._since.nbytes
        return own + sum(p.nbytes for p in pools)

    def under_way(self) -> Ids:
        """Return the partitions in which a walk waits for something."""
        return np.flatnonzero(self._oldest(slice(None)) != at.NONE)

    def _oldest(self, partitions: Ids | slice) -> Ints:
        """Return the first row that something is still to be said of, NONE where there is none."""
        starts: Ints = self._fields.data[partitions, at.START]
        if self.program.frame is None:
            return starts
        origins: Ints = self._fields.data[partitions, at.ORIGIN]
        return np.where(origins == at.NONE, starts, origins)

    def overdue(self, watermark: int) -> Ids:
        """Return the partitions that a watermark has something to say to."""
        return self._due.reached(watermark)

    def since(self) -> int:
        """Return the time of the oldest start, END where there is none."""
        return self._since.least()

    # ------------------------------------------------------------ rows

    def link(self, partitions: Ids, counts: Ints, first: int) -> None:
        """Put new rows, which stand from slot `first` on by partition, behind the others.

        `partitions`: int64[m] are different, `counts`: int64[m] how many rows each has got.
        """
        fields, arrays = self._fields.data, self.store.arrays
        n = int(counts.sum())
        nxt, seq = arrays["nxt"], arrays["seq"]
        new = slice(first, first + n)
        slots = np.arange(first, first + n)
        ends = first + np.cumsum(counts)
        begins = ends - counts
        nxt[new] = slots + 1
        nxt[ends - 1] = at.NONE
        tails = fields[partitions, at.TAIL]
        if "prv" in arrays:
            arrays["prv"][new] = slots - 1
            arrays["prv"][begins] = tails
        behind = tails >= 0
        nxt[tails[behind]] = begins[behind]
        fields[partitions[~behind], at.HEAD] = begins[~behind]
        fields[partitions, at.TAIL] = ends - 1
        seen = fields[partitions, at.SEEN]
        seq[new] = np.repeat(seen - begins, counts) + slots
        fields[partitions, at.SEEN] = seen + counts
        waiting = fields[partitions, at.START] == at.NONE
        fields[partitions[waiting], at.START] = begins[waiting]
        self.live += n

    def before(self, partitions: Ids, rows: int) -> tuple[Ints, Ints]:
        """Return the last rows of partitions, partition by partition in order.

        With each comes the position of its partition in `partitions`.
        """
        slot = self._fields.data[partitions, at.TAIL].copy()
        which = np.flatnonzero(slot >= 0)
        slot = slot[which]
        slots, owners = [], []
        for _ in range(rows):
            slots.append(slot)
            owners.append(which)
            slot = self.store.arrays["prv"][slot]
            which, slot = which[slot >= 0], slot[slot >= 0]
        if rows == 1:
            return slots[0], owners[0]
        every, which = np.concatenate(slots[::-1]), np.concatenate(owners[::-1])
        order = np.argsort(which, kind="stable")
        return every[order], which[order]

    # ------------------------------------------------------------ the machine

    def run(
        self, partitions: Ids, watermark: int, *, ended: bool, rows: int
    ) -> Iterator[Results | Failures]:
        """Let the walks of partitions go on as far as they can.

        What is yielded must be used before the next is asked for.
        """
        self.meta[at.NEXT] = 0
        partitions = np.ascontiguousarray(partitions)
        steps = rows + len(partitions)
        budget = BUDGET if self.program.compilable else PYTHON_BUDGET
        while True:
            self.meta[[at.MATCHES, at.ROWS, at.ERRORS, at.TURNS]] = 0
            outcome = self._machine(
                steps,
                partitions,
                len(partitions),
                int(ended),
                watermark,
                self.store.capacity,
                budget,
                *self._arguments(),
            )
            if self.meta[at.ERRORS]:
                yield self._failures()
            if self.meta[at.MATCHES]:
                yield self._written()
            if outcome == at.FINISHED:
                break
            steps = 4 * int(self.meta[at.TURNS])
            if outcome != at.AGAIN:
                self._mend(outcome, partitions)

    def _arguments(self) -> list[Any]:
        arrays = self.store.arrays
        given: list[Any] = [
            self.meta,
            self._fields.data.reshape(-1),
            self._doubles.data.reshape(-1),
            *(arrays.get(n, _ABSENT) for n in ("nxt", "time", "flags", "bad", "ready", "seq")),
            self.store.memo.reshape(-1),
            self._orders,
            self._frames,
            self._frame_doubles,
            self._paths,
            self._results,
            self._result_rows,
            self._errors,
        ]
        for values, nulls in zip(self.store.values, self.store.nulls, strict=True):
            given += [values, nulls]
        if self._python is not None:
            given.append(self._python)
        return given

    def path(self, base: int, length: int) -> Ints:
        """Return the rows taken by a walk, as the machine keeps them."""
        return self._paths[base : base + length]

    def _written(self) -> Results:
        n, rows = int(self.meta[at.MATCHES]), int(self.meta[at.ROWS])
        table = self._results[: n * at.RESULT].reshape(n, at.RESULT)
        packed = self._result_rows[:rows]
        labels = (packed & ((1 << at.LABEL_BITS) - 1)) >> 1
        excluded = packed & 1 != 0
        labels[excluded] = -1 - labels[excluded]
        return Results(
            np.ascontiguousarray(table[:, at.R_PARTITION]),
            np.ascontiguousarray(table[:, at.R_START]),
            np.ascontiguousarray(table[:, at.R_NUMBER]),
            np.ascontiguousarray(table[:, at.R_KIND]),
            np.ascontiguousarray(table[:, at.R_OFFSET]),
            np.ascontiguousarray(table[:, at.R_LENGTH]),
            np.ascontiguousarray(table[:, at.R_TIME]),
            packed >> at.LABEL_BITS,
            labels,
        )

    def _failures(self) -> Failures:
        n = int(self.meta[at.ERRORS])
        table = self._errors[: n * at.ERROR].reshape(n, at.ERROR)
        table = np.unique(table, axis=0)
        return Failures(*(np.ascontiguousarray(table[:, i]) for i in range(at.ERROR)))

    def _mend(self, outcome: int, partitions: Ids) -> None:
        """Make room for what the machine has none for."""
        need = int(self.meta[at.NEED])
        if outcome == at.FULL:
            if len(self._results) < _MOST_RESULTS * at.RESULT:
                self._results = np.zeros(2 * len(self._results), np.int64)
                self._result_rows = np.zeros(2 * len(self._result_rows), np.int64)
            if need > len(self._result_rows):
                self._result_rows = np.zeros(2 * need, np.int64)
            return
        if outcome == at.BUDGET or need > ROOM:
            partition = int(partitions[self.meta[at.NEXT]])
            raise OutOfBudget(partition, "steps" if outcome == at.BUDGET else "rows")
        if outcome == at.MORE_FRAMES:
            room = 2 * (int(self.meta[at.FRAMES_TOP]) + need)
            self._frames = _longer(self._frames, room * self._shape.frame)
            width = max(self._shape.doubles, 1)
            self._frame_doubles = _longer(self._frame_doubles, room * width)
        else:
            self._paths = _longer(self._paths, 2 * (int(self.meta[at.PATH_TOP]) + need))

    # ------------------------------------------------------------ what can go

    def settle(self, partitions: Ids) -> Ids:
        """Let go of the rows that no walk needs; return the partitions of which nothing is kept."""
        fields, arrays = self._fields.data, self.store.arrays
        starts = self._oldest(partitions)
        heads = fields[partitions, at.HEAD]
        seq = arrays["seq"]
        resting = starts == at.NONE
        # What comes next is behind the last row; `back` rows before that may be read.
        next_seq = np.where(resting, fields[partitions, at.SEEN], seq[starts])
        until = next_seq - self.back
        kept = heads >= 0
        before = np.where(kept, seq[heads], fields[partitions, at.SEEN])
        heads = np.ascontiguousarray(heads)
        passed = int(np.maximum(until - before, 0).sum())
        matches.advance(passed, len(heads), heads, until, arrays["nxt"], seq)
        after = np.where(heads >= 0, seq[heads], fields[partitions, at.SEEN])
        self.live -= int((after - before).sum())
        fields[partitions, at.HEAD] = heads
        gone = heads < 0
        fields[partitions[gone], at.TAIL] = at.NONE
        if "prv" in arrays:
            arrays["prv"][heads[~gone]] = at.NONE
        self._note(partitions, starts)
        idle = partitions[resting & gone]
        if len(idle):
            self._forget(idle)
        if self.live == 0:
            self.store.keep(np.empty(0, np.int64))
        return np.empty(0, np.int64) if self.lasting else idle

    def _forget(self, idle: Ids) -> None:
        """Give up what a partition has no use for while no walk is under way."""
        fields = self._fields.data
        self.meta[at.FRAMES_GONE] += int(fields[idle, at.FRAMES_ROOM].sum())
        self.meta[at.PATH_GONE] += int(
            sum(fields[idle, room].sum() for *_, room in self._sequences)
        )
        number, seen, cover = (fields[idle, f].copy() for f in (at.NUMBER, at.SEEN, at.COVER))
        self._fields.clear(idle)
        self._doubles.clear(idle)
        if self.lasting:
            fields[idle, at.NUMBER] = number
            fields[idle, at.SEEN] = seen
            fields[idle, at.COVER] = cover

    def _note(self, partitions: Ids, starts: Ints) -> None:
        """Note what partitions wait for, and since when."""
        self._due.set(partitions, self._fields.data[partitions, at.DUE])
        times = np.full(len(starts), END)
        begun = starts != at.NONE
        times[begun] = self.store.arrays["time"][starts[begun]]
        self._since.set(partitions, times)

    def wasteful(self) -> bool:
        """Say whether so much is garbage that `compact` is worth its cost."""
        dead = self.store.top - self.live
        meta = self.meta
        return (
            dead > max(self.live, _GARBAGE)
            or meta[at.FRAMES_GONE] * 2 > meta[at.FRAMES_TOP] + _GARBAGE
            or meta[at.PATH_GONE] * 2 > meta[at.PATH_TOP] + _GARBAGE
        )

    def compact(self) -> None:
        """Move what is alive together: rows by partition in order, choices and paths."""
        fields = self._fields.data
        alive = np.flatnonzero(fields[:, at.HEAD] != at.NONE)
        heads = np.ascontiguousarray(fields[alive, at.HEAD])
        slots = np.empty(self.live, np.int64)
        nxt = self.store.arrays["nxt"]
        count = matches.chains(self.live, len(heads), heads, nxt, slots)
        assert count == self.live
        numbers = np.full(max(self.store.top, 1) + 1, at.NONE)  # the last one is that of NONE
        numbers[slots] = np.arange(count)
        self.store.keep(slots)
        for name in {"nxt", "prv"} & set(self.store.arrays):
            array = self.store.arrays[name]
            array[:count] = numbers[array[:count]]
        places = [at.START, at.LAST, at.HEAD, at.TAIL, *self._shape.slot_fields]
        if self._shape.extras:
            places.append(at.ORIGIN)
        for field in places:
            fields[:, field] = numbers[fields[:, field]]
        self._orders[:] = 0
        self._compact_frames(alive, numbers)
        self._compact_paths(alive, numbers)

    def _compact_frames(self, alive: Ids, numbers: Ints) -> None:
        fields, width = self._fields.data, self._shape.frame
        depth = fields[alive, at.DEPTH]
        places = _ranges(fields[alive, at.FRAMES], depth)
        frames = self._frames.reshape(-1, width)[places]
        for field in (1, *self._shape.slot_places):
            frames[:, field] = numbers[frames[:, field]]
        doubles = self._frame_doubles.reshape(-1, max(self._shape.doubles, 1))[places]
        fields[alive, at.FRAMES] = np.cumsum(depth) - depth
        fields[alive, at.FRAMES_ROOM] = depth
        self._frames = _refilled(self._frames, frames.reshape(-1))
        self._frame_doubles = _refilled(self._frame_doubles, doubles.reshape(-1))
        self.meta[at.FRAMES_TOP] = len(places)
        self.meta[at.FRAMES_GONE] = 0

    def _compact_paths(self, alive: Ids, numbers: Ints) -> None:
        fields = self._fields.data
        bases, lengths = [], []
        for base, length, _ in self._sequences:
            bases.append(fields[alive, base])
            lengths.append(fields[alive, length])
        many = np.concatenate(lengths)
        packed = self._paths[_ranges(np.concatenate(bases), many)]
        low = (1 << at.LABEL_BITS) - 1
        renumbered = numbers[packed >> at.LABEL_BITS] << at.LABEL_BITS | packed & low
        packed = np.where(packed < 0, packed, renumbered)  # a length is negative
        begins = np.split(np.cumsum(many) - many, len(self._sequences))
        for (base, length, room), begin in zip(self._sequences, begins, strict=True):
            fields[alive, base] = begin
            fields[alive, room] = fields[alive, length]
        self._paths = _refilled(self._paths, packed)
        self.meta[at.PATH_TOP] = len(packed)
        self.meta[at.PATH_GONE] = 0

    # ------------------------------------------------------------ snapshots

    def snapshot(self, partitions: Ids) -> dict[str, pa.Table]:
        """Return the walks of partitions after `compact`; slots are places in the rows kept."""
        fields = self._fields.data[partitions]
        frames = int(self.meta[at.FRAMES_TOP])
        width, doubles = self._shape.frame, max(self._shape.doubles, 1)
        return {
            "walks": _table(fields),
            "doubles": _table(self._doubles.data[partitions]),
            "frames": _table(self._frames[: frames * width].reshape(frames, width)),
            "frame doubles": _table(
                self._frame_doubles[: frames * doubles].reshape(frames, doubles)
            ),
            "paths": _table(self._paths[: int(self.meta[at.PATH_TOP])].reshape(-1, 1)),
        }

    def restore(self, partitions: Ids, state: Mapping[str, pa.Table]) -> None:
        """Take over walks; the rows have been put into the store already."""
        fields = _matrix(state["walks"], np.int64)
        # Failures are remembered again as they are met; no two walks may share an epoch.
        fields[:, at.EPOCH] = np.arange(1, len(fields) + 1)
        self.meta[at.EPOCHS] = len(fields)
        self._fields.data[partitions] = fields
        self._doubles.data[partitions] = _matrix(state["doubles"], np.float64)
        frames = _matrix(state["frames"], np.int64)
        self._frames = _longer(frames.reshape(-1), (64 + 2 * len(frames)) * self._shape.frame)
        doubles = _matrix(state["frame doubles"], np.float64)
        width = max(self._shape.doubles, 1)
        self._frame_doubles = _longer(doubles.reshape(-1), (64 + 2 * len(frames)) * width)
        self.meta[at.FRAMES_TOP] = len(frames)
        paths = _matrix(state["paths"], np.int64).reshape(-1)
        self._paths = _longer(paths, 256 + 2 * len(paths))
        self.meta[at.PATH_TOP] = len(paths)
        self.live = self.store.top
        self._note(partitions, self._oldest(partitions))


class OutOfBudget(EvaluationError):
    """A walk takes more steps, or keeps more rows, than it may."""

    def __init__(self, partition: int, what: str) -> None:
        super().__init__(f"a match attempt takes too many {what}")
        self.partition = partition
        self.what = what


_ABSENT = np.zeros(1, np.int64)
"""What stands for an array that a program has no use for."""

_PATHS = (
    (at.PATH, at.LENGTH, at.PATH_ROOM),
    (at.BEST, at.BEST_LENGTH, at.BEST_ROOM),
    (at.SAID, at.SAID_LENGTH, at.SAID_ROOM),
)
"""Where sequences of rows taken stand, how long they are and how much room they have."""


def _ranges(begins: Ints, lengths: Ints) -> Ints:
    """Return the numbers of several ranges, one after the other."""
    total = np.cumsum(lengths)
    n = int(total[-1]) if len(total) else 0
    return np.arange(n) + np.repeat(begins - (total - lengths), lengths)


def _refilled(array: npt.NDArray[Any], values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return an array that begins with `values`: the old one, unless it is far too long."""
    if len(array) > max(_SPARE, 8 * len(values)):
        return _longer(values, max(_SPARE, 2 * len(values)))
    array[: len(values)] = values
    return array


def _longer(array: npt.NDArray[Any], length: int) -> npt.NDArray[Any]:
    longer = np.zeros(max(length, 1), array.dtype)
    longer[: len(array)] = array
    return longer


def _table(matrix: npt.NDArray[Any]) -> pa.Table:
    return pa.table(
        [pa.array(np.ascontiguousarray(matrix[:, i])) for i in range(matrix.shape[1])],
        names=[str(i) for i in range(matrix.shape[1])],
    )


def _matrix(table: pa.Table, dtype: Any) -> npt.NDArray[Any]:
    columns = [c.to_numpy() for c in table.columns]
    return np.ascontiguousarray(np.stack(columns, axis=1).astype(dtype))
