"""LATE ROWS and EMIT STREAM AFTER DELAY: random streams against the definition, and the clock."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import cep
from cep.runtime.time import SECOND, VirtualClock
from cep.testing.lateness import Arrival, Definition

Rows = Sequence[tuple[str, int, int]]

DAY = "2026-01-01 00:00:"


def random_rows(random: np.random.Generator) -> Rows:
    """Return producer, value and second of rows out of order, around 1970."""
    count = int(random.integers(1, 60))
    seconds = np.sort(random.integers(-60, 60, count)) - random.integers(0, 40, count)
    producers = random.choice(["a", "b", "c"], count).tolist()
    values = random.integers(0, 100, count).tolist()
    return list(zip(producers, values, seconds.tolist(), strict=True))


def expected(rows: Rows, delay: int, within: int, size: int, *, per: bool) -> Counter[object]:
    """Return the answer over all rows not later than the bound, by definition."""
    definition = Definition(delay * SECOND)
    windows: dict[tuple[str, int], list[int]] = defaultdict(list)
    for producer, value, second in rows:
        mark = definition.take(Arrival(second * SECOND, (producer,) if per else None))
        start = second // size * size
        if (start + size + within) * SECOND > mark:
            windows[producer, start * SECOND].append(value)
    return Counter(
        (k, start, len(values), sum(values), max(values)) for (k, start), values in windows.items()
    )


@pytest.mark.parametrize("seed", range(1000))
def test_what_was_said_and_corrected_is_the_answer(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows = random_rows(random)
    delay, within = int(random.integers(0, 10)), int(random.integers(1, 30))
    size, per = int(random.integers(1, 20)), bool(random.random() < 0.3)
    emit = "EMIT STREAM" if random.random() < 0.2 else ""
    engine = cep.Engine()
    engine.execute(f"""
        CREATE STREAM s (k VARCHAR, v INT, ts TIMESTAMP(3),
          WATERMARK FOR ts AS ts - INTERVAL '{delay}' SECOND {"PER k" if per else ""})
    """)
    query = engine.query(f"""
        SELECT k, window_start, COUNT(*) AS n, SUM(v) AS total, MAX(v) AS most
        FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '{size}' SECOND)
        GROUP BY k, window_start, window_end
        {emit} LATE ROWS CORRECT WITHIN INTERVAL '{within}' SECOND
    """)
    start = 0
    while start < len(rows):
        some = rows[start : start + int(random.integers(1, 15))]
        seconds = pa.array([s * SECOND for _, _, s in some], pa.timestamp("us"))
        batch = pa.table({"k": [r[0] for r in some], "v": [r[1] for r in some], "ts": seconds})
        engine.insert("s", batch)
        start += len(some)
    engine.finish()
    net: Counter[object] = Counter()
    for batch in query.batches():
        starts = batch.column("window_start").cast(pa.timestamp("us")).cast(pa.int64())
        columns = [batch.column(n).to_pylist() for n in ("k", "n", "total", "most")]
        signs = batch.column(0).to_pylist()
        for sign, k, begin, n, total, most in zip(
            signs, columns[0], starts.to_pylist(), *columns[1:], strict=True
        ):
            row = (k, begin, n, int(total), most)
            net[row] += 1 if sign == "+" else -1
            assert net[row] >= 0, "taken back before it was said"
    assert +net == expected(rows, delay, within, size, per=per)


# ---------------------------------------------------------------- LATE ROWS TO

WINDOWS = """
    SELECT k, window_start, COUNT(*) AS n FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND)
    WHERE v > 0 GROUP BY k, window_start, window_end
