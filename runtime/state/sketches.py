"""Objects of another library, one per id, which turn into bytes and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from cep.runtime.state.column import Ids
from cep.runtime.state.vectors import integers, view

_OVERHEAD = 200
"""The bytes that an object and its place in a dict take beside what it holds."""


@dataclass(frozen=True)
class Kind:
    """How an object is written, read again, and how many bytes it holds."""

    dump: Callable[[Any], bytes]
    load: Callable[[bytes], Any]
    size: Callable[[Any], int]


class Sketches:
    """An object for every id that has one: what is kept where the arrays are not ours."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.objects: dict[int, Any] = {}

    def of(self, ids: Ids) -> list[Any]:
        """Return the objects of ids; None where there is none."""
        get = self.objects.get
        return [get(i) for i in ids.tolist()]

    def clear(self, ids: Ids) -> None:
        """Let go of the objects of ids."""
        for i in ids.tolist():
            self.objects.pop(i, None)

    def reset(self) -> None:
        """Let go of all objects."""
        self.objects = {}

    def keep(self, ids: Ids) -> None:
        """Keep only `ids`, which become 0, 1, 2 and so on."""
        held = enumerate(self.of(ids))
        self.objects = {new: one for new, one in held if one is not None}

    @property
    def nbytes(self) -> int:
        """The bytes that all objects hold, and what they take beside; O(objects)."""
        size = self.kind.size
        return sum(size(one) + _OVERHEAD for one in self.objects.values())

    def snapshot(self, ids: Ids) -> pa.Table:
        """Return the objects of ids as bytes, each with the position of its id."""
        some = [(i, one) for i, one in enumerate(self.of(ids)) if one is not None]
        dump = self.kind.dump
        return pa.table({
            "group": integers(np.array([i for i, _ in some], np.int64)),
            "sketch": pa.array([dump(one) for _, one in some], pa.large_binary()),
        })  # fmt: skip

    def restore(self, ids: Ids, table: pa.Table) -> None:
        """Take over what `snapshot` returned, for `ids` in the same order."""
        position, written = (c.combine_chunks() for c in table.columns)
        mine: Sequence[int] = ids[view(position)].tolist()
        read = map(self.kind.load, written.to_pylist())
        self.objects.update(zip(mine, read, strict=True))
