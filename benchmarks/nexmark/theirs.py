"""DuckDB, asked the same questions over the same rows, and how its answers are compared."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import cep
from benchmarks.answers import differences
from benchmarks.data import made
from benchmarks.nexmark.queries import STREAMS, declarations, parameters, query, side_input


def check(name: str, events: str, rate: str, folder: str, answer: str) -> str | None:
    """Say how the answer in an Arrow file differs from DuckDB's; None where it does not."""
    with pa.memory_map(answer) as file:
        found = pa.ipc.open_file(file).read_all()
        return unlike(found, expected(name, int(events), float(rate), Path(folder)))


def unlike(found: pa.Table, wanted: pa.Table) -> str | None:
    """Say how the net of an answer differs from another; None where it does not."""
    if found.column_names[0] != "op":
        return differences(found, wanted)
    with duckdb.connect() as connection:
        connection.register("changes", found)
        net = connection.sql(
            "SELECT * EXCLUDE (op), sum(CASE op WHEN '+' THEN 1 ELSE -1 END)::BIGINT AS weight "
            "FROM changes GROUP BY ALL HAVING weight <> 0"
        ).to_arrow_table()
    weights = net["weight"].to_numpy()
    if (weights < 0).any():
        return f"{np.count_nonzero(weights < 0):,} rows were taken back that had not been said"
    rows = net.drop_columns("weight").take(np.repeat(np.arange(len(weights)), weights))
    return differences(rows, wanted)


def expected(name: str, events: int, rate: float, folder: Path) -> pa.Table:
    """Return DuckDB's answer; `arrival` numbers the rows of each stream."""
    with duckdb.connect() as connection:
        for stream in STREAMS:
            path = exported(stream, events, rate, folder)
            connection.execute(
                f"CREATE VIEW {stream} AS SELECT * RENAME (file_row_number AS arrival) "
                f"FROM read_parquet('{path}', file_row_number = true)"
            )
        connection.execute(f"CREATE VIEW side_input AS FROM '{side_input(folder)}'")
        return connection.sql(query(name).duckdb).to_arrow_table()


def exported(stream: str, events: int, rate: float, folder: Path) -> Path:
    """Return a Parquet file of the rows of a stream."""

    def write(path: Path) -> None:
        engine = cep.Engine()
        engine.execute(declarations(), parameters(events, rate, folder))
        result = engine.execute(f"SELECT * FROM {stream}")
        with pq.ParquetWriter(path, result.schema.arrow) as writer:
            for batch in result.batches():
                writer.write_batch(batch)

    return made(folder / f"nexmark-{stream}-{events}-{rate:g}.parquet", write)
