"""The watermark of each row, against the definition row by row."""

import numpy as np
import pytest

from cep.runtime.batch import Instants
from cep.runtime.ingest import Watermarks
from cep.runtime.time import BEGINNING


def by_definition(
    times: Instants, highest: int, floor: int, delay: int
) -> tuple[Instants | None, int]:
    """Return the watermark before each row, None where none is behind it, and the greatest time."""
    marks = []
    for time in times.tolist():
        reached = BEGINNING if highest <= BEGINNING + delay else highest - delay
        marks.append(max(reached, floor))
        highest = max(highest, time)
    late = np.array(marks) > times
    return (np.array(marks) if late.any() else None), highest


@pytest.mark.parametrize("seed", range(200))
def test_watermarks_follow_the_definition(seed: int) -> None:
    random = np.random.default_rng(seed)
    delay = int(random.integers(0, 300))
    watermarks = Watermarks(delay)
    watermarks.join("p")
    highest, floor = BEGINNING, BEGINNING
    if seed % 3 == 0:
        floor = int(random.integers(-200, 200))
        watermarks.advance(floor)
    for rows in random.integers(1, 700, 4).tolist():
        jitter = random.integers(0, 1 + random.integers(0, 400), rows)
        times = np.sort(random.integers(-200, 2000, rows)) - jitter
        expected, highest = by_definition(times, highest, floor, delay)
        found = watermarks.take("p", times)
        assert (found is None) == (expected is None)
        if found is not None and expected is not None and rows > 1:
            np.testing.assert_array_equal(found, expected)
        assert watermarks.of("p") == max(highest - delay, floor)
