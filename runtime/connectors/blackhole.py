"""The connector `blackhole`: takes rows, counts them and keeps nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cep.runtime.connectors.base import Connector, Guarantee, OptionSpec, Sink
from cep.runtime.connectors.options import settle
from cep.types import Schema


class BlackholeSink(Sink):
    """Counts the rows, and the insertions less the retractions."""

    guarantee = Guarantee.IDEMPOTENT
    takes_changes = True

    def __init__(self) -> None:
        self.rows = 0
        self.net = 0

    def write(self, batch: pa.RecordBatch, weights: Sequence[int] | None = None) -> None:
        self.rows += batch.num_rows
        self.net += batch.num_rows if weights is None else int(np.sum(weights))


@dataclass(frozen=True)
class BlackholeConnector(Connector):
    """Makes sinks that count."""

    name: str = "blackhole"
    summary: str = "counts rows and keeps nothing"
    options: tuple[OptionSpec, ...] = (
        OptionSpec("changelog", "the engine says that rows are retracted", "false"),
    )

    def sink(self, options: Mapping[str, str], schema: Schema) -> Sink:
        settle(self, options)
        return BlackholeSink()
