"""The connector `memory`: rows from the embedding program, and results for it; also for tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from cep.errors import ConnectorError, did_you_mean
from cep.runtime.connectors.arrow_types import sql_schema
from cep.runtime.connectors.base import (
    Chunk,
    Connector,
    OptionSpec,
    PartitionEnd,
    Read,
    Signal,
    Sink,
    Source,
)
from cep.runtime.connectors.columns import ColumnReader
from cep.runtime.connectors.format_base import Piece, with_metadata
from cep.runtime.connectors.options import flag, settle
from cep.types import BIGINT, VARCHAR, DataType, Schema


@dataclass
class Feed:
    """Rows by partition. While it is `open` more may be appended, and partitions too."""

    schema: pa.Schema
    partitions: dict[str, list[pa.RecordBatch]] = field(default_factory=dict)
    open: bool = False

    @classmethod
    def of(cls, *batches: pa.RecordBatch, partition: str = "0") -> Feed:
        """Return a feed of one partition that has ended; at least one batch is needed."""
        return cls(batches[0].schema, {partition: list(batches)})

    def append(self, batch: pa.RecordBatch, partition: str = "0") -> None:
        """Add rows to a partition."""
        self.partitions.setdefault(partition, []).append(batch)


class MemorySource(Source):
    """Reads a feed. Offsets count rows."""

    def __init__(self, feed: Feed, read: Read) -> None:
        self._feed = feed
        self._read = read
        self._columns = ColumnReader(feed.schema, "the feed", read)
        self._offsets: dict[str, int] = {}
        self._ended: set[str] = set()
        self.bounded = not feed.open

    def partitions(self) -> Sequence[str]:
        return list(self._feed.partitions)

    def poll(self, max_rows: int, partition: str | None = None) -> Chunk | PartitionEnd | Signal:
        names = list(self._feed.partitions)
        if partition in self._feed.partitions:
            names = [partition, *names]
        for name in names:
            if name in self._ended:
                continue
            piece = self._next(name, max_rows)
            if piece is not None:
                return self._chunk(name, piece)
            if not self._feed.open:
                self._ended.add(name)
                return PartitionEnd(name)
        return Signal.IDLE if self._feed.open else Signal.END

    def _next(self, name: str, max_rows: int) -> Piece | None:
        """Return the next rows of a partition, or None where it has no more."""
        start = offset = self._offsets.get(name, 0)
        for batch in self._feed.partitions[name]:
            if start < batch.num_rows:
                part = batch.slice(start, max(max_rows, 1))
                self._offsets[name] = offset + part.num_rows
                return self._columns.piece(part, part.num_rows, offset + 1)
            start -= batch.num_rows
        return None

    def _chunk(self, name: str, piece: Piece) -> Chunk:
        batch = with_metadata(
            self._read, piece, self._offsets[name] - piece.records, {"partition": name}
        )
        broken = tuple(row for _, row in piece.broken)
        return Chunk(name, batch, broken, len(broken))

    def offsets(self) -> Mapping[str, int]:
        return {name: self._offsets.get(name, 0) for name in self._feed.partitions}

    def seek(self, offsets: Mapping[str, int]) -> None:
        self._offsets = dict(offsets)
        self._ended.clear()


class MemorySink(Sink):
    """Collects what is written."""

    takes_changes = True

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.batches: list[pa.RecordBatch] = []
        self.weights: list[Sequence[int] | None] = []
        self.closed = False

    def write(self, batch: pa.RecordBatch, weights: Sequence[int] | None = None) -> None:
        self.batches.append(batch)
        self.weights.append(weights)

    def close(self) -> None:
        self.closed = True

    def table(self) -> pa.Table:
        """Return all rows written so far, without their weights."""
        return pa.Table.from_batches(self.batches, self.schema.arrow)

    def changes(self) -> Iterable[tuple[dict[str, object], int]]:
        """Yield each row written so far with its weight."""
        for batch, weights in zip(self.batches, self.weights, strict=True):
            ones = np.ones(batch.num_rows, np.int64) if weights is None else weights
            for row, weight in zip(batch.to_pylist(), ones, strict=True):
                yield row, int(weight)


@dataclass(frozen=True)
class MemoryConnector(Connector):
    """Makes sources of the feeds, and sinks, that the embedding program knows by name."""

    name: str = "memory"
    summary: str = "rows of the embedding program"
    options: tuple[OptionSpec, ...] = (
        OptionSpec("name", "the feed to read, or what to call the sink", required=True),
        OptionSpec("changelog", "sink: the engine says that rows are retracted", "false"),
    )
    metadata: Mapping[str, DataType] = field(
        default_factory=lambda: {"partition": VARCHAR, "offset": BIGINT}
    )
    feeds: dict[str, Feed] = field(default_factory=dict)
    sinks: dict[str, MemorySink] = field(default_factory=dict)

    def _feed(self, options: Mapping[str, str]) -> Feed:
        name = settle(self, options)["name"]
        if name not in self.feeds:
            raise ConnectorError(
                f"the program has no feed '{name}'",
                hint=did_you_mean(name, self.feeds) or "add it to `feeds` of the connector",
            )
        return self.feeds[name]

    def infer(self, options: Mapping[str, str]) -> Schema:
        return sql_schema(self._feed(options).schema, f"feed {options['name']}")

    def is_bounded(self, options: Mapping[str, str]) -> bool:
        return not self._feed(options).open

    def source(self, options: Mapping[str, str], read: Read) -> Source:
        return MemorySource(self._feed(options), read)

    def sink(self, options: Mapping[str, str], schema: Schema) -> Sink:
        settled = settle(self, options)
        flag(settled, "changelog")
        return self.sinks.setdefault(settled["name"], MemorySink(schema))
