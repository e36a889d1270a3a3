"""What the grouping operator alone makes of a stream of bids."""

from __future__ import annotations

import time
from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from cep.runtime.aggregates.builtin import AGGREGATES
from cep.runtime.aggregates.calls import AggregateCall
from cep.runtime.batch import Batch
from cep.runtime.kernels import compile as kernels
from cep.runtime.operators.aggregate import Emission, GroupAggregate, WindowKey
from cep.runtime.time import END
from cep.runtime.windows import tumble_end, tumble_start
from cep.types import BIGINT, DOUBLE, TIMESTAMP, VARCHAR, DataType, Field, Schema

SIZE = 10_000_000


def operator(key: DataType, *, windowed: bool) -> GroupAggregate:
    """Return count, sum, avg and max of a DOUBLE per key, in tumbling windows or for ever."""
    bounds = (Field("window_start", TIMESTAMP, False), Field("window_end", TIMESTAMP, False))
    schema = Schema((*bounds, Field("key", key), Field("value", DOUBLE)))
    calls = []
    for name, arguments in (("count", ()), ("sum", (3,)), ("avg", (3,)), ("max", (3,))):
        resolved = AGGREGATES.resolve(name, [schema.types[a] for a in arguments])
        assert resolved is not None
        calls.append(AggregateCall(resolved[0], arguments, resolved[0].result_type(resolved[1])))
    keys = (0, 1, 2) if windowed else (2,)
    output = tuple(schema.fields[k] for k in keys)
    results = tuple(Field(c.aggregate.name, c.result) for c in calls)
    return GroupAggregate(
        schema,
        Schema(output + results),
        keys,
        tuple(calls),
        window=WindowKey(0, 1, 1) if windowed else None,
        emission=Emission.WATERMARK if windowed else Emission.STREAM,
    )


def batches(
    rows: int, size: int, rate: int, keys: int, key: DataType, schema: Schema
) -> list[Batch]:
    """Return in-order rows at `rate` a second; 10,000 keys are skewed, more are not."""
    random = np.random.default_rng(0)
    skewed = keys <= 10_000
    numbers = random.zipf(1.2, rows) % keys if skewed else random.integers(0, keys, rows)
    values = random.random(rows)
    times = np.arange(rows, dtype=np.int64) * (1_000_000 // rate)
    start, end = tumble_start(times, SIZE), tumble_end(times, SIZE)
    made = []
    for i in range(0, rows, size):
        part = slice(i, i + size)
        column = pa.array(numbers[part].astype(np.int64))
        if key == VARCHAR:
            column = column.cast(pa.string())
        bounds = (pa.array(a[part]).view(pa.timestamp("us")) for a in (start, end))
        columns = (*bounds, column, pa.array(values[part]))
        made.append(Batch(schema, columns, len(column), times[part]))
    return made


def drain(some: Iterable[Batch]) -> int:
    """Count the rows."""
    return sum(batch.rows for batch in some)


def measure(
    mode: kernels.Mode,
    *,
    rows: int = 1 << 21,
    size: int = 1 << 16,
    rate: int = 1000,
    keys: int = 10_000,
    key: DataType = BIGINT,
    windowed: bool = True,
    repeat: int = 3,
) -> float:
    """Print and return the rows per second of the best run."""
    kernels.use(mode)
    stream = batches(rows, size, rate, keys, key, operator(key, windowed=windowed).input)
    speed = 0.0
    said = most = 0
    for _ in range(repeat):
        op = operator(key, windowed=windowed)
        said = most = 0
        begun = time.perf_counter()
        for batch in stream:
            said += drain(op.process(0, batch))
            most = max(most, op.size().rows)
            assert batch.time is not None
            said += drain(op.advance(0, int(batch.time[-1])))
        said += drain(op.advance(0, END))
        speed = max(speed, rows / (time.perf_counter() - begun))
    kind = "tumble" if windowed else "stream"
    print(
        f"{mode:9s} {kind} batches of {size:6d}, {rate:6d} rows/s, {keys:8d} keys {key!s:8s}:"
        f" {speed / 1e6:7.2f} M rows/s, {1e6 * size / speed:8.0f} us a batch,"
        f" {said} rows said, {most} groups at most"
    )
    return speed


def main() -> None:
    """Run the yardsticks."""
    measure("compiled", rows=1 << 17)  # takes the kernels from the cache
    for rate in (100, 1000, 10_000):
        measure("compiled", rate=rate)
    measure("compiled", rate=100_000, keys=1_000_000)
    measure("compiled", key=VARCHAR)
    measure("compiled", windowed=False)
    measure("python", rows=1 << 18)
    measure("auto", repeat=1)
    measure("compiled", rows=5000, size=1)
    measure("python", rows=5000, size=1)
    measure("compiled", rows=5000, size=1, windowed=False)
    measure("python", rows=5000, size=1, windowed=False)


if __name__ == "__main__":
    main()