"""


@pytest.fixture
def engine() -> cep.Engine:
    engine = cep.Engine(clock=VirtualClock())
    engine.execute("CREATE STREAM s (k VARCHAR, v INT, ts TIMESTAMP(3), WATERMARK FOR ts)")
    return engine


def insert_late(engine: cep.Engine) -> None:
    engine.insert("s", [("a", 1, DAY + "15"), ("a", 2, DAY + "09"), ("b", 0, DAY + "08")])
    engine.insert("s", ("b", 3, DAY + "01"))


def test_late_rows_go_into_a_stream(engine: cep.Engine) -> None:
    engine.execute("CREATE STREAM missed (v INT, ts TIMESTAMP(3), WATERMARK FOR ts)")
    missed = engine.query("SELECT v, ts FROM missed")
    query = engine.query(f"{WINDOWS} LATE ROWS TO missed")
    insert_late(engine)
    assert [(r.v, str(r.ts)[-8:]) for r in missed] == [(2, "00:00:09"), (3, "00:00:01")]
    assert engine.queries["query_2"].aside.late_rows.count == 2
    with pytest.raises(cep.BindError, match="missed is being"):
        engine.execute("STOP query_1; DROP STREAM missed")
    engine.finish()
    assert [r.n for r in query] == [1]
    assert all(q.closed for q in engine.queries.values())


def test_late_rows_go_into_a_sink(engine: cep.Engine, tmp_path: Path) -> None:
    path = tmp_path / "late.csv"
    engine.execute(f"CREATE SINK missed WITH (connector = 'file', path = '{path}')")
    engine.query(f"{WINDOWS} LATE ROWS TO missed")
    insert_late(engine)
    engine.finish()
    assert path.read_text().replace('"', "").splitlines() == [
        "k,v,ts,window_start,window_end,window_time",
        *(
            f"{k},{v},{DAY}{s}.000,{DAY}00.000,{DAY}10.000,{DAY}09.999"
            for k, v, s in (("a", 2, "09"), ("b", 3, "01"))
        ),
    ]


def test_a_row_that_is_late_for_several_windows_is_refused_by_each(engine: cep.Engine) -> None:
    engine.execute("CREATE STREAM missed (v INT, window_end TIMESTAMP(3))")
    missed = engine.query("SELECT v, window_end FROM missed")
    hop = WINDOWS.replace("TUMBLE(", "HOP(").replace("(ts),", "(ts), INTERVAL '5' SECOND,")
    engine.query(f"{hop} LATE ROWS TO missed")
    insert_late(engine)
    ends = [(r.v, str(r.window_end)[-2:]) for r in missed]
    assert sorted(ends) == [(2, "10"), (2, "15"), (3, "05"), (3, "10")]


@pytest.mark.parametrize(
    ("windows", "ends"),
    [
        ("SESSION(TABLE s PARTITION BY k, DESCRIPTOR(ts), INTERVAL '3' SECOND)", "12 11 04"),
        ("SLIDE(TABLE s PARTITION BY k, DESCRIPTOR(ts), INTERVAL '3' SECOND)", "09 08 01"),
    ],
)
def test_late_rows_of_sessions_and_trailing_windows_go_on(
    engine: cep.Engine, windows: str, ends: str
) -> None:
    engine.execute("CREATE STREAM missed (k VARCHAR, v INT, window_end TIMESTAMP(3))")
    missed = engine.query("SELECT * FROM missed")
    text = f"SELECT k, COUNT(*) AS n FROM {windows} GROUP BY k, window_end"
    query = engine.query(f"{text} LATE ROWS TO missed")
    insert_late(engine)
    rows = [("a", 2), ("b", 0), ("b", 3)]
    assert [(*r[:2], str(r[2])[17:19]) for r in missed] == [
        (*row, end) for row, end in zip(rows, ends.split(), strict=True)
    ]
    engine.finish()
    assert [tuple(r) for r in query] == [("a", 1)]
    assert engine.queries["query_2"].aside.late_rows.count == 3


def test_a_late_row_goes_on_once_for_all_grouping_sets(engine: cep.Engine) -> None:
    engine.execute("CREATE STREAM missed (k VARCHAR, v INT, window_end TIMESTAMP(3))")
    missed = engine.query("SELECT * FROM missed")
    engine.query("""
        SELECT k, COUNT(*) FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND)
        GROUP BY GROUPING SETS ((window_end), (window_end, k)) LATE ROWS TO missed
    """)
    insert_late(engine)
    found = [(r.k, r.v, str(r.window_end)[17:19]) for r in missed]
    assert found == [("a", 2, "10"), ("b", 0, "10"), ("b", 3, "10")]


def test_a_target_that_does_not_fit_is_refused(engine: cep.Engine) -> None:
    engine.execute("CREATE STREAM missed (vv INT)")
    engine.execute("CREATE STREAM other (v BIGINT)")
    with pytest.raises(cep.BindError, match="late rows have no column vv") as refused:
        engine.query(f"{WINDOWS} LATE ROWS TO missed")
    assert refused.value.hint == "did you mean v?"
    with pytest.raises(cep.BindError, match="v is INT in late rows, and BIGINT in the target"):
        engine.query(f"{WINDOWS} LATE ROWS TO other")
    with pytest.raises(cep.BindError, match="there is no stream, view or sink called nowhere"):
        engine.query(f"{WINDOWS} LATE ROWS TO nowhere")


JOIN = """
    SELECT s.v, t.w FROM s JOIN t ON s.k = t.k AND t.ts BETWEEN s.ts AND s.ts + INTERVAL '9' SECOND
