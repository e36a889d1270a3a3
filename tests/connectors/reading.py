"""How the tests read a source: to its end, in chunks of any size, with everything it says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cep.runtime.connectors.base import (
    BrokenRow,
    Chunk,
    Comparison,
    PartitionEnd,
    Read,
    Signal,
    Source,
)
from cep.runtime.connectors.registry import Connectors
from cep.types import DataType, Field

CONNECTORS = Connectors()


@dataclass
class Heard:
    """What a source said."""

    rows: list[tuple[Any, ...]] = field(default_factory=list)
    broken: list[BrokenRow] = field(default_factory=list)
    broken_count: int = 0
    skipped: int = 0
    ended: list[str] = field(default_factory=list)
    chunks: list[Chunk] = field(default_factory=list)
    offsets: list[Mapping[str, int]] = field(default_factory=list)

    def take(self, chunk: Chunk, offsets: Mapping[str, int]) -> None:
        """Note a chunk and the offsets after it."""
        chunk.batch.validate(full=True)
        self.chunks.append(chunk)
        self.offsets.append(offsets)
        self.broken += chunk.broken
        self.broken_count += chunk.broken_count
        if chunk.skipped:
            self.skipped += chunk.batch.num_rows
        else:
            columns = [c.to_pylist() for c in chunk.batch.columns]
            self.rows += zip(*columns, strict=True) if columns else [()] * chunk.batch.num_rows


def fields(columns: Mapping[str, DataType]) -> tuple[Field, ...]:
    """Return columns as fields."""
    return tuple(Field(name, t) for name, t in columns.items())


def read(
    columns: Mapping[str, DataType],
    metadata: Mapping[str, DataType] | None = None,
    filters: Sequence[Comparison] = (),
    always: Sequence[str] = (),
) -> Read:
    """Say what is wanted of a source."""
    extra = tuple((key, Field(f"m_{key}", t)) for key, t in (metadata or {}).items())
    return Read(fields(columns), extra, tuple(filters), tuple(always))


def drain(source: Source, max_rows: int = 65_536) -> Heard:
    """Read a bounded source to its end."""
    heard = Heard()
    for _ in range(1_000_000):
        said = source.poll(max_rows)
        if said is Signal.END:
            break
        assert said is not Signal.IDLE, "a bounded source keeps nobody waiting"
        if isinstance(said, PartitionEnd):
            heard.ended.append(said.partition)
        elif isinstance(said, Chunk):
            assert said.batch.num_rows + said.broken_count <= max_rows
            heard.take(said, dict(source.offsets()))
    else:
        raise AssertionError("the source does not end")
    return heard


def read_file(
    path: Path | str,
    columns: Mapping[str, DataType],
    max_rows: int = 65_536,
    metadata: Mapping[str, DataType] | None = None,
    options: Mapping[str, str] | None = None,
    **more: str,
) -> Heard:
    """Read a file to its end."""
    connector = CONNECTORS.lookup("file")
    source = connector.source(
        {"path": str(path), **(options or {}), **more}, read(columns, metadata)
    )
    try:
        return drain(source, max_rows)
    finally:
        source.close()


def lines(*records: str) -> bytes:
    """Return records as lines."""
    return "".join(f"{r}\n" for r in records).encode()


def messages(broken: Iterable[BrokenRow]) -> list[tuple[str, str]]:
    """Return the line and the message of each broken row."""
    return [(b.where.rpartition(":")[2], b.message) for b in broken]
