"""Kernels say the same in Python and compiled, and the containers on them behave as dicts do."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest

from cep.runtime.aggregates.accumulator import Accumulator, Rows
from cep.runtime.aggregates.builtin import AGGREGATES
from cep.runtime.kernels import compile as kernels
from cep.runtime.kernels.compile import Ints, kernel
from cep.runtime.state.bags import Bags
from cep.runtime.state.interner import Interner
from cep.runtime.state.strings import Strings
from cep.types import BIGINT, DOUBLE, VARCHAR, DataType, Decimal
from tests.aggregates.oracle import close


@pytest.fixture(params=["python", "compiled"])
def mode(request: pytest.FixtureRequest) -> Iterator[str]:
    before = kernels.use(request.param)
    yield request.param
    kernels.use(before)


def test_numba_is_not_imported_before_it_pays() -> None:
    program = """
import sys
import numpy as np
import cep.runtime.operators.aggregate
from cep.runtime.kernels.compile import IMPORT_STEPS
from cep.runtime.state.interner import Interner
interner = Interner(1)
interner.intern(np.arange(1000).reshape(-1, 1))
assert "numba" not in sys.modules and "pandas" not in sys.modules
interner.intern(np.arange(IMPORT_STEPS).reshape(-1, 1))
assert "numba" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_python_stays_python_where_compiling_is_disabled(monkeypatch: pytest.MonkeyPatch) -> None:
    before = kernels.use("compiled")
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")

    @kernel
    def total(count: int, values: Ints) -> int:
        """Add up int64[count]."""
        n = 0
        for i in range(count):
            n += values[i]
        return n

    assert not total.compiled(10**9)
    assert total(3, np.array([1, 2, 3])) == 6
    kernels.use(before)


def test_compiling_where_no_cache_can_be_written_is_announced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caching = pytest.importorskip("numba.core.caching")
    monkeypatch.setattr(caching.CacheImpl, "_locator_classes", [])
    compiled: list[str] = []
    kernels.on_compile(compiled.append)
    before = kernels.use("compiled")

    @kernel
    def total(count: int, values: Ints) -> int:
        """Add up int64[count]."""
        n = 0
        for i in range(count):
            n += values[i]
        return n

    for _ in range(2):
        assert total(3, np.array([1, 2, 3])) == 6
    assert compiled == ["total"]
    kernels.on_compile(None)
    kernels.use(before)


def test_interning_rows(mode: str) -> None:
    rng = np.random.default_rng(5)
    interner = Interner(2)
    known: dict[tuple[int, int], int] = {}
    for round_ in range(40):
        n = int(rng.choice([1, 3, 60, 500]))
        codes = rng.integers(-6, 6, (n, 2))
        codes[:, 0] <<= int(rng.choice([0, 31, 60]))
        got = interner.intern(codes)
        ids = got.ids[got.local].tolist()
        assert len(set(got.ids.tolist())) == len(got.ids)
        first_seen: list[int] = list(dict.fromkeys(ids))
        assert got.ids.tolist() == first_seen
        new = [i for i in first_seen if i not in known.values()]
        assert got.new.tolist() == new
        for row, one in zip(codes.tolist(), ids, strict=True):
            assert known.setdefault((row[0], row[1]), one) == one
        assert len(known) == len(set(known.values())) == len(interner)
        gone = [row for row in known if rng.random() < (1.0 if round_ % 10 == 9 else 0.3)]
        interner.remove(np.array([known.pop(row) for row in gone], np.int64))
        assert sorted(known.values()) == interner.live().tolist()
        found = interner.find(np.array([*known, (99, 99)], np.int64).reshape(-1, 2))
        assert found.tolist() == [*known.values(), -1]
        if round_ % 7 == 0:
            kept = interner.compact().tolist()
            known = {row: kept.index(one) for row, one in known.items()}
    assert interner.nbytes == (0 if not known else interner.nbytes)


def test_interning_strings(mode: str) -> None:
    rng = np.random.default_rng(6)
    strings = Strings()
    references: dict[str, int] = {}
    for _ in range(30):
        words = ["é" * int(k % 7) + str(k) for k in rng.integers(0, 60, int(rng.choice([1, 90])))]
        ids = strings.intern(pa.array(words))
        strings.acquire(ids)
        assert strings.values(ids, pa.string()).to_pylist() == words
        for word in words:
            references[word] = references.get(word, 0) + 1
        some = [w for w in references for _ in range(references[w]) if rng.random() < 0.6]
        strings.release(strings.intern(pa.array(some, pa.string())))
        for word in some:
            references[word] -= 1
        references = {w: n for w, n in references.items() if n}
        assert len(strings) == len(references)
    strings.release(strings.intern(pa.array([w for w, n in references.items() for _ in range(n)])))
    assert len(strings) == strings.nbytes == 0


