"""The kernels of sessions, compiled and as plain Python."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from cep.runtime.kernels import compile as kernels
from cep.runtime.state.sessions import Sessions
from cep.types import BIGINT


def _run(mode: kernels.Mode, seed: int) -> list[object]:
    """Return everything that sessions say of random rows."""
    before = kernels.use(mode)
    try:
        random = np.random.default_rng(seed)
        sessions = Sessions([BIGINT], 5)
        said: list[object] = []
        arrived = watermark = 0
        for _ in range(12):
            n = int(random.integers(1, 40))
            times = random.integers(watermark - 10, watermark + 40, n)
            keys = [pa.array(random.integers(0, 4, n))]
            placed = sessions.place(keys, times, np.full(n, watermark), arrived)
            said += [placed.ids, placed.local, placed.absorbed, placed.into]
            arrived += n
            watermark += int(random.integers(0, 30))
            closed = sessions.close(watermark)
            said += [closed, *sessions.bounds(closed), sessions.columns(closed)[0].to_numpy()]
            sessions.forget(closed)
        return said
    finally:
        kernels.use(before)


@pytest.mark.parametrize("seed", range(5))
def test_compiled_and_plain_agree(seed: int) -> None:
    for one, other in zip(_run("python", seed), _run("compiled", seed), strict=True):
        np.testing.assert_array_equal(one, other)


def test_many_sessions_leave_nothing_behind() -> None:
    sessions = Sessions([BIGINT], 5)
    few = sessions.nbytes
    for start in range(0, 200_000, 20_000):
        keys = pa.array(np.arange(start, start + 20_000))
        sessions.place([keys], np.full(20_000, start), None, start)
        closed = sessions.close(start)
        assert len(closed) == (20_000 if start else 0)
        sessions.forget(closed)
        assert len(sessions) == 20_000
        assert sessions.nbytes < 10_000_000
    sessions.forget(sessions.close(2**62))
    assert (len(sessions), sessions.nbytes) == (0, few)


def test_a_few_that_stay_do_not_hold_the_room_of_many() -> None:
    sessions = Sessions([BIGINT], 5)
    sessions.place([pa.array(np.arange(50_000))], np.arange(50_000) % 1000 * 10, None, 0)
    sessions.forget(sessions.close(9900))
    assert sessions.wasteful()
    kept = sessions.compact()
    assert len(kept) == len(sessions) == 500
    assert sessions.capacity == 512
    placed = sessions.place([pa.array([999])], np.array([9991]), None, 50_000)
    assert sessions.bounds(placed.ids)[0].tolist() == [9990]
