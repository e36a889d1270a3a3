"""What a query said in one run, and how two runs differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from cep.bags import Bag, Row, close_rows, plain
from cep.types import Schema


@dataclass
class Outcome:
    """The changes a query said, each with how many events had come before it was said.

    `errors` counts the rows that went aside by where and why, `late` the rows that came too late
    by their event time and watermark; both net of weights. `raised` is the message of an
    evaluation that failed and ended the run.
    """

    changes: list[tuple[int, Row, int]] = field(default_factory=list)
    errors: Counter[tuple[str, str]] = field(default_factory=Counter)
    late: Counter[tuple[object, object]] = field(default_factory=Counter)
    raised: str | None = None
    positions: list[int] = field(default_factory=list)
    """The numbers of events after which the run stopped to listen."""

    def rows(self) -> list[Row]:
        """Return the inserted rows in the order they were said, less what was taken back."""
        return listed(self.net())

    def said(self) -> list[Row]:
        """Return the rows of a result that was only inserted into, in their order."""
        return [row for _, row, weight in self.changes for _ in range(weight)]

    def net(self, until: int | None = None) -> Bag:
        """Return what stood in the result after `until` events, or at the end."""
        bag: Bag = Counter()
        for position, row, weight in self.changes:
            if until is None or position <= until:
                bag[row] += weight
        return settled(bag)


def settled(bag: Bag) -> Bag:
    """Drop what cancels out, also where a DOUBLE was taken back with its last digits changed."""
    net: Bag = Counter({row: n for row, n in bag.items() if n})
    for row in [r for r, n in net.items() if n < 0]:
        for other in [o for o, n in net.items() if n > 0 and close_rows(row, o)]:
            taken = min(-net[row], net[other])
            net[row] += taken
            net[other] -= taken
    return Counter({row: n for row, n in net.items() if n})


def listed(bag: Bag) -> list[Row]:
    """Return the rows of a bag, each as often as it is there."""
    return list(bag.elements())


def rows_of(columns: Sequence[pa.Array], rows: int) -> list[Row]:
    """Return columns as rows that can be compared and counted."""
    if not columns:
        return [()] * rows
    return list(zip(*([plain(v) for v in c.to_pylist()] for c in columns), strict=True))


def counted(counter: Counter[Any]) -> str:
    """Return counts as text for messages."""
    if not counter:
        return "none"
    return ", ".join(f"{n} × {key}" for key, n in sorted(counter.items(), key=str))


def header(schema: Schema) -> str:
    """Return the columns of a result in one line."""
    return f"({', '.join(schema.names)})"
