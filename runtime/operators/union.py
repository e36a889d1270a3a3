"""The rows of several inputs."""

from __future__ import annotations

from collections.abc import Iterable

from cep.runtime.batch import Batch
from cep.runtime.operator import Operator
from cep.types import Schema


class Union(Operator):
    """UNION ALL: linear in each input; the watermark is the least of theirs."""

    def __init__(self, schema: Schema, ports: int) -> None:
        self.ports = ports
        super().__init__(schema)

    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        """Return the rows as they are, under the names of the first input."""
        return (
            batch if batch.schema == self.schema else batch.replaced(self.schema, batch.columns),
        )
