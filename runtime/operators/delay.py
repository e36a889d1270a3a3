"""EMIT STREAM AFTER DELAY: changes wait for a while, and what cancels out is never said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Batch, concat
from cep.runtime.consolidate import consolidate
from cep.runtime.operator import Operator, StateSize
from cep.runtime.state.vectors import integers, view
from cep.runtime.time import BEGINNING, END
from cep.types import Schema

_FEW = 1_000
"""Changes that are not yet worth putting together."""


class Delay(Operator):
    """Says the net of all changes `delay` after the first of them, by the engine's clock.

    So no row of the result changes more than once in that time. Linear. State: the net changes that
    wait, at most twice as many and a few; all of them are said when the input ends.
    """

    def __init__(self, schema: Schema, delay: int) -> None:
        super().__init__(schema)
        self.delay = delay
        self._waiting: list[Batch] = []
        self._rows = 0
        self._net = 0
        self._now: int | None = None
        self._since: int | None = None
        """When the first of them came, None where the clock had not been read then."""
        self._waited = 0

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        """Let changes wait."""
        if not self._waiting:
            self._since, self._waited = self._now, 0
        weighted = batch if batch.weight is not None else _weighted(batch)
        self._waiting.append(weighted)
        self._rows += batch.rows
        if self._rows > 2 * self._net + _FEW:
            self._put_together()
        return ()

    def _put_together(self) -> None:
        net = consolidate(concat(self._waiting))
        self._waiting = [net]
        self._rows = self._net = net.rows

    def tick(self, now: int) -> Iterable[Batch]:
        self._now = now if self._now is None else max(now, self._now)
        if self._since is None:
            self._since = self._now - self._waited
        return self._say() if self._now - self._since >= self.delay else ()

    def advance(self, port: int, watermark: int) -> Iterable[Batch]:
        super().advance(port, watermark)
        return self._say() if watermark == END else ()

    def output_watermark(self) -> int:
        # What waits may be of any time: the result has none that is complete before the end.
        return END if self.watermarks[0] == END else BEGINNING

    def _say(self) -> Iterable[Batch]:
        """Return what has become of the changes, what is taken back first."""
        if not self._waiting:
            return ()
        self._put_together()
        (net,) = self._waiting
        self._waiting, self._rows, self._net = [], 0, 0
        if not net.rows:
            return ()
        gone = net.weights() < 0
        return (net.take(np.concatenate([np.flatnonzero(gone), np.flatnonzero(~gone)])),)

    def snapshot(self) -> Mapping[str, pa.Table]:
        if self._waiting:
            self._put_together()
        waited = self._waited
        if self._now is not None and self._since is not None:
            waited = self._now - self._since
        tables = {"clock": pa.table({"waited": [waited]})}
        if self._waiting:
            (net,) = self._waiting
            columns = [*net.columns, integers(net.weights())]
            tables["changes"] = pa.table(columns, names=[str(i) for i in range(len(columns))])
        return tables

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        if "changes" not in state:
            return
        *columns, weight = (c.combine_chunks() for c in state["changes"].columns)
        net = Batch(self.schema, tuple(columns), len(weight), weight=view(weight))
        self._waiting, self._rows, self._net = [net], net.rows, net.rows
        self._waited = state["clock"]["waited"][0].as_py()

    def fingerprint(self) -> str:
        return f"Delay({self.schema} {self.delay})"

    def size(self) -> StateSize:
        return StateSize(self._rows, sum(b.nbytes for b in self._waiting))


def _weighted(batch: Batch) -> Batch:
    """Return a batch with its weights written out, so that it can be put together with others."""
    ones = batch.weights()
    return Batch(batch.schema, batch.columns, batch.rows, batch.time, batch.lateness, ones)
