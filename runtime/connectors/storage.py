"""Files as streams of bytes: found by glob, opened, decompressed."""

from __future__ import annotations

import contextlib
import glob
import gzip
import io
import os
import zipfile
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, BinaryIO, Protocol, cast

import pyarrow as pa

from cep.errors import ConnectorError

COMPRESSIONS = {"gz": "gzip", "gzip": "gzip", "zst": "zstd", "zstd": "zstd", "zip": "zip"}
"""The compression each extension means."""

CORRUPT = (OSError, EOFError, zipfile.BadZipFile, pa.ArrowInvalid)
"""What the decompressors raise when the bytes are not what they should be."""


class ByteStream(Protocol):
    """Bytes in order; None says that nothing has come yet, b'' that nothing will."""

    def read(self, size: int, /) -> bytes | None:
        """Return up to `size` bytes."""

    def close(self) -> None:
        """Let go of the file."""


@dataclass
class Input:
    """One stream of records: a file, a member of an archive, or a pipe.

    `path` is set where the file is uncompressed and can be read at any place. `position` says how
    many bytes of the stored file have been read. `raw` is the stored file; it is `shared` by the
    members of an archive, and not closed with them.
    """

    name: str
    stream: ByteStream
    path: str | None = None
    raw: BinaryIO | None = None
    position: int = 0
    shared: bool = False

    @property
    def size(self) -> int:
        """How many bytes the stored file has."""
        return 0 if self.raw is None else os.fstat(self.raw.fileno()).st_size

    def read(self, size: int) -> bytes | None:
        """Return up to `size` bytes; raises ConnectorError where the stored bytes are damaged."""
        try:
            data = self.stream.read(size)
        except CORRUPT as error:
            raise corrupt(self.name, error) from error
        self.note_position()
        return data

    def note_position(self) -> None:
        """Remember how far the stored file has been read."""
        if isinstance(self.stream, ReadAhead):
            self.position = self.stream.position
        elif self.raw is not None:
            self.position = self.raw.tell()

    def close(self) -> None:
        """Let go of the file; a second time it does nothing."""
        self.stream.close()
        if self.raw is not None and not self.shared:
            self.raw.close()


class ReadAhead:
    """A compressed stream whose next bytes are decompressed while the last ones are used.

    At most one block is ahead. All such streams share one thread.
    """

    _pool = ThreadPoolExecutor(1, "cep-read-ahead")

    def __init__(self, stream: ByteStream, raw: BinaryIO) -> None:
        self._stream = stream
        self._raw = raw
        self._next: Future[tuple[bytes | None, int]] | None = None
        self.position = 0

    def _fetch(self, size: int) -> tuple[bytes | None, int]:
        return self._stream.read(size), self._raw.tell()

    def read(self, size: int, /) -> bytes | None:
        """Return up to `size` bytes and have the next ones fetched."""
        future = self._next or self._pool.submit(self._fetch, size)
        self._next = None
        data, self.position = future.result()
        if data:
            self._next = self._pool.submit(self._fetch, size)
        return data

    def close(self) -> None:
        """Wait for what is under way and let go of the stream."""
        if self._next is not None and not self._next.cancel():
            wait([self._next])
        self._stream.close()


class Tail:
    """A file that others append to; it never ends."""

    def __init__(self, raw: BinaryIO, name: str) -> None:
        self._raw = raw
        self._name = name

    def read(self, size: int, /) -> bytes | None:
        """Return what has been appended, None where nothing has."""
        data = self._raw.read(size)
        if data:
            return data
        if os.fstat(self._raw.fileno()).st_size < self._raw.tell():
            raise ConnectorError(
                f"{self._name} has become shorter while it was followed",
                hint="a followed file may only grow; start the stream anew after it was replaced",
            )
        return None

    def close(self) -> None:
        """Let go of the file."""
        self._raw.close()


def resolve(path: str, follow: bool = False) -> list[str]:
    """Return the files that `path` names, sorted; it may have the wildcards `*`, `?`, `[` and `**`.

    Raises ConnectorError where there is none, unless a glob is followed: its files may come later.
    """
    if os.path.isdir(path):
        raise ConnectorError(
            f"{path} is a directory",
            hint=f"name its files: '{os.path.join(path, '*.csv')}', or with another extension",
        )
    if os.path.exists(path):
        return [path]
    if not glob.has_magic(path):
        raise ConnectorError(f"there is no file {path}", hint=_nearest(path))
    found = sorted(p for p in glob.glob(path, recursive=True) if os.path.isfile(p))
    if not found and not follow:
        raise ConnectorError(
            f"no file matches {path}", hint="check the pattern, and from where it is relative"
        )
    return found


