"""Each row beside the right row of its key that is the first one from its time on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Batch
from cep.runtime.kernels import asof as kernels
from cep.runtime.nearest import Inputs, Pairing, at, fingerprint, keyed
from cep.runtime.operator import Operator, StateSize
from cep.runtime.state.queues import Queues
from cep.runtime.time import END

LEFT, RIGHT = 0, 1


class Upcoming(Operator):
    """Pairs each left row with the right row of its key that has the least time not before it.

    Of several with that time it is the one that came first. `times` are the columns compared, left
    and right; `timely` whether each of them is the event time of its input, otherwise that input is
    bounded, and complete at its end. With `strict` the right row must be later.

    Linear in the left input. A row is answered when a right row has come and nothing can come
    before that, or when the right input has ended; one whose time is before its lateness is
    refused. The watermark stands at the oldest row without answer. State: the rows that wait for
    the watermarks, and those without answer, which nothing bounds but the right rows.
    """

    ports = 2

    def __init__(
        self,
        pairing: Pairing,
        times: tuple[int, int],
        timely: tuple[bool, bool],
        *,
        strict: bool = False,
    ) -> None:
        super().__init__(pairing.output)
        self.pairing = pairing
        self.strict = strict
        self._inputs = Inputs(pairing, times, timely)
        self._line = Queues(pairing.left, pairing.left_keys)

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        """Let rows wait until both inputs are complete at their times."""
        timeless = self._inputs.add(port, batch, self.outlet)
        return () if timeless is None or port != LEFT else (self._alone(timeless),)

    def advance(self, port: int, watermark: int) -> Iterable[Batch]:
        """Answer the rows for which a right row has come, or can come no more."""
        super().advance(port, watermark)
        left, right = self._inputs.take(self.watermarks)
        if left is not None:
            there = keyed(left, self.pairing.left_keys)
            if there is not None:
                yield self._alone(left.where(~there))
                left = left.where(there)
        if right is not None:
            there = keyed(right, self.pairing.right_keys)
            right = right if there is None else right.where(there)
        if left is not None or right is not None:
            yield from self._answered(left, right)
        if self.watermarks[RIGHT] == END and not len(self._inputs.waiting[RIGHT]):
            yield self._alone(self._line.take_all())

    def output_watermark(self) -> int:
        return min(self._inputs.complete(self.watermarks), self._line.oldest())

    def _answered(self, left: Batch | None, right: Batch | None) -> Iterable[Batch]:
        """Let left rows stand in line, and say those whose right row has come."""
        line = self._line
        left_times, left_ids, places = _NOBODY
        right_times, right_ids, fresh = _NOBODY
        columns: tuple[pa.Array, ...] = ()
        if left is not None:
            assert left.time is not None
            left_times = left.time
            left_ids, places = line.append(left)
        if right is not None:
            assert right.time is not None
            right_times, columns = right.time, right.columns
            keys = [columns[k] for k in self.pairing.right_keys]
            right_ids, fresh = line.intern(keys, right.rows)
        answer, answered = np.empty((2, line.places), np.int64)
        many = kernels.upcoming(
            len(left_ids) + len(right_ids),
            len(left_ids),
            len(right_ids),
            int(self.strict),
            left_times,
            left_ids,
            places,
            right_times,
            right_ids,
            *line.links,
            answer,
            answered,
        )
        order = np.argsort(answered[:many])
        line.forget(fresh)
        if many:
            found = line.remove(answered[:many][order])
            yield self.pairing.paired(
                found, answer[:many][order], lambda i, rows: at(columns[i], rows), self.outlet
            )

    def _alone(self, left: Batch) -> Batch:
        """Return left rows that have no right one."""
        nowhere = np.full(left.rows, -1, np.int64)
        types = self.pairing.right.types
        return self.pairing.paired(
            left, nowhere, lambda i, rows: pa.nulls(len(rows), types[i].arrow), self.outlet
        )

    def size(self) -> StateSize:
        return self._inputs.size() + StateSize(len(self._line), self._line.nbytes)

    def snapshot(self) -> Mapping[str, pa.Table]:
        line = {f"line {name}": table for name, table in self._line.snapshot().items()}
        return {**self._inputs.snapshot(), **line}

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        self._inputs.restore(state)
        for batch in self._line.restore({"rows": state["line rows"]}):
            for _ in self._answered(batch, None):
                raise AssertionError("a row was answered by none")

    def fingerprint(self) -> str:
        return fingerprint("Upcoming", self.pairing, self._inputs.times, self.strict)


_NOBODY = (np.empty(0, np.int64),) * 3
