"""The connector `file`: rows from files, and results into a file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cep.errors import ConnectorError
from cep.runtime.connectors.base import (
    Chunk,
    Connector,
    OptionSpec,
    PartitionEnd,
    Progress,
    Read,
    Signal,
    Sink,
    Source,
)
from cep.runtime.connectors.changes import OP
from cep.runtime.connectors.file_sink import CHANGELOGS, PAIRS, FileSink
from cep.runtime.connectors.format_base import Format, Piece, with_metadata
from cep.runtime.connectors.formats import FORMAT_OPTIONS, choose_format, with_defaults
from cep.runtime.connectors.options import flag, settle
from cep.runtime.connectors.storage import Input, compression_of, inputs, resolve
from cep.types import BIGINT, VARCHAR, DataType, Schema, TimestampLtz

_COMPRESSIONS = ("auto", "none", "gzip", "zstd", "zip")


class _Partition:
    """One file while it is read."""

    def __init__(self, path: str, number: int, source: FileSource) -> None:
        self.path = path
        self.number = number
        self.offset = 0
        self.ended = False  # as far as has been said
        self._exhausted = False
        self.size = os.path.getsize(path)
        self.modified = os.stat(path).st_mtime_ns // 1_000_000 * 1_000  # whole milliseconds
        self._source = source
        self._pieces: Iterator[Piece | None] | None = None
        self._piece: Piece | None = None
        self._at = 0
        self._input: Input | None = None

    def seek(self, offset: int) -> None:
        self.close()
        self.offset = offset
        self.ended = self._exhausted = False

    @property
    def done(self) -> int:
        """How many bytes of the stored file have been read."""
        if self._exhausted:
            return self.size
        return 0 if self._input is None else min(self._input.position, self.size)

    def close(self) -> None:
        if self._pieces is not None:
            closer = getattr(self._pieces, "close", None)
            if closer is not None:
                closer()
        if self._input is not None:
            self._input.close()
        self._pieces = self._piece = self._input = None

    def look(self) -> bool | None:
        """Have a piece at hand; False at the end, None if nothing has come yet."""
        while self._piece is None or self._at >= self._piece.records:
            if self._exhausted:
                return False
            if self._pieces is None:
                self._pieces = self._read(self.offset)
            found = next(self._pieces, False)
            if found is False:
                self._exhausted = True
                self.close()
                return False
            if found is None:
                return None
            assert isinstance(found, Piece)
            self._piece, self._at = found, 0
        return True

    def take(self, max_rows: int) -> Piece:
        """Return the next records of the piece at hand, cut evenly where it has more."""
        assert self._piece is not None
        left = self._piece.records - self._at
        parts = -(-left // max(max_rows, 1))
        piece = self._piece.slice(self._at, -(-left // parts))
        self._at += piece.records
        self.offset += piece.records
        return piece

    def _read(self, skip: int) -> Iterator[Piece | None]:
        source = self._source
        compression = compression_of(self.path, source.options)
        options = with_defaults(source.options, self.path)
        archive = compression == "zip"
        for opened in inputs(self.path, compression, source.follow):
            self._input = opened
            at_once = 0 if archive else skip
            for piece in source.format.pieces(opened, options, source.read, at_once):
                if not archive or piece is None or skip == 0:
                    yield piece
                elif piece.records <= skip:
                    skip -= piece.records
                else:
                    yield piece.slice(skip, piece.records - skip)
                    skip = 0
            opened.close()


class FileSource(Source):
    """Files, each a partition called by its path. Offsets count the records, broken ones too."""

    def __init__(self, options: Mapping[str, str], read: Read) -> None:
        self.options = options
        self.read = read
        self.follow = flag(options, "follow")
        self.bounded = not self.follow
        self._path = options["path"]
        paths = resolve(self._path, self.follow)
        self.format = choose_format(options, paths[0] if paths else self._path)
        _check(self.format, paths, options, self.follow)
        self._parts: dict[str, _Partition] = {}
        self._discover(paths)
        self._current: _Partition | None = None
        for part in list(self._parts.values())[:1]:
            try:
                part.look()  # a wrong column or header is told when the source is opened
            except ConnectorError:
                self.close()
                raise

    def _discover(self, paths: Iterable[str]) -> None:
        for path in paths:
            if path not in self._parts:
                self._parts[path] = _Partition(path, len(self._parts), self)

    def partitions(self) -> Sequence[str]:
        return list(self._parts)

    def poll(self, max_rows: int, partition: str | None = None) -> Chunk | PartitionEnd | Signal:
        told = False
        for part in self._order(partition):
            found = part.look()
            if found is None:
                told = True
                continue
            self._current = part
            if not found:
                part.ended = True
                return PartitionEnd(part.path)
            return self._chunk(part, part.take(max_rows))
        if self.follow:
            self._discover(resolve(self._path, follow=True))
        return Signal.IDLE if told or self.follow else Signal.END

    def _order(self, partition: str | None) -> Iterator[_Partition]:
        """Yield the partitions that have not ended, beginning with the one asked for."""
        first = self._parts.get(partition) if partition is not None else self._current
        if first is not None and not first.ended:
            yield first
        for part in list(self._parts.values()):
            if part is not first and not part.ended:
                yield part

    def _chunk(self, part: _Partition, piece: Piece) -> Chunk:
        known = {"partition": part.number, "timestamp": part.modified, "file": piece.source}
        batch = with_metadata(self.read, piece, part.offset - piece.records, known)
        broken = tuple(row for _, row in piece.broken)
        return Chunk(part.path, batch, broken, len(broken), piece.skipped)

    def offsets(self) -> Mapping[str, int]:
        return {path: part.offset for path, part in self._parts.items()}

    def seek(self, offsets: Mapping[str, int]) -> None:
        for path in offsets:
            if path not in self._parts:
                raise ConnectorError(
                    f"the file {path} was read before and is gone",
                    hint="put it back, or start the query anew",
                )
        for path, part in self._parts.items():
            part.seek(offsets.get(path, 0))
        self._current = None

    def progress(self) -> Progress | None:
        if self.follow:
            return None
        parts = self._parts.values()
        return Progress(sum(p.done for p in parts), sum(p.size for p in parts))

    def close(self) -> None:
        for part in self._parts.values():
            part.close()


def _check(chosen: Format, paths: Sequence[str], options: Mapping[str, str], follow: bool) -> None:
    """Refuse what does not go together."""
    if follow and not chosen.line_based:
        raise ConnectorError(
            f"a file of format {chosen.name} cannot be followed",
            hint="follow = 'true' is for csv and json, which grow line by line",
        )
    for path in paths:
        if follow and compression_of(path, options) != "none":
            raise ConnectorError(
                f"{path} is compressed and cannot be followed", hint="let it grow unpacked"
            )


@dataclass(frozen=True)
class FileConnector(Connector):
    """Makes sources and sinks of files."""

    name: str = "file"
    summary: str = "files of CSV, JSON lines, Parquet or Arrow"
    options: tuple[OptionSpec, ...] = (
        OptionSpec("path", "the file; a source may have wildcards, like 'in/*.csv'", required=True),
        *FORMAT_OPTIONS,
        OptionSpec("compression", "how files are packed", "auto", choices=_COMPRESSIONS),
        OptionSpec(
            "follow", "source: wait for lines to be appended", "false", choices=("true", "false")
        ),
        OptionSpec(
            "changelog",
            "write or read what each row does, '+I' or '-D', in a first column `op`; upsert: '+I' "
            "also replaces the row of its key; debezium: Debezium's JSON",
            "false",
            choices=CHANGELOGS,
        ),
    )
    metadata: Mapping[str, DataType] = field(
        default_factory=lambda: {
            "file": VARCHAR,
            "line": BIGINT,
            "partition": BIGINT,
            "offset": BIGINT,
            "timestamp": TimestampLtz(3),
            "ingestion-timestamp": TimestampLtz(3),
            "source.timestamp": TimestampLtz(3),
            "source.table": VARCHAR,
        }
    )

    def infer(self, options: Mapping[str, str]) -> Schema:
        settled = settle(self, options)
        path = resolve(settled["path"])[0]
        chosen = choose_format(settled, path)
        for opened in inputs(path, compression_of(path, settled)):
            try:
                found = chosen.infer(opened, with_defaults(settled, path))
            finally:
                opened.close()
            # What a row of a change log does is no column of its table.
            says = settled["changelog"] in {"true", "upsert"}
            return Schema(tuple(f for f in found.fields if not (says and f.name == OP)))
        raise ConnectorError(f"{path} is empty")

    def is_bounded(self, options: Mapping[str, str]) -> bool:
        return not flag(options, "follow")

    def source(self, options: Mapping[str, str], read: Read) -> Source:
        settled = settle(self, options)
        if settled["changelog"] == "debezium":
            settled["format"] = "debezium-json"
        return FileSource(settled, read)

    def sink(self, options: Mapping[str, str], schema: Schema) -> Sink:
        settled = settle(self, options)
        if settled.get("format") == "debezium-json":
            settled |= {"format": "json", "changelog": "debezium"}
        elif settled.get("format") == "upsert-json":
            settled |= {"format": "json", "changelog": PAIRS}
        return FileSink(settled, schema)
