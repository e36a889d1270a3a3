"""The kernels of joins, compiled and as plain Python."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from cep.runtime.kernels import compile as kernels
from cep.runtime.state.partners import NewRows, Partners
from cep.runtime.time import END
from cep.types import BIGINT, VARCHAR

KEYS = 6


def _run(mode: kernels.Mode, seed: int, *, timed: bool, distinct: bool) -> list[object]:
    """Return what is found among random rows that come, expire and are forgotten."""
    before = kernels.use(mode)
    try:
        random = np.random.default_rng(seed)
        types = [BIGINT, VARCHAR]
        rows = Partners(types, distinct=distinct, timed=timed, counted=True)
        other = Partners(types, distinct=False, timed=timed, counted=False)
        for side in (rows, other):
            side.reserve(KEYS)
        said: list[object] = []
        for now in range(0, 200, 10):
            n = int(random.integers(1, 30))
            times = random.integers(now - 15, now + 15, n)
            owners = random.integers(-1, KEYS, n)
            columns = [
                pa.array(np.arange(n) + 1000 * now),
                pa.array([f"{i % 7}" if i % 5 else None for i in range(n)]),
            ]
            rows.add(NewRows(owners, times + 20, columns, times, None, np.zeros(n, np.int64)))
            wanted = random.integers(-1, KEYS, 20)
            low = random.integers(now - 40, now + 20, 20)
            span = np.stack([low, low + random.integers(-5, 30, 20)])
            for here, there in rows.pairs(wanted, span if timed else None):
                said += [here.tolist(), *(c.to_pylist() for c in rows.columns(there))]
            expired = rows.expire(now)
            said += [expired.tolist(), rows.times(expired).tolist() if timed else []]
            said.append(sorted(rows.remove(expired, other).tolist()))
        said.append(sorted(rows.remove(rows.expire(END), other).tolist()))
        assert len(rows) == 0
        return said
    finally:
        kernels.use(before)


@pytest.mark.parametrize("distinct", [False, True])
@pytest.mark.parametrize("timed", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_compiled_and_plain_agree(seed: int, timed: bool, distinct: bool) -> None:
    one, other = (_run(m, seed, timed=timed, distinct=distinct) for m in ("python", "compiled"))
    assert one == other


def test_a_search_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cep.runtime.state.partners._MOST", 10)
    rows = Partners([BIGINT], distinct=False, timed=True, counted=False)
    rows.reserve(1)
    times = np.arange(25)
    owners = np.zeros(25, np.int64)
    rows.add(NewRows(owners, times, [pa.array(times)], times))
    span = np.array([[3, 20, 0], [15, 22, 24]])
    found = list(rows.pairs(np.zeros(3, np.int64), span))
    pairs = [p for here, there in found for p in zip(here.tolist(), there.tolist(), strict=True)]
    wanted = [range(3, 16), range(20, 23), range(25)]
    assert pairs == [(i, row) for i, some in enumerate(wanted) for row in some]
    assert len(found) > 3


def test_rows_that_are_gone_leave_no_room_behind() -> None:
    rows = Partners([BIGINT], distinct=False, timed=True, counted=False)
    nobody = Partners([BIGINT], distinct=False, timed=True, counted=False)
    for side in (rows, nobody):
        side.reserve(1)
    most = 0
    for start in range(0, 200_000, 1000):
        times = np.arange(start, start + 1000)
        rows.add(NewRows(np.zeros(1000, np.int64), times, [pa.array(times)], times))
        rows.remove(rows.expire(start - 2000), nobody)
        most = max(most, rows.nbytes)
    assert len(rows) == 3000
    assert most < 2_000_000