def check_places(bags: Bags, live: list[tuple[int, str]]) -> None:
    """Compare what stands at every place, and what is there most often, with lists."""
    totals = bags.totals(np.arange(4))
    for g in range(4):
        mine = sorted(v for h, v in live if h == g)
        assert totals[g] == len(mine)
        count = Counter(mine)
        most = [v for v in mine if count[v] == max(count.values())]
        places = np.array([-2, -1, *range(len(mine) + 1)])
        nodes = bags.at(np.full(len(places), g), places)
        assert nodes[-1] == -1
        if mine:
            texts = bags.columns(nodes[:-1])[0].to_pylist()
            assert texts == [most[-1], most[0], *mine]


def test_bags_are_sorted(mode: str) -> None:
    rng = np.random.default_rng(7)
    bags = Bags([VARCHAR], [(0, False)])
    bags.reserve(4)
    live: list[tuple[int, str]] = []
    groups = np.arange(4)
    for turn in range(60):
        rows = [(int(rng.integers(4)), str(rng.integers(30))) for _ in range(5)]
        weights = [1] * 5
        live += rows
        for _ in range(int(rng.integers(0, 6))):
            gone = live.pop(int(rng.integers(len(live))))
            rows.append(gone)
            weights.append(-1)
        bags.add(
            np.array([g for g, _ in rows]),
            [pa.array([v for _, v in rows])],
            np.array(weights),
            np.zeros(len(rows), np.int64),
        )
        nodes, sizes = bags.all(groups)
        counts = bags.counts(nodes)
        said = np.repeat(np.arange(4), sizes).repeat(counts).tolist()
        texts = bags.columns(nodes.repeat(counts))[0].to_pylist()
        assert list(zip(said, texts, strict=True)) == sorted(live)
        if turn > 10:  # sums are made of what is there, and then kept
            check_places(bags, live)
        firsts = bags.end(groups, last=False)
        for g, node in enumerate(firsts.tolist()):
            mine = sorted(v for h, v in live if h == g)
            assert (node >= 0) == bool(mine)
            if mine:
                assert bags.columns(firsts[g : g + 1])[0].to_pylist() == mine[:1]
    bags.clear(groups)
    assert len(bags) == 0


MERGED: list[tuple[str, tuple[DataType, ...]]] = [
    ("count", ()),
    ("sum", (BIGINT,)),
    ("sum", (DOUBLE,)),
    ("avg", (Decimal(38, 2),)),
    ("stddev", (DOUBLE,)),
    ("min", (BIGINT,)),
    ("max", (VARCHAR,)),
    ("first_value", (VARCHAR,)),
    ("arg_max", (BIGINT, DOUBLE)),
    ("array_agg", (BIGINT,)),
    ("covar_pop", (DOUBLE, DOUBLE)),
    ("regr_intercept", (DOUBLE, DOUBLE)),
    ("median", (DOUBLE,)),
]


@pytest.mark.parametrize("append_only", [True, False])
@pytest.mark.parametrize(("name", "types"), MERGED)
def test_merging_slices(name: str, types: tuple[DataType, ...], append_only: bool) -> None:
    """Groups 0 and 1 merged into 2 say what a group of all their rows says."""
    resolved = AGGREGATES.resolve(name, types)
    assert resolved is not None
    aggregate = resolved[0]
    rng = np.random.default_rng(8)
    n = 50
    numbers = rng.integers(-100, 100, n)
    columns = [pa.array(numbers).cast(t.arrow, safe=False) for t in types]

    def filled(local: np.ndarray, groups: np.ndarray) -> Accumulator:
        made = aggregate.make(append_only)(types)
        made.reserve(16)
        made.add(Rows(groups, local, None, np.arange(n), np.arange(n)), columns)
        return made

    slices = filled(rng.integers(0, 2, n), np.array([0, 1]))
    slices.merge(np.array([2, 2]), slices, np.array([0, 1]))
    whole = filled(np.zeros(n, np.int64), np.array([2]))
    result = aggregate.result_type(types)
    both = [aggregate.value(a, np.array([2]), result)[0].to_pylist()[0] for a in (slices, whole)]
    assert both[0] is not None
    assert close(both[0], both[1])