"""


def test_late_rows_of_a_join_have_the_columns_of_either_side(
    engine: cep.Engine, tmp_path: Path
) -> None:
    path = tmp_path / "late.csv"
    engine.execute(f"""
        CREATE STREAM t (k VARCHAR, w INT, ts TIMESTAMP(3), WATERMARK FOR ts);
        CREATE STREAM wrong (k VARCHAR, price INT);
        CREATE STREAM strict (k VARCHAR, w INT NOT NULL);
        CREATE SINK missed WITH (connector = 'file', path = '{path}')
    """)
    with pytest.raises(cep.BindError, match="late rows have no column price") as refused:
        engine.query(f"{JOIN} LATE ROWS TO wrong")
    assert refused.value.hint == "their columns are k, v, ts, w"
    with pytest.raises(cep.BindError, match="have no column w, which the target wants NOT NULL"):
        engine.query(f"{JOIN} LATE ROWS TO strict")
    engine.query(f"{JOIN} LATE ROWS TO missed")
    insert_late(engine)
    engine.insert("t", [("a", 5, DAY + "20"), ("a", 6, DAY + "19")])
    engine.finish()
    assert path.read_text().replace('"', "").splitlines() == [
        "k,v,ts,w",
        *(f"a,2,{DAY}09.000,", f"b,0,{DAY}08.000,", f"b,3,{DAY}01.000,", f"a,,{DAY}19.000,6"),
    ]


def test_a_sink_keeps_late_columns_of_one_name_apart(engine: cep.Engine) -> None:
    engine.execute("""
        CREATE STREAM t (k INT, ts TIMESTAMP(3), WATERMARK FOR ts);
        CREATE TABLE names (k VARCHAR, ts TIMESTAMP(3), PRIMARY KEY (k));
        CREATE SINK missed WITH (connector = 'blackhole')
    """)
    near = JOIN.replace("t.w", "t.ts").replace("s.k = t.k", "s.v = t.k")
    with pytest.raises(cep.BindError, match="k is VARCHAR in some late rows, and INT in others"):
        engine.query(f"{near} LATE ROWS TO missed")
    both = "SELECT COUNT(*) OVER (ORDER BY s.ts) FROM s JOIN names FOR SYSTEM_TIME AS OF PROCTIME()"
    with pytest.raises(cep.BindError, match="late rows have two columns called k"):
        engine.query(f"{both} ON s.k = names.k LATE ROWS TO missed")


def test_late_rows_in_error_can_stop_a_query(engine: cep.Engine) -> None:
    query = engine.query(f"{WINDOWS} LATE ROWS ERROR ON ERROR STOP")
    insert_late(engine)
    with pytest.raises(cep.EvaluationError, match="the row is late"):
        query.fetchall()


def test_a_corrected_query_takes_rows_back(engine: cep.Engine) -> None:
    corrected = f"{WINDOWS} LATE ROWS CORRECT WITHIN INTERVAL '1' MINUTE"
    engine.execute("CREATE STREAM counts (k VARCHAR, s TIMESTAMP(3), n BIGINT)")
    with pytest.raises(cep.BindError, match="this query takes rows back"):
        engine.execute(f"INSERT INTO counts {corrected}")
    query = engine.query(corrected)
    insert_late(engine)
    shown = [(r[0], r.k, r.n) for r in query.fetchall()]
    assert shown == [("+", "a", 1), ("+", "b", 1)]
    engine.insert("s", ("a", 1, DAY + "02"))
    assert [(r[0], r.k, r.n) for r in query.fetchall()] == [("-", "a", 1), ("+", "a", 2)]


# ---------------------------------------------------------------- EMIT STREAM AFTER DELAY


def test_changes_wait_by_the_clock(engine: cep.Engine) -> None:
    clock = engine.session.clock
    assert isinstance(clock, VirtualClock)
    query = engine.query("""
        SELECT k, SUM(v) AS total FROM s GROUP BY k EMIT STREAM AFTER DELAY INTERVAL '5' SECOND
    """)

    def said_at(second: float) -> list[tuple[object, ...]]:
        clock.set(int(second * SECOND))
        engine.tick()
        return [tuple(r) for r in query.fetchall()]

    engine.insert("s", ("a", 1, DAY + "01"))
    assert said_at(3) == []
    engine.insert("s", [("a", 2, DAY + "02"), ("b", 1, DAY + "02")])
    assert said_at(4.9) == []
    assert said_at(5) == [("+", "a", 3), ("+", "b", 1)]
    assert said_at(20) == []
    engine.insert("s", [("a", 1, DAY + "03"), ("a", -1, DAY + "03")])
    assert said_at(25) == []  # what cancels out is not said
    engine.insert("s", ("b", 1, DAY + "04"))
    snapshot = engine.queries["query_1"].snapshot()
    assert said_at(29.9) == []
    assert said_at(30) == [("-", "b", 1), ("+", "b", 2)]
    engine.insert("s", ("b", 1, DAY + "05"))
    engine.finish()
    assert said_at(30) == [("-", "b", 2), ("+", "b", 3)]
    (changes,) = [t["changes"] for name, t in snapshot.items() if name.endswith(":Delay")]
    assert changes.num_rows == 2
