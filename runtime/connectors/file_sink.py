"""Results into one file, which is there when it is whole."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from cep.errors import ConnectorError
from cep.runtime.connectors.base import Guarantee, Sink
from cep.runtime.connectors.changes import changes_schema, last_of_keys, with_changes
from cep.runtime.connectors.debezium import ENVELOPE, EnvelopeWriter, envelopes, pairs
from cep.runtime.connectors.format_base import Writer
from cep.runtime.connectors.formats import choose_format, with_defaults
from cep.runtime.connectors.storage import compression_of, pack
from cep.types import Schema

CHANGELOGS = ("false", "true", "upsert", "debezium")
"""How a file can tell that rows are taken back."""

PAIRS = "pairs"
"""One more way, which is a format of its own: keys with their rows."""

_ENVELOPES = frozenset(("debezium", PAIRS))
_BY_KEY = frozenset(("upsert", PAIRS))


class FileSink(Sink):
    """Writes beside the file under a temporary name and puts it in its place when it is closed.

    Nobody sees a part of a result, and a result that is not finished leaves the old file alone.
    `prepare` makes what has been written safe and notes its length beside it, so that after a
    restart `commit` can cut off what came later and go on from there. Only plain csv and json can
    be continued so; for other files that `commit` is refused and the query must be started anew.
    """

    takes_changes = True
    guarantee = Guarantee.TRANSACTIONAL

    def __init__(self, options: Mapping[str, str], schema: Schema) -> None:
        self._path = path = options["path"]
        self._changelog = options.get("changelog", "false").lower()
        self._key: Sequence[str] = ()
        if os.path.isdir(path) or path.endswith(os.sep):
            raise ConnectorError(
                f"{path} is a directory", hint=f"name a file: '{os.path.join(path, 'out.csv')}'"
            )
        folder = os.path.dirname(path) or "."
        if not os.path.isdir(folder):
            raise ConnectorError(f"the directory {folder} does not exist", hint="create it first")
        if not os.access(folder, os.W_OK):
            raise ConnectorError(f"no file may be made in the directory {folder}")
        self._options = with_defaults(options, path)
        self._format = choose_format(options, path)
        self._compression = compression_of(path, options)
        if self._compression != "none" and not self._format.packable:
            raise ConnectorError(
                f"a file of format {self._format.name} is not packed as a whole",
                hint=f"leave out compression = '{self._compression}'; its columns are compressed",
            )
        self._continuable = self._format.line_based and self._compression == "none"
        self._rows = schema
        self._schema = schema
        if self._changelog in {"true", "upsert"}:
            self._schema = changes_schema(schema)
        elif self._changelog in _ENVELOPES:
            if self._format.name != "json":
                raise ConnectorError(
                    f"Debezium's changes are JSON, and {path} is {self._format.name}",
                    hint="name the file .jsonl, or write format = 'json'",
                )
            self._schema = ENVELOPE
        for name in self._schema.names:
            if self._schema.names.count(name) > 1:
                # Whoever reads the file would find one of them.
                raise ConnectorError(
                    f"two columns are called {name}, and a file tells them by their names",
                    hint=f"name them apart in the query: … AS {name}_2",
                )
        self._temporary = f"{path}.part"
        self._notes = f"{path}.part.epochs"
        self._raw: BinaryIO | None = None
        self._stream: BinaryIO | None = None
        self._writer: Writer | None = None
        self._closed = False

    def _begin(self, length: int | None = None) -> Writer:
        """Open the temporary file: anew, or behind its first `length` bytes."""
        if self._writer is not None:
            return self._writer
        try:
            if length is None:
                self._raw = open(self._temporary, "wb")  # noqa: SIM115 - closed by close()
                self._remove_notes()
            else:
                self._raw = open(self._temporary, "r+b")  # noqa: SIM115
                self._raw.truncate(length)
                self._raw.seek(length)
        except OSError as error:
            raise ConnectorError(f"{self._path} cannot be written: {error.strerror}") from error
        member = os.path.basename(self._path).removesuffix(".zip")
        self._stream = pack(self._raw, self._compression, member)
        options = self._options if length is None else {**self._options, "header": "false"}
        if self._changelog in _ENVELOPES:
            self._writer = EnvelopeWriter(self._stream)
        else:
            self._writer = self._format.writer(self._stream, options, self._schema)
        return self._writer

    def keyed(self, key: Sequence[str]) -> None:
        if self._changelog in _BY_KEY and not key:
            written = "format = 'json', changelog" if self._changelog == PAIRS else "changelog"
            raise ConnectorError(
                "the rows of this query have no key by which one could replace another",
                hint=f"write {written} = 'true', or select the columns it is grouped by",
            )
        self._key = tuple(key)

    def write(self, batch: pa.RecordBatch, weights: Sequence[int] | None = None) -> None:
        if self._changelog == "debezium":
            net = np.ones(batch.num_rows, np.int64) if weights is None else np.asarray(weights)
            texts = envelopes(batch, net, self._rows, self._key)
            batch = pa.RecordBatch.from_arrays([texts], schema=ENVELOPE.arrow)
        elif self._changelog == PAIRS:
            signed = [1] * batch.num_rows if weights is None else weights
            rows, signed = last_of_keys(batch, signed, self._rows, self._key)
            texts = pairs(rows, signed, self._rows, self._key)
            batch = pa.RecordBatch.from_arrays([texts], schema=ENVELOPE.arrow)
        elif self._changelog != "false":
            if self._changelog == "upsert" and weights is not None:
                batch, weights = last_of_keys(batch, weights, self._rows, self._key)
            batch = with_changes(batch, weights, self._schema.arrow)
        writer = self._begin()
        try:
            writer.write(batch)
        except OSError as error:
            raise ConnectorError(f"{self._path} cannot be written: {error.strerror}") from error

    def prepare(self, epoch: int) -> None:
        self._begin().flush()
        if self._raw is not None and self._continuable:
            self._raw.flush()
            os.fsync(self._raw.fileno())
            with open(self._notes, "a", encoding="utf-8") as notes:
                notes.write(f"{epoch} {self._raw.tell()}\n")
                notes.flush()
                os.fsync(notes.fileno())

    def commit(self, epoch: int) -> None:
        if self._writer is not None:
            return  # prepared by this sink; the file is put in its place when it is whole
        length = self._prepared().get(epoch)
        if length is None:
            raise ConnectorError(
                f"{self._path} cannot be continued after a restart",
                hint="only plain csv and json files can; start the query anew"
                if not self._continuable
                else f"{self._temporary} is gone; start the query anew",
            )
        self._begin(length)

    def _prepared(self) -> dict[int, int]:
        """Read how long the temporary file was at each epoch that was prepared."""
        if not os.path.exists(self._temporary):
            return {}
        try:
            with open(self._notes, encoding="utf-8") as notes:
                pairs = [line.split() for line in notes if line.endswith("\n")]
        except FileNotFoundError:
            return {}
        return {int(epoch): int(length) for epoch, length in pairs}

    def abort(self, epoch: int) -> None:
        """Throw away everything; the old file, if there is one, stays."""
        self._finish()
        with contextlib.suppress(FileNotFoundError):
            os.remove(self._temporary)
        self._remove_notes()

    def _finish(self) -> None:
        """Write the end of the file and close it."""
        if self._writer is None or self._raw is None or self._stream is None:
            return
        self._writer.close()
        if self._stream is not self._raw:
            self._stream.close()
        self._raw.flush()
        os.fsync(self._raw.fileno())
        self._raw.close()
        self._writer = None

    def _remove_notes(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            os.remove(self._notes)

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._begin()  # a result without rows is a file too
        self._finish()
        os.replace(self._temporary, self._path)
        self._remove_notes()
