"""What kernels share: calling Arrow's compute functions, and the way to numpy and Python and back.

A column of n rows meets constants everywhere. Towards numpy a constant is an array of length one,
so that numpy's broadcasting is SQL's; `build` makes a scalar again of what came of constants only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cep.runtime.rowerrors import Mask, Messages, Operand, RowFailure, failed

Numbers = npt.NDArray[Any]


def call(function: str, *operands: Operand, options: Any = None) -> Operand:
    """Call a compute function of Arrow."""
    return pc.call_function(function, list(operands), options)


def as_type(operand: Operand, target: pa.DataType) -> Operand:
    """Convert to an Arrow type, checked; costs nothing where the type is right already."""
    return operand if operand.type == target else operand.cast(target)


def is_constant(*operands: Operand) -> bool:
    """Say whether all operands are constants, so that the result has to be one."""
    return not any(isinstance(o, pa.Array) for o in operands)


def length(*operands: Operand) -> int:
    """Return the number of rows; one, where there are only constants."""
    for operand in operands:
        if isinstance(operand, pa.Array):
            return len(operand)
    return 1


def column(operand: Operand, rows: int) -> pa.Array:
    """Return an operand as a column of so many rows."""
    return operand if isinstance(operand, pa.Array) else pa.repeat(operand, rows)


def columns(*operands: Operand) -> list[pa.Array]:
    """Return operands as columns of equal length; `like` turns the outcome back."""
    rows = length(*operands)
    return [column(o, rows) for o in operands]


def like(outcome: pa.Array, *operands: Operand) -> Operand:
    """Return a column computed from `operands`, as a scalar if they all were constants."""
    return outcome[0] if is_constant(*operands) else outcome


def constant_text(value: str) -> pa.Scalar:
    """Return a text as a constant that a module can make when it is imported.

    `pa.scalar` would import pandas, where that is installed: 0.2 s.
    """
    data = value.encode()
    ends = np.array([0, len(data)], np.int32)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.string(), 1, buffers)[0]


def missing(like_operands: Sequence[Operand], result: pa.DataType) -> Operand:
    """Return NULL for every row."""
    if is_constant(*like_operands):
        return pa.scalar(None, result)
    return pa.nulls(length(*like_operands), result)


def has_nulls(operand: Operand) -> bool:
    """Say whether any value is NULL."""
    if isinstance(operand, pa.Array):
        return bool(operand.null_count)
    return not operand.is_valid


def numbers(operand: Operand) -> Numbers:
    """Return the values as numpy sees them: times as integers, NULLs as anything.

    A column without booleans is not copied; a constant gives an array of one element.
    """
    if not isinstance(operand, pa.Array):
        operand = pa.repeat(operand, 1)
    if pa.types.is_boolean(operand.type):
        return np.asarray(operand.fill_null(False).to_numpy(zero_copy_only=False))
    if len(operand) == 0:
        return np.empty(0, _physical(operand.type))
    data = np.frombuffer(operand.buffers()[1], _physical(operand.type))
    return data[operand.offset : operand.offset + len(operand)]


def _physical(t: pa.DataType) -> Any:
    if pa.types.is_date32(t):
        return np.int32
    if pa.types.is_temporal(t):
        return np.int64
    return t.to_pandas_dtype()


def valid(*operands: Operand) -> Mask | None:
    """Return where no operand is NULL, or None where that is everywhere.

    Its length is one if only constants decide, and otherwise the number of rows.
    """
    mask: Mask | None = None
    for operand in operands:
        if has_nulls(operand):
            if isinstance(operand, pa.Array):
                here = operand.is_valid().to_numpy(zero_copy_only=False)
            else:
                here = np.zeros(1, np.bool_)
            mask = here if mask is None else mask & here
    return mask


def build(
    values: Numbers, where: Mask | None, result: pa.DataType, operands: Sequence[Operand]
) -> Operand:
    """Make an operand of numpy values computed from `operands`; `where` says which are not NULL."""
    rows = length(*operands)
    if len(values) != rows:
        values = np.broadcast_to(values, (rows,))
    if where is not None and len(where) != rows:
        where = np.broadcast_to(where, (rows,))
    nulls = None if where is None else ~where
    if pa.types.is_boolean(result):
        made = pa.array(values.astype(np.bool_, copy=False), mask=nulls)
    else:
        physical = np.ascontiguousarray(values, _physical(result))
        made = pa.array(physical, mask=nulls, from_pandas=False)
        if made.type != result:
            made = made.view(result)
    return like(made, *operands)


def refuse(
    bad: Mask,
    where: Mask | None,
    message: str | Callable[[int], str],
    operands: Sequence[Operand],
) -> None:
    """Raise RowFailure for the rows that are `bad` and not NULL, if there are any.

    `message` is a text or makes one for a row number.
    """
    if where is not None:
        bad = bad & where
    if not bad.any():
        return
    mask = np.broadcast_to(bad, (length(*operands),))
    if is_constant(*operands):
        raise RowFailure(True, message if isinstance(message, str) else message(0))
    if isinstance(message, str):
        raise RowFailure(mask, message)
    messages: Messages = np.full(len(mask), None, dtype=object)
    for row in np.flatnonzero(mask):
        messages[row] = message(int(row))
    raise RowFailure(mask, messages)


def value(operand: Operand, row: int) -> Any:
    """Return the Python value of one row."""
    return operand[row].as_py() if isinstance(operand, pa.Array) else operand.as_py()


def per_distinct(
    function: Callable[..., object], operands: Sequence[Operand], result: pa.DataType
) -> Operand:
    """Call a Python function once for each distinct combination of the operands' values.

    It is for what no compute function can do. The outcome is NULL where an operand is; a ValueError
    (or ArithmeticError) that the function raises is the error of the rows with those values.
    """
    varying = [o for o in operands if isinstance(o, pa.Array)]
    if any(not isinstance(o, pa.Array) and not o.is_valid for o in operands):
        return missing(operands, result)
    if not varying:
        return pa.scalar(function(*(o.as_py() for o in operands)), result)
    codes, distinct = _encode(varying)
    outcomes: list[object] = []
    errors: dict[int, str] = {}
    for position, combination in enumerate(distinct):
        mine = iter(combination)
        arguments = [next(mine) if isinstance(o, pa.Array) else o.as_py() for o in operands]
        try:
            outcomes.append(function(*arguments))
        except (ValueError, ArithmeticError) as error:
            outcomes.append(None)
            errors[position] = str(error) or type(error).__name__
    if errors:
        table = np.full(len(distinct) + 1, None, dtype=object)
        for position, message in errors.items():
            table[position] = message
        messages: Messages = table[codes]
        raise RowFailure(failed(messages), messages)
    return pa.array(outcomes, result).take(pa.array(codes, mask=codes < 0))


def _encode(varying: Sequence[pa.Array]) -> tuple[npt.NDArray[np.int64], list[tuple[Any, ...]]]:
    """Give each distinct combination of values a number; rows with a NULL get -1."""
    coded = [_codes(array) for array in varying]
    known = valid(*varying)
    combined, values = coded[0]
    if len(coded) == 1:
        distinct = [(v,) for v in values]
    else:
        for codes, more in coded[1:]:
            # Renumbered at each step, so that the product of the sizes cannot overflow.
            pairs = combined * max(len(more), 1) + codes
            combined = np.unique(pairs, return_inverse=True)[1]
        kept = np.arange(len(combined)) if known is None else np.flatnonzero(known)
        _, first, again = np.unique(combined[kept], return_index=True, return_inverse=True)
        distinct = [tuple(more[codes[r]] for codes, more in coded) for r in kept[first]]
        combined = np.zeros(len(combined), np.int64)
        combined[kept] = again
    if known is not None:
        combined = np.where(known, combined, -1)
    return combined, distinct


def _codes(array: pa.Array) -> tuple[npt.NDArray[np.int64], list[Any]]:
    """Return for each row the position of its value in a list of values; NULLs get any position."""
    if pa.types.is_nested(array.type):  # Arrow does not encode these
        return np.arange(len(array), dtype=np.int64), array.to_pylist()
    encoded = array.dictionary_encode()
    codes = encoded.indices.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes, encoded.dictionary.to_pylist()


def by_parameters(
    kernel: Callable[..., Operand],
    operands: Sequence[Operand],
    parameters: Sequence[Operand],
    result: pa.DataType,
) -> Operand:
    """Call a kernel whose `parameters` Arrow wants as options, that is, as Python values.

    They are constants as a rule, and the kernel is called once; otherwise it is called for the rows
    of each distinct combination. A ValueError is the parameters' fault and the error of all rows
    that have them and have no NULL.
    """

    def run(columns_: Sequence[Operand], values: Sequence[Any]) -> Operand:
        try:
            return kernel(*columns_, *values)
        except RowFailure:
            raise
        except ValueError as error:
            message = str(error).partition("\n")[0]
            refuse(np.ones(1, np.bool_), valid(*columns_), message, columns_)
            return missing(columns_, result)

    if is_constant(*parameters):
        values = [p.as_py() for p in parameters]
        if any(v is None for v in values):
            return missing([*operands, *parameters], result)
        return run(operands, values)
    rows = length(*operands, *parameters)
    codes, distinct = _encode([column(p, rows) for p in parameters])
    parts: list[pa.Array] = [pa.nulls(1, result)]
    position = np.zeros(rows, np.int64)
    messages: Messages | None = None
    start = 1
    for code, values_ in enumerate(distinct):
        at = np.flatnonzero(codes == code)
        chosen = pa.array(at)
        try:
            part = run(
                [o.take(chosen) if isinstance(o, pa.Array) else o for o in operands], values_
            )
        except RowFailure as failure:
            if messages is None:
                messages = np.full(rows, None, dtype=object)
            mask = np.broadcast_to(np.asarray(failure.mask), (len(at),))
            each = failure.message
            messages[at[mask]] = each if isinstance(each, str) else each[mask]
            continue
        parts.append(column(part, len(at)))
        position[at] = np.arange(start, start + len(at))
        start += len(at)
    if messages is not None:
        raise RowFailure(failed(messages), messages)
    return pa.concat_arrays(parts).take(pa.array(position))
