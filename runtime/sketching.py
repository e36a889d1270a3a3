"""What is asked of Apache DataSketches, which is imported when somebody asks for it."""

from __future__ import annotations

import importlib
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np

from cep.errors import Span, UsageError
from cep.runtime.state.column import Ids
from cep.runtime.state.sketches import Kind, Sketches

NAME = "datasketches"
"""The value of SET sketches, and the module of the library."""

HLL_LG_K = 12
"""The logarithm of the registers of a sketch of different values."""

KLL_K = 200
"""About the values that a sketch of ranks keeps at each of its levels."""


def library(span: Span | None = None, asked: str = "this") -> Any:
    """Return the library; raise UsageError where it is not installed, and say what asked for it."""
    try:
        return importlib.import_module(NAME)
    except ImportError:
        raise UsageError(
            f"{asked} needs Apache DataSketches, which is not installed",
            span=span,
            hint="pip install 'cep-engine[sketches]'",
        ) from None


# HLL.

_COUPONS = {0: 8, 1: 12}
"""Where coupons begin in what is written, by the mode of the sketch: a list, or a set."""


def new_hll(module: Any) -> Any:
    """Return an empty sketch of different values."""
    return module.hll_sketch(HLL_LG_K, module.HLL_8)


def hll_kind(module: Any) -> Kind:
    """Say how sketches of different values are written."""
    return Kind(
        lambda sketch: sketch.serialize_compact(),
        module.hll_sketch.deserialize,
        lambda sketch: sketch.get_updatable_serialization_bytes(),
    )


def update_all(sketch: Any, values: Sequence[object]) -> None:
    """Show every value to a sketch that takes one at a time, without a loop of Python's."""
    deque(map(sketch.update, values), maxlen=0)


def hll_estimate(module: Any, sketch: Any) -> float:
    """Estimate from the registers alone, so that the order of rows does not matter."""
    return float(_settled(module, sketch).get_estimate())


def hll_bytes(module: Any, sketch: Any) -> bytes:
    """Write a sketch so that equal rows give equal bytes, whatever their order.

    Few values are a list of coupons of 4 bytes each, in the order in which they came or of a hash
    table: here they are sorted, which a reader does not mind.
    """
    written: bytes = _settled(module, sketch).get_result(module.HLL_8).serialize_compact()
    start = _COUPONS.get(written[7] & 3)
    if start is None:
        return written
    coupons = np.frombuffer(written, "<i4", offset=start)
    return written[:start] + np.sort(coupons).tobytes()


def _settled(module: Any, sketch: Any) -> Any:
    """Return the union of a sketch with itself, which forgets how the sketch came about."""
    union = module.hll_union(HLL_LG_K)
    union.update(sketch)
    union.update(sketch)
    return union


def merge_hll(module: Any, objects: dict[int, Any], group: int, sketches: Iterable[Any]) -> None:
    """Merge sketches into that of a group."""
    union = module.hll_union(HLL_LG_K)
    if group in objects:
        union.update(objects[group])
    for sketch in sketches:
        union.update(sketch)
    objects[group] = union.get_result(module.HLL_8)


def merge_hlls(module: Any, mine: Sketches, groups: Ids, theirs: Sketches, others: Ids) -> None:
    """Merge sketches pair by pair; pairs of the same group that follow each other are one union."""
    find = theirs.objects.get
    pairs = zip(groups.tolist(), others.tolist(), strict=True)
    if mine is theirs:
        for group, other in pairs:  # A later pair may read this group.
            sketch = find(other)
            if sketch is not None:
                merge_hll(module, mine.objects, group, [sketch])
        return
    for group, same in groupby(pairs, itemgetter(0)):
        some = [s for s in (find(other) for _, other in same) if s is not None]
        if some:
            merge_hll(module, mine.objects, group, some)


# KLL.


def kll_kind(module: Any) -> Kind:
    """Say how sketches of ranks are written; a value that is kept has 8 bytes."""
    return Kind(
        lambda sketch: sketch.serialize(),
        module.kll_doubles_sketch.deserialize,
        lambda sketch: 8 * sketch.num_retained,
    )


def merge_kll(module: Any, objects: dict[int, Any], group: int, sketch: Any) -> None:
    """Merge a sketch into that of a group."""
    mine = objects.get(group)
    if mine is None:
        mine = objects[group] = module.kll_doubles_sketch(sketch.k)
    mine.merge(sketch)


def merge_klls(module: Any, mine: Sketches, groups: Ids, theirs: Sketches, others: Ids) -> None:
    """Merge sketches pair by pair."""
    for group, other in zip(groups.tolist(), others.tolist(), strict=True):
        sketch = theirs.objects.get(other)
        if sketch is not None:
            merge_kll(module, mine.objects, group, sketch)


def at_place(sketch: Any, place: int) -> float:
    """Return the value at a place, counted from 0; the first and the last are exact."""
    if place == 0:
        return float(sketch.get_min_value())
    if place == sketch.n - 1:
        return float(sketch.get_max_value())
    # Half a place further, so that rounding cannot lead to a neighbour.
    return float(sketch.get_quantile((place + 0.5) / sketch.n, True))
