"""Each row beside the right row of its key that was the last one at its time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Batch
from cep.runtime.kernels import asof as kernels
from cep.runtime.nearest import Inputs, Pairing, fingerprint, keyed
from cep.runtime.operator import Operator, StateSize
from cep.runtime.state.column import Ids
from cep.runtime.state.records import NOWHERE, Records
from cep.runtime.state.vectors import integers

LEFT = 0


class AsOf(Operator):
    """Pairs each left row with the right row of its key that has the greatest time not after it.

    Of several with that time it is the one that came last. A right row of weight -1 says that from
    its time on its key has none, as a deleted row of a table. `times` are the columns compared,
    left and right; `timely` whether each of them is the event time of its input, otherwise that
    input is bounded, and complete at its end. With `strict` the right row must be earlier.

    Linear in the left input. A row is answered when both inputs are complete at its time, and then
    never again; one whose time is before its lateness is refused. State: the rows that wait for the
    watermarks, and of each key the last right row behind them.
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
        right = pairing.right.types
        self._last = Records([right[k] for k in pairing.right_keys], right)

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        """Let rows wait until both inputs are complete at their times."""
        timeless = self._inputs.add(port, batch, self.outlet)
        if timeless is None or port != LEFT:
            return ()
        nowhere = np.full(timeless.rows, NOWHERE)
        return (self.pairing.paired(timeless, nowhere, self._last.column, self.outlet),)

    def advance(self, port: int, watermark: int) -> Iterable[Batch]:
        """Answer the rows at whose times both inputs are complete."""
        super().advance(port, watermark)
        left, right = self._inputs.take(self.watermarks)
        return () if left is None and right is None else self._answered(left, right)

    def output_watermark(self) -> int:
        return self._inputs.complete(self.watermarks)

    def _answered(self, left: Batch | None, right: Batch | None) -> Iterable[Batch]:
        """Let the right rows take their places, and say what each left row finds at its time."""
        last = self._last
        right_times, right_ids, places = _NOBODY if right is None else self._placed(right)
        left_times, left_ids, fresh = _NOBODY if left is None else self._sought(left)
        touched = np.unique(right_ids)
        before = last.places(touched)
        answer = np.empty(len(left_ids), np.int64)
        kernels.latest(
            len(left_ids) + len(right_ids),
            len(left_ids),
            len(right_ids),
            int(self.strict),
            left_times,
            left_ids,
            right_times,
            right_ids,
            places,
            last.all_places,
            answer,
        )
        last.counted(touched, before)
        if left is not None:
            yield self.pairing.paired(left, answer, last.column, self.outlet)
        nobody = np.union1d(touched, fresh)
        last.release(nobody[last.places(nobody) < 0])
        last.compact()
        last.tidy()

    def _placed(self, right: Batch) -> tuple[Ids, Ids, Ids]:
        """Put right rows where they can be found; return their times, keys and places."""
        there = keyed(right, self.pairing.right_keys)
        right = right if there is None else right.where(there)
        assert right.time is not None
        ids, _ = self._last.intern([right.columns[k] for k in self.pairing.right_keys], right.rows)
        comes = right.weights() > 0
        rows = integers(np.flatnonzero(comes))
        first = self._last.append([c.take(rows) for c in right.columns], len(rows))
        places = np.full(right.rows, NOWHERE)
        places[comes] = np.arange(first, first + len(rows))
        return right.time, ids, places

    def _sought(self, left: Batch) -> tuple[Ids, Ids, Ids]:
        """Return the times and keys of left rows, -1 where one is NULL, and the keys made."""
        assert left.time is not None
        keys = [left.columns[k] for k in self.pairing.left_keys]
        there = keyed(left, self.pairing.left_keys)
        if there is None:
            return (left.time, *self._last.intern(keys, left.rows))
        some = np.flatnonzero(there)
        ids = np.full(left.rows, -1, np.int64)
        ids[some], fresh = self._last.intern([k.take(integers(some)) for k in keys], len(some))
        return left.time, ids, fresh

    def size(self) -> StateSize:
        return self._inputs.size() + StateSize(len(self._last), self._last.nbytes)

    def snapshot(self) -> Mapping[str, pa.Table]:
        last = {f"last {name}": table for name, table in self._last.snapshot().items()}
        return {**self._inputs.snapshot(), **last}

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        self._inputs.restore(state)
        self._last.restore({name: state[f"last {name}"] for name in ("keys", "rows")})

    def fingerprint(self) -> str:
        return fingerprint("AsOf", self.pairing, self._inputs.times, self.strict)


_NOBODY = (np.empty(0, np.int64),) * 3
