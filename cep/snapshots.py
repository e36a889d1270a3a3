"""A running query as Arrow tables, and back: its state, what it reads, what it put aside.

A snapshot is what a query would need to go on in another process: the state and watermarks of every
operator, the watermarks and offsets of the streams it reads, and the rows that went aside so far.
Nothing in it is pickled; `to_bytes` and `from_bytes` write and read it as Arrow IPC.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence

import pyarrow as pa

from cep.errors import StateError
from cep.feeds import Feed
from cep.runtime.graph import Graph
from cep.runtime.quarantine import Quarantine

Snapshot = Mapping[str, Mapping[str, pa.Table]]
"""Tables by their name, by their owner: an operator's id, `$feed NAME`, or `$aside`."""

_MARKS = "watermarks of "
"""What the names of a feed's tables begin with that say where its watermarks stand."""

_KEPT = "kept "
"""What those begin with that hold the rows of a table."""


def take(graph: Graph, feeds: Sequence[Feed], aside: Mapping[str, Quarantine]) -> Snapshot:
    """Return the snapshot of a query between two batches."""
    tables: dict[str, Mapping[str, pa.Table]] = dict(graph.snapshot())
    tables["$aside"] = {name: store.to_table() for name, store in aside.items()}
    for feed in feeds:
        reading = {
            "offsets": {} if feed.source is None else dict(feed.source.offsets()),
            "rows": feed.ingest.rows,
            "said": feed.said,
            "ended": feed.ended,
        }
        tables[f"$feed {feed.name}"] = {
            "reading": pa.table({"reading": [json.dumps(reading)]}),
            "errors": feed.errors.to_table(),
            **{_MARKS + name: t for name, t in feed.ingest.watermarks.snapshot().items()},
            **{_KEPT + name: t for name, t in feed.kept().items()},
        }
    return tables


def restore(
    snapshot: Snapshot, graph: Graph, feeds: Sequence[Feed], aside: Mapping[str, Quarantine]
) -> None:
    """Take up a snapshot in a query that was bound anew and has not begun.

    Raises StateError, before anything changes, where the snapshot is of another query.
    """
    for feed in feeds:
        if f"$feed {feed.name}" not in snapshot:
            raise StateError(
                f"the snapshot does not fit the query: it does not read {feed.name}",
                hint="restore it with the query it was taken from",
            )
    graph.restore(snapshot)
    for name, store in aside.items():
        store.restore(snapshot["$aside"][name])
    for feed in feeds:
        tables = snapshot[f"$feed {feed.name}"]
        reading = json.loads(tables["reading"]["reading"][0].as_py())
        marks = {n.removeprefix(_MARKS): t for n, t in tables.items() if n.startswith(_MARKS)}
        feed.ingest.restore(marks)
        feed.restore({n.removeprefix(_KEPT): t for n, t in tables.items() if n.startswith(_KEPT)})
        feed.ingest.rows, feed.said = reading["rows"], reading["said"]
        if feed.source is not None:
            feed.source.seek(reading["offsets"])
        if reading["ended"]:
            feed.ended = True
            feed.ingest.finish()
        feed.errors.restore(tables["errors"])


def to_bytes(snapshot: Snapshot) -> bytes:
    """Return a snapshot as bytes: one Arrow table of names, and of tables in Arrow IPC."""
    entries = [
        (owner, name, _written(table))
        for owner, tables in snapshot.items()
        for name, table in tables.items()
    ]
    owners, names, contents = (list(c) for c in zip(*entries, strict=True))
    return _written(
        pa.table({"owner": owners, "name": names, "table": pa.array(contents, pa.binary())})
    )


def from_bytes(data: bytes) -> Snapshot:
    """Return the snapshot that `to_bytes` wrote."""
    tables: dict[str, dict[str, pa.Table]] = {}
    for entry in _read(data).to_pylist():
        tables.setdefault(entry["owner"], {})[entry["name"]] = _read(entry["table"])
    return tables


def _written(table: pa.Table) -> bytes:
    buffer = io.BytesIO()
    with pa.ipc.new_stream(buffer, table.schema) as writer:
        writer.write_table(table)
    return buffer.getvalue()


def _read(data: bytes) -> pa.Table:
    with pa.ipc.open_stream(data) as reader:
        return reader.read_all()
