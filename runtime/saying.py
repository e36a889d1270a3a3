"""When windows are said that their rows make, and what is said when something changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cep.runtime.batch import Batch, Indices, Instants, Mask
from cep.runtime.operator import Outlet
from cep.runtime.rowerrors import Messages, failed
from cep.runtime.state.vectors import integers, unequal
from cep.runtime.time import BEGINNING, END


@dataclass(frozen=True)
class Saying:
    """When windows are said: `early`, as their rows come, or when they have ended.

    They are kept, and what was said of them is corrected, for `correct` microseconds after that.
    """

    early: bool = False
    correct: int = 0

    @property
    def revises(self) -> bool:
        """Whether what has been said may be taken back."""
        return self.early or self.correct > 0

    def said(self, end: Instants, watermark: int) -> Mask:
        """Say which of the windows that there are have been said at a watermark, by their ends."""
        return np.full(len(end), True) if self.early else end <= watermark

    def refusing(self, lateness: Instants | None) -> Instants | None:
        """Return for each row the instant at or before which a window has to end to refuse it."""
        if lateness is None or not self.correct:
            return lateness
        return np.maximum(lateness, BEGINNING + self.correct) - self.correct

    def past(self, watermark: int) -> int:
        """Return the instant at or before which windows have ended that can change no more."""
        if watermark == END:
            return watermark
        return max(watermark, BEGINNING + self.correct) - self.correct


WHEN_COMPLETE = Saying()
"""Once and for all, when they have ended."""


@dataclass(frozen=True)
class Values:
    """The values of some groups, with the messages of those that have none because of an error."""

    columns: tuple[pa.Array, ...]
    messages: Messages | None
    groups: int

    def differ(self, other: Values) -> Mask:
        """Return where the same groups have another value, or another error."""
        differ = np.zeros(self.groups, np.bool_)
        for one, two in zip(self.columns, other.columns, strict=True):
            if differ.all():
                return differ
            differ |= unequal(one, two)
        if self.messages is not None or other.messages is not None:
            differ |= (self._messages() != other._messages()).astype(np.bool_)
        return differ

    def _messages(self) -> Messages:
        return np.full(self.groups, None, dtype=object) if self.messages is None else self.messages


def spliced(parts: Sequence[tuple[Values, Indices]]) -> Values:
    """Return some groups of each part, one part after the other."""
    messages: Messages | None = None
    if any(values.messages is not None for values, _ in parts):
        messages = np.concatenate([values._messages()[some] for values, some in parts])
    chosen = [[(c, some) for c in values.columns] for values, some in parts]
    columns = tuple(spliced_column(column) for column in zip(*chosen, strict=True))
    return Values(columns, messages, sum(len(some) for _, some in parts))


def spliced_column(parts: Sequence[tuple[pa.Array, Indices]]) -> pa.Array:
    """Return some values of each part, one part after the other."""
    arrays = [
        # Arrow takes 14 us for nothing, which is much for a batch of one row.
        values if len(some) == len(values) else values.take(integers(some))
        for values, some in parts
        if len(some)
    ]
    return arrays[0] if len(arrays) == 1 else pa.concat_arrays(arrays or [parts[0][0].slice(0, 0)])


def sound(batch: Batch, messages: Messages | None, outlet: Outlet) -> Iterable[Batch]:
    """Return what is to be said, without the rows that have no value because of an error."""
    if messages is not None:
        wrong = failed(messages)
        if wrong.any():
            outlet.failed(batch, messages)
            batch = batch.where(~wrong)
    return (batch,) if batch.rows else ()
