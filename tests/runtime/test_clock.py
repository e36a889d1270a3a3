"""What the engine's clock decides: who is idle, when quiet windows close, and PROCTIME()."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

import cep
from cep.grammar.parser import parse_query
from cep.runtime.connectors.memory import Feed, MemoryConnector
from cep.runtime.time import SECOND, VirtualClock

DAY = "2026-01-01 00:00:"

WINDOWS = """
    SELECT window_start, COUNT(*) AS n FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND)
    GROUP BY window_start, window_end
"""


def engine_with(rule: str, columns: str = "k VARCHAR") -> tuple[cep.Engine, VirtualClock]:
    clock = VirtualClock(0)
    engine = cep.Engine(clock=clock)
    engine.execute(f"CREATE STREAM s ({columns}, ts TIMESTAMP(3), WATERMARK FOR ts {rule})")
    return engine, clock


def wait(engine: cep.Engine, clock: VirtualClock, seconds: float) -> None:
    clock.set(clock.now() + int(seconds * SECOND))
    engine.tick()


def said(result: cep.Result) -> list[tuple[str, int]]:
    return [(str(r.window_start)[11:19], r.n) for r in result.fetchall()]


def shown(engine: cep.Engine) -> list[tuple[str, str | None, str, str | None, str | None]]:
    rows = engine.execute("SHOW WATERMARKS").fetchall()
    return [
        (
            r.partition,
            r.watermark and str(r.watermark)[17:19],
            r.holds_back,
            r.left,
            r.stream_watermark and str(r.stream_watermark)[17:19],
        )
        for r in rows
    ]


def test_windows_of_a_quiet_stream_close_as_the_clock_goes_on() -> None:
    engine, clock = engine_with("AS ts - INTERVAL '2' SECOND IDLE AFTER INTERVAL '5' SECOND")
    windows = engine.query(WINDOWS)
    engine.insert("s", [("a", DAY + "01"), ("a", DAY + "07")])
    wait(engine, clock, 4.999)
    assert shown(engine) == [("inserts", "05", "yes", None, "05")]
    wait(engine, clock, 0.001)  # silent for five seconds; from here on the stream's clock goes on
    assert shown(engine) == [("inserts", "05", "no", "silent", "05")]
    wait(engine, clock, 4.999)
    assert said(windows) == []
    wait(engine, clock, 0.001)
    assert said(windows) == [("00:00:00", 2)]
    engine.insert("s", [("a", DAY + "09"), ("a", DAY + "12")])  # the first is late by now
    assert shown(engine) == [("inserts", "10", "yes", None, "10")]
    assert engine.execute("SELECT COUNT(*) FROM late.query_1").fetchall() == [(1,)]
    engine.finish()
    assert said(windows) == [("00:00:10", 1)]


def test_how_often_the_engine_is_ticked_makes_no_difference() -> None:
    for steps in (1, 2, 30):
        engine, clock = engine_with("PER k IDLE AFTER INTERVAL '5' SECOND")
        windows = engine.query(WINDOWS)
        engine.insert("s", [("a", DAY + "03"), ("b", DAY + "04")])
        wait(engine, clock, 2)
        engine.insert("s", ("b", DAY + "08"))
        for _ in range(steps):
            wait(engine, clock, 30 / steps)
        assert shown(engine)[-1][4] == "33"  # 8, and 32 - 7 on the clock
        assert said(windows) == [("00:00:00", 3)]


def test_a_silent_producer_stops_holding_back() -> None:
    engine, clock = engine_with("PER k IDLE AFTER INTERVAL '5' SECOND")
    windows = engine.query(WINDOWS)
    engine.insert("s", [("a", DAY + "01"), ("b", DAY + "02")])
    wait(engine, clock, 4)
    engine.insert("s", ("b", DAY + "15"))
    assert said(windows) == []
    assert shown(engine) == [("a", "01", "yes", None, "01"), ("b", "15", "no", None, "01")]
    wait(engine, clock, 1)
    assert said(windows) == [("00:00:00", 2)]
    assert shown(engine) == [("b", "15", "yes", None, "15"), ("a", "01", "no", "silent", "15")]
    engine.insert("s", ("a", DAY + "16"))
    assert shown(engine) == [("b", "15", "yes", None, "15"), ("a", "16", "no", None, "15")]


def test_one_insert_wakes_what_waits_for_another_stream() -> None:
    engine, clock = engine_with("IDLE AFTER INTERVAL '5' SECOND")
    engine.execute("CREATE STREAM t (k VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts)")
    engine.execute("CREATE VIEW u AS SELECT k, ts FROM s UNION ALL SELECT k, ts FROM t")
    windows = engine.query(WINDOWS.replace("TABLE s", "TABLE u"))
    engine.insert("s", ("a", DAY + "01"))
    engine.insert("t", ("b", DAY + "31"))
    assert said(windows) == []
    clock.set(14 * SECOND)
    engine.insert("t", ("b", DAY + "32"))  # s is at 1 + (14 - 5)
    assert said(windows) == [("00:00:00", 1)]


def test_a_snapshot_keeps_how_long_each_was_silent() -> None:
    engine, clock = engine_with("PER k IDLE AFTER INTERVAL '5' SECOND")
    engine.query(WINDOWS)
    engine.insert("s", [("a", DAY + "01"), ("b", DAY + "20")])
    wait(engine, clock, 3)
    engine.insert("s", ("b", DAY + "21"))
    snapshot = engine.queries["query_1"].snapshot()
    other, later = engine_with("PER k IDLE AFTER INTERVAL '5' SECOND")
    later.set(1000 * SECOND)  # the engine was away, and nobody was silent meanwhile
    query = parse_query(WINDOWS)
    windows = other.start(query, name="again", snapshot=snapshot)
    wait(other, later, 1)
    assert said(windows) == []
    wait(other, later, 1)
    assert said(windows) == [("00:00:00", 1)]


def test_windows_of_proctime_close_by_the_clock() -> None:
    clock = VirtualClock(0)
    engine = cep.Engine(clock=clock)
    engine.execute("CREATE STREAM s (k VARCHAR, ts AS PROCTIME())")
    windows = engine.query(WINDOWS)
    for second in (1, 5, 9.9999, 10, 25):
        clock.set(int(second * SECOND))
        engine.insert("s", ("a",))
    assert said(windows) == [("00:00:00", 3), ("00:00:10", 1)]
    wait(engine, clock, 4)
    assert said(windows) == []
    wait(engine, clock, 1)
    assert said(windows) == [("00:00:20", 1)]
    assert engine.queries["query_1"].aside.late_rows.count == 0
    with pytest.raises(cep.UsageError, match="goes on by itself"):
        engine.advance("s", "2026-01-01 00:00:00")


def test_run_lets_idle_sources_close_their_windows() -> None:
    clock = VirtualClock(0)
    engine = cep.Engine(clock=clock)
    rows = pa.record_batch({"k": ["a", "b"], "ts": pa.array([1, 12], pa.timestamp("s"))})
    feed = Feed(rows.schema.with_metadata(None), {"p": [rows], "q": []}, open=True)
    engine.connectors.add(MemoryConnector(feeds={"f": feed}))
    engine.execute("""
        CREATE STREAM s (k VARCHAR, ts TIMESTAMP(3),
          WATERMARK FOR ts IDLE AFTER INTERVAL '5' SECOND)
        WITH (connector = 'memory', name = 'f')
    """)
    windows = engine.query(WINDOWS)
    steps = iter(range(100))

    def later() -> bool:
        clock.set(clock.now() + SECOND)
        return next(steps) > 20

    engine.run(until=later)
    assert said(windows) == [("00:00:00", 1), ("00:00:10", 1)]


def test_a_filter_pushed_into_a_file_changes_no_watermark(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    lines = ["k,kind,v,ts", f"a,row,1,{DAY}01", f"b,row,2,{DAY}02", f"a,row,3,{DAY}30"]
    lines += [f"b,end,0,{DAY}20", f"b,row,4,{DAY}05", f"a,row,5,{DAY}08", f"b,row,6,{DAY}21"]
    path.write_text("\n".join(lines) + "\n")
    with cep.Engine() as engine:
        engine.execute(f"""
            CREATE STREAM s (k VARCHAR, kind VARCHAR, v INT, ts TIMESTAMP(3),
              WATERMARK FOR ts MARKED BY kind = 'end' PER k)
            WITH (connector = 'file', path = '{path}')
        """)
        every = engine.execute(WINDOWS)
        assert said(every) == [("00:00:00", 2), ("00:00:20", 1), ("00:00:30", 1)]
        some = engine.execute(WINDOWS.replace("TABLE s", "TABLE (SELECT ts FROM s WHERE v > 3)"))
        assert said(some) == [("00:00:20", 1)]


def test_a_stream_is_described_with_its_whole_rule() -> None:
    rule = (
        "AS ts - INTERVAL '2' SECOND MARKED BY (k = 'end') PER k "
        "IDLE AFTER INTERVAL '5' SECOND MAX AHEAD INTERVAL '0.5' SECOND"
    )
    engine, _ = engine_with(rule)
    statement = engine.execute("DESCRIBE s").message or ""
    other = cep.Engine()
    other.execute(statement)
    assert other.execute("DESCRIBE s").message == statement
    assert "PER k IDLE AFTER INTERVAL '5' SECOND MAX AHEAD INTERVAL '0.5' SECOND" in statement


def united() -> tuple[cep.Engine, VirtualClock, cep.Result]:
    """Return windows over s, which may be idle for five seconds, and t, which may not."""
    engine, clock = engine_with("IDLE AFTER INTERVAL '5' SECOND")
    engine.execute("CREATE STREAM t (k VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts)")
    engine.execute("CREATE VIEW u AS SELECT k, ts FROM s UNION ALL SELECT k, ts FROM t")
    return engine, clock, engine.query(WINDOWS.replace("TABLE s", "TABLE u"))


def test_a_stream_that_never_spoke_is_not_waited_for() -> None:
    engine, clock, windows = united()
    wait(engine, clock, 3)
    engine.insert("t", [("b", DAY + "01"), ("b", DAY + "12")])
    wait(engine, clock, 1.999)
    assert said(windows) == []
    wait(engine, clock, 0.001)  # five seconds since the query was started
    assert said(windows) == [("00:00:00", 1)]
    engine.insert("t", ("b", DAY + "23"))
    assert said(windows) == [("00:00:10", 1)]
    # It joins where the others are: it cannot pull them back.
    engine.insert("s", [("a", DAY + "09"), ("a", DAY + "21")])
    engine.insert("t", ("b", DAY + "31"))
    assert said(windows) == []  # s is at 21 now, and is waited for
    late = engine.execute("SELECT event_time, watermark FROM late.query_1").fetchall()
    assert [(str(r.event_time)[17:19], str(r.watermark)[17:19]) for r in late] == [("09", "23")]
    engine.insert("s", [("a", DAY + "22"), ("a", DAY + "19"), ("a", DAY + "30")])
    assert said(windows) == [("00:00:20", 3)]
    assert engine.queries["query_1"].aside.late_rows.count == 2
    engine.finish()
    assert said(windows) == [("00:00:30", 2)]


@pytest.mark.parametrize("size", [1, 2, 5])
def test_what_is_late_after_a_silence_does_not_depend_on_batches(size: int) -> None:
    engine, clock, windows = united()
    engine.insert("t", ("b", DAY + "15"))
    wait(engine, clock, 5)
    rows = [("a", DAY + s) for s in ("02", "12", "14", "16", "08")]
    for start in range(0, len(rows), size):
        engine.insert("s", rows[start : start + size])
    engine.finish()
    assert said(windows) == [("00:00:10", 4)]
    assert engine.queries["query_1"].aside.late_rows.count == 2


def test_a_silence_is_taken_up_again_after_a_restart() -> None:
    engine, clock, _ = united()
    engine.insert("t", ("b", DAY + "15"))
    wait(engine, clock, 5)
    snapshot = engine.queries["query_1"].snapshot()
    other, _, first = united()
    other.execute("STOP query_1")
    query = parse_query(WINDOWS.replace("TABLE s", "TABLE u"))
    windows = other.start(query, name="again", snapshot=snapshot)
    other.insert("s", [("a", DAY + "12"), ("a", DAY + "02"), ("a", DAY + "20")])
    assert other.queries["again"].aside.late_rows.count == 1
    other.insert("t", ("b", DAY + "21"))
    assert said(windows) == [("00:00:10", 2)]
    assert said(first) == []


def test_when_the_others_have_ended_the_clock_goes_on() -> None:
    engine, clock, windows = united()
    engine.insert("t", [("b", DAY + "01"), ("b", DAY + "08")])
    engine.finish("t")
    wait(engine, clock, 6)
    assert said(windows) == []
    wait(engine, clock, 1.999)
    assert said(windows) == []
    wait(engine, clock, 0.001)  # t had come to 8, and two seconds have passed since s was given up
    assert said(windows) == [("00:00:00", 2)]


def test_windows_of_several_idle_streams_close_as_the_clock_goes_on() -> None:
    engine, clock = engine_with("IDLE AFTER INTERVAL '5' SECOND")
    engine.execute("""
        CREATE STREAM t (k VARCHAR, ts TIMESTAMP(3),
          WATERMARK FOR ts IDLE AFTER INTERVAL '3' SECOND)
    """)
    engine.execute("CREATE VIEW u AS SELECT k, ts FROM s UNION ALL SELECT k, ts FROM t")
    windows = engine.query(WINDOWS.replace("TABLE s", "TABLE u"))
    engine.insert("s", ("a", DAY + "04"))
    engine.insert("t", ("a", DAY + "09"))
    wait(engine, clock, 10.999)
    assert said(windows) == []
    wait(engine, clock, 0.001)  # t is at 17, and s at 4 + (11 - 5)
    assert said(windows) == [("00:00:00", 2)]


@pytest.mark.parametrize(
    ("rule", "state"),
    [
        ("", "one watermark"),
        ("IDLE AFTER INTERVAL '2' MINUTE", "one watermark, not waited for after 2 min of silence"),
        ("PER k", "one watermark per k, for ever (IDLE AFTER would bound it)"),
        (
            "PER k IDLE AFTER INTERVAL '9' SECOND",
            "one watermark per k, forgotten after 9 s of silence",
        ),
        ("MARKED BY k = 'x' PER k", "one watermark per k, forgotten at its end marker"),
    ],
)
def test_explain_says_which_watermarks_are_kept(rule: str, state: str) -> None:
    engine, _ = engine_with(rule)
    lines = [r.plan.strip() for r in engine.execute("EXPLAIN SELECT k FROM s").fetchall()]
    assert f"state:      {state}" in lines
