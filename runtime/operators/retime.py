"""Rows that go on by another of their times."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cep.runtime.batch import Batch
from cep.runtime.operator import Operator
from cep.runtime.state.vectors import view
from cep.types import Schema


class Retime(Operator):
    """Linear: the event time of each row becomes what is in a column, as the watermark does."""

    def __init__(self, schema: Schema, time: int) -> None:
        super().__init__(schema)
        self.time = time

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        """Return the same rows."""
        return (replace(batch, time=view(batch.columns[self.time])),)
