"""The contract of an operator: what the executor may ask of it and what it promises."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from cep.runtime.batch import Batch
from cep.runtime.rowerrors import Messages
from cep.runtime.time import BEGINNING
from cep.types import Schema


@dataclass(frozen=True)
class StateSize:
    """How much an operator keeps."""

    rows: int = 0
    bytes: int = 0

    def __add__(self, other: StateSize) -> StateSize:
        return StateSize(self.rows + other.rows, self.bytes + other.bytes)


class Outlet(Protocol):
    """Where an operator puts rows that go no further, so that none is lost uncounted."""

    def late(self, batch: Batch) -> None:
        """Count and keep rows that came too late for the operator."""

    def failed(self, batch: Batch, messages: Messages) -> None:
        """Count and keep the rows of `batch` that have a message, with their weights."""


class _Nowhere:
    """The outlet of an operator that has not been wired into a query yet."""

    def late(self, batch: Batch) -> None:
        """Refuse to lose the rows."""
        raise RuntimeError("the operator has no outlet for late rows")

    def failed(self, batch: Batch, messages: Messages) -> None:
        """Refuse to lose the rows."""
        raise RuntimeError("the operator has no outlet for failed rows")


_NOWHERE = _Nowhere()


class Operator(ABC):
    """A node of the graph: takes batches and watermarks, gives batches and a watermark.

    Deterministic: what it says follows from what it was given, in an order defined by event time
    and arrival, never by hash order or the clock. An operator keeps its state in containers that
    turn into Arrow tables and back, so that a query can be snapshotted between any two calls.
    """

    ports: int = 1
    """How many inputs the operator has, numbered from 0."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.watermarks = [BEGINNING] * self.ports
        self.outlet: Outlet = _NOWHERE
        self.finished = False
        """Whether the operator wants no more rows; the query ends when it has said what it has."""

    def begin(self) -> Iterable[Batch]:
        """Say what is true before any row has come; called once, and not after a restore."""
        return ()

    @abstractmethod
    def process(self, port: int, batch: Batch) -> Iterable[Batch]:
        """Take rows from an input (at least one) and return what can be said because of them."""

    def advance(self, port: int, watermark: int) -> Iterable[Batch]:
        """Learn that no row with a time before `watermark` will come; say what is complete.

        Called only with a watermark greater than the last one. END means that the input is
        finished, also for inputs without event time. Overrides call this first.
        """
        self.watermarks[port] = watermark
        return ()

    def tick(self, now: int) -> Iterable[Batch]:
        """Learn the engine's time; called between batches by a query that reads the clock."""
        return ()

    def output_watermark(self) -> int:
        """Return a time before which the operator will say no more rows; it never goes back."""
        return min(self.watermarks)

    def snapshot(self) -> Mapping[str, pa.Table]:
        """Return the state as Arrow tables, by name. Keys are stored as values, never as ids."""
        return {}

    def restore(self, state: Mapping[str, pa.Table]) -> None:
        """Take up a state that `snapshot` of an operator with the same fingerprint returned."""

    def fingerprint(self) -> str:
        """Return what the state's layout depends on; a snapshot fits only where it is equal."""
        return f"{type(self).__name__}({self.schema})"

    def size(self) -> StateSize:
        """Return how much the operator keeps at the moment."""
        return StateSize()
