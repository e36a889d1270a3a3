"""What sketches of Apache DataSketches say: BYTES that aggregates or other systems have made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from cep.runtime.functions.registry import Functions
from cep.runtime.rowerrors import Messages, Operand, RowFailure, failed
from cep.runtime.sketching import library
from cep.types import BIGINT, BYTES, DOUBLE, DataType

functions = Functions()


@functions.scalar("hll_sketch_estimate", [BYTES], BIGINT, can_fail=True, sketch=True)
def hll_sketch_estimate(sketch: Operand) -> Operand:
    """Return about how many different values a sketch of HLL_SKETCH_AGG has seen."""
    load = library().hll_sketch.deserialize

    def estimate(written: bytes) -> int:
        return round(_read(load, written, "HLL").get_estimate())

    return _each(estimate, BIGINT, sketch)


@functions.scalar(
    "kll_sketch_get_quantile_double", [BYTES, DOUBLE], DOUBLE, can_fail=True, sketch=True
)
def kll_sketch_get_quantile_double(sketch: Operand, rank: Operand) -> Operand:
    """Return the first value of a sketch of KLL_SKETCH_AGG_DOUBLE that such a part does not follow.

    NULL if the sketch has seen no value.
    """
    load = library().kll_doubles_sketch.deserialize

    def quantile(written: bytes, rank: float) -> float | None:
        if not 0 <= rank <= 1:
            raise ValueError(f"the rank {rank:g} does not lie between 0 and 1")
        read = _read(load, written, "KLL")
        return None if read.is_empty() else read.get_quantile(rank, True)

    return _each(quantile, DOUBLE, sketch, rank)


def _read(load: Callable[[bytes], Any], written: bytes, what: str) -> Any:
    try:
        return load(written)
    except (ValueError, IndexError, RuntimeError):
        raise ValueError(f"these bytes are no {what} sketch of DataSketches") from None


def _each(ask: Callable[..., Any], result: DataType, *operands: Operand) -> Operand:
    """Ask about each row, as the library reads one sketch at a time; NULL of NULL."""
    n = next((len(o) for o in operands if isinstance(o, pa.Array)), None)
    rows = 1 if n is None else n
    columns = [o.to_pylist() if isinstance(o, pa.Array) else [o.as_py()] * rows for o in operands]
    values: list[Any] = []
    messages: Messages = np.full(rows, None, object)
    for i, row in enumerate(zip(*columns, strict=True)):
        value = None
        if None not in row:
            try:
                value = ask(*row)
            except ValueError as error:
                messages[i] = str(error)
        values.append(value)
    if failed(messages).any():
        raise RowFailure(failed(messages), messages)
    column = pa.array(values, result.arrow)
    return column[0] if n is None else column
