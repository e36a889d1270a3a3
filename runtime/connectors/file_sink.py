"""Results into one file, which is there when it is whole."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import BinaryIO

import pyarrow as pa

from cep.errors import ConnectorError
from cep.runtime.connectors.base import Guarantee, Sink
from cep.runtime.connectors.changes import changes_schema, with_changes
from cep.runtime.connectors.formats import choose_format, with_defaults
from cep.runtime.connectors.options import flag
from cep.runtime.connectors.storage import compression_of, pack
from cep.types import Schema


class FileSink(Sink):
    """Writes beside the file under a temporary name and puts it in its place at the end."""

    takes_changes = True
    guarantee = Guarantee.AT_LEAST_ONCE

    def __init__(self, options: Mapping[str, str], schema: Schema) -> None:
        self._path = path = options["path"]
        self._changelog = flag(options, "changelog")
        if os.path.isdir(path) or path.endswith(os.sep):
            raise ConnectorError(
                f"{path} is a directory", hint=f"name a file: '{os.path.join(path, 'out.csv')}'"
            )
        folder = os.path.dirname(path) or "."
        if not os.path.isdir(folder):
            raise ConnectorError(f"the directory {folder} does not exist", hint="create it first")
        chosen = choose_format(options, path)
        compression = compression_of(path, options)
        if compression != "none" and not chosen.packable:
            raise ConnectorError(
                f"a file of format {chosen.name} is not packed as a whole",
                hint=f"leave out compression = '{compression}'; its columns are compressed",
            )
        self._temporary = f"{path}.part"
        try:
            self._raw: BinaryIO = open(self._temporary, "wb")  # noqa: SIM115 - closed by close()
        except OSError as error:
            raise ConnectorError(f"{path} cannot be written: {error.strerror}") from error
        member = os.path.basename(path).removesuffix(".zip")
        self._stream = pack(self._raw, compression, member)
        self._schema = changes_schema(schema) if self._changelog else schema
        self._writer = chosen.writer(self._stream, with_defaults(options, path), self._schema)
        self._closed = False

    def write(self, batch: pa.RecordBatch, weights: Sequence[int] | None = None) -> None:
        if self._changelog:
            batch = with_changes(batch, weights, self._schema.arrow)
        self._writer.write(batch)

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._writer.close()
        if self._stream is not self._raw:
            self._stream.close()
        self._raw.flush()
        os.fsync(self._raw.fileno())
        self._raw.close()
        os.replace(self._temporary, self._path)
