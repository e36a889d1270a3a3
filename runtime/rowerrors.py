"""Errors of single rows in computations over whole columns.

An expression over a batch yields values and, rarely, errors: a numpy object array as long as the
batch that holds the message of each failed row and None for the others, or None where no row
failed. A failed row's value is NULL. Whether an error matters is decided above: CASE, AND, OR and
COALESCE drop the errors of what they did not need.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Operand: TypeAlias = pa.Array | pa.Scalar
Messages = npt.NDArray[np.object_]
Mask = npt.NDArray[np.bool_]
_NONE: Any = None  # what numpy compares and fills with, though its types do not say so


class RowFailure(Exception):
    """Raised by a kernel that knows which rows have no value.

    `mask` is a bool array over the rows (or one bool, where all arguments were constants).
    `message` is the same for all of them, or an array over the rows with each one's own.
    """

    def __init__(self, mask: Mask | bool, message: str | Messages) -> None:
        super().__init__(message if isinstance(message, str) else _first(message))
        self.mask = mask
        self.message = message


def _first(messages: Messages) -> str:
    return next((m for m in messages if m is not None), "")


def failed(messages: Messages) -> Mask:
    """Return the mask of the rows that have a message."""
    mask: Mask = np.not_equal(messages, _NONE)
    return mask


def merge(first: Messages | None, second: Messages | None) -> Messages | None:
    """Combine the errors of two operands; the first one's message stands where both failed."""
    if first is None:
        return second
    if second is None:
        return first
    return np.where(failed(first), first, second)


def only_where(messages: Messages | None, mask: Mask) -> Messages | None:
    """Keep the errors of the rows in `mask`; None where nothing is left."""
    if messages is None:
        return None
    kept = np.where(mask, messages, _NONE)
    return kept if failed(kept).any() else None


def attempt(
    kernel: Callable[..., Operand], arguments: Sequence[Operand], rows: int, result: pa.DataType
) -> tuple[Operand, Messages | None]:
    """Run a kernel over columns and, if some rows fail, find them and compute the others.

    `result` is the Arrow type of the outcome. A kernel that raises RowFailure names its culprits;
    after any other Arrow or arithmetic error they are found by halving, so that k bad rows in a
    batch of n cost about k log n calls.
    """
    try:
        return kernel(*arguments), None
    except RowFailure as failure:
        if rows == 0:  # a constant that would fail fails for no row
            return pa.nulls(0, result), None
        mask = np.broadcast_to(np.asarray(failure.mask, dtype=bool), (rows,))
        if mask.any():
            return _compute_rest(kernel, arguments, rows, result, mask, failure.message)
        raise
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ArithmeticError, ValueError) as error:
        if rows == 0:
            return pa.nulls(0, result), None
        if rows == 1 or not any(isinstance(a, pa.Array) for a in arguments):
            messages = np.full(rows, _brief(error), dtype=object)
            return pa.nulls(rows, result), messages
        return _halve(kernel, arguments, rows, result)


def _compute_rest(
    kernel: Callable[..., Operand],
    arguments: Sequence[Operand],
    rows: int,
    result: pa.DataType,
    mask: Mask,
    message: str | Messages,
) -> tuple[Operand, Messages | None]:
    """Compute the rows outside `mask` and put NULLs with the message in its place."""
    messages = np.full(rows, None, dtype=object)
    messages[mask] = message if isinstance(message, str) else message[mask]
    if mask.all() or not any(isinstance(a, pa.Array) for a in arguments):
        return pa.nulls(rows, result), messages
    keep = np.flatnonzero(~mask)
    kept = pa.array(keep)
    part = [a.take(kept) if isinstance(a, pa.Array) else a for a in arguments]
    values, more = attempt(kernel, part, len(keep), result)
    if more is not None:
        messages[keep] = more
    if not isinstance(values, pa.Array):
        values = pa.repeat(values, len(keep))
    position = np.full(rows, -1, dtype=np.int64)
    position[keep] = np.arange(len(keep))
    return values.take(pa.array(position, mask=mask)), messages


def _halve(
    kernel: Callable[..., Operand], arguments: Sequence[Operand], rows: int, result: pa.DataType
) -> tuple[Operand, Messages | None]:
    middle = rows // 2
    parts: list[pa.Array] = []
    messages = np.full(rows, None, dtype=object)
    for start, length in ((0, middle), (middle, rows - middle)):
        part = [a.slice(start, length) if isinstance(a, pa.Array) else a for a in arguments]
        values, errors = attempt(kernel, part, length, result)
        if errors is not None:
            messages[start : start + length] = errors
        if not isinstance(values, pa.Array):
            values = pa.repeat(values, length)
        parts.append(values if values.type == result else values.cast(result))
    combined: pa.Array = pa.concat_arrays(parts)
    return combined, messages if failed(messages).any() else None


def _brief(error: Exception) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
