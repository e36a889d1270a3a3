"""Where windows begin: pure arithmetic on int64 microseconds.

Everything here rounds toward the past, so it is right before 1970 and for negative offsets. Windows
that overlap are cut into slices, each with a width that divides the slide and the size.
"""

from __future__ import annotations

from math import gcd

import numpy as np
import numpy.typing as npt

Instants = npt.NDArray[np.int64]


def tumble_start(time: Instants, size: int, offset: int = 0) -> Instants:
    """Return the start of the window of `size` that holds each time.

    Windows begin at `offset + k * size` for every integer k. All are microseconds.
    """
    # A tenth of the time of `time - (time - offset) % size`: numpy divides by a constant fast.
    return (time - offset) // size * size + offset


def tumble_end(time: Instants, size: int, offset: int = 0) -> Instants:
    """Return the end, exclusive, of the window of `size` that holds each time."""
    return tumble_start(time, size, offset) + size


def slice_width(step: int, size: int) -> int:
    """Return the width of the slices that windows of `size`, one every `step`, are made of."""
    return gcd(step, size)