def _nearest(path: str) -> str:
    """Say what could be meant by a path that does not exist."""
    folder, name = os.path.split(path)
    if folder and not os.path.isdir(folder):
        return f"the directory {folder} does not exist either"
    try:
        neighbours = os.listdir(folder or ".")
    except OSError:
        neighbours = []
    stem = name.split(".")[0].lower()
    alike = sorted(n for n in neighbours if n.split(".")[0].lower() == stem)
    if alike:
        return f"did you mean {os.path.join(folder, alike[0])}?"
    return f"a relative path is looked for in {os.getcwd()}"


def compression_of(path: str, options: Mapping[str, str]) -> str:
    """Return the compression of a file: as the option says, or else its extension."""
    chosen = options.get("compression", "auto")
    if chosen != "auto":
        return chosen
    return COMPRESSIONS.get(PurePath(path).suffix[1:].lower(), "none")


def open_raw(path: str) -> BinaryIO:
    """Open a file for reading; raises ConnectorError where it cannot be."""
    try:
        return open(path, "rb")
    except PermissionError as error:
        raise ConnectorError(
            f"{path} may not be read: permission denied", hint="give this user the right to read it"
        ) from error
    except OSError as error:
        raise ConnectorError(f"{path} cannot be opened: {error.strerror}") from error


def inputs(path: str, compression: str, follow: bool = False) -> Iterator[Input]:
    """Open the inputs of a file one after the other: itself, or the members of an archive."""
    if compression == "zip":
        yield from _members(path)
        return
    raw = open_raw(path)
    if follow:
        yield Input(path, Tail(raw, path), raw=raw)
    elif compression == "none":
        yield Input(path, raw, path=path, raw=raw)
    else:
        stream = pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), compression)
        yield Input(path, ReadAhead(stream, raw), raw=raw)


def _members(path: str) -> Iterator[Input]:
    with contextlib.closing(open_raw(path)) as raw:
        try:
            archive = zipfile.ZipFile(raw)
        except zipfile.BadZipFile as error:
            raise ConnectorError(
                f"{path} is not a zip file", hint="say compression = '...' if it is something else"
            ) from error
        members = [
            m
            for m in archive.infolist()
            if not m.is_dir() and not m.filename.startswith("__MACOSX/")
        ]
        if not members:
            raise ConnectorError(f"{path} is a zip file without a file in it")
        for member in members:
            name = path if len(members) == 1 else f"{path}/{member.filename}"
            if member.flag_bits & 1:
                raise ConnectorError(f"{name} is encrypted", hint="unpack it first")
            try:
                stream = cast("ByteStream", archive.open(member))
            except (NotImplementedError, zipfile.BadZipFile) as error:
                raise ConnectorError(f"{name} cannot be unpacked: {error}") from error
            yield Input(name, ReadAhead(stream, raw), raw=raw, shared=True)


def corrupt(name: str, error: Exception) -> ConnectorError:
    """Say that the bytes of a file could not be decompressed or read any further."""
    return ConnectorError(
        f"{name} is damaged or cut off: {str(error).partition(chr(10))[0] or type(error).__name__}",
        hint="what stands before the damage has been read; fetch the file again",
    )


class ZipMember:
    """A zip archive of one file, written as a stream."""

    def __init__(self, raw: BinaryIO, member: str) -> None:
        self._archive = zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED)
        self._stream = self._archive.open(member, "w", force_zip64=True)
        self.closed = False

    def write(self, data: bytes, /) -> int:
        """Add bytes."""
        return self._stream.write(data)

    def flush(self) -> None:
        """Do nothing: the archive is whole only when it is closed."""

    def writable(self) -> bool:
        """Say that it can be written."""
        return True

    def close(self) -> None:
        """Write what ends the archive; the file below stays open."""
        if not self.closed:
            self.closed = True
            self._stream.close()
            self._archive.close()


def pack(raw: BinaryIO, compression: str, member: str) -> BinaryIO:
    """Return a stream that writes to `raw` compressed; closing it leaves `raw` open."""
    if compression == "none":
        return raw
    if compression == "zip":
        return cast("BinaryIO", ZipMember(raw, member))
    if compression == "gzip":
        return cast("BinaryIO", gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename=""))
    sink = pa.CompressedOutputStream(_StayOpen(raw), compression)
    return cast("BinaryIO", sink)


class _StayOpen(io.RawIOBase):
    """A stream that hands on what is written and is not closed with the one above it."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        return self._raw.write(data)
