"""What has ended has said everything, and nothing gets lost behind its end."""

from __future__ import annotations

import pytest

import cep

MINUTES = """
    INSERT INTO minutes
    SELECT COUNT(*), window_end FROM TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '1' MINUTE)
    GROUP BY window_start, window_end
"""


@pytest.fixture
def engine() -> cep.Engine:
    engine = cep.Engine()
    engine.execute("CREATE STREAM events (k INT, ts TIMESTAMP(3), WATERMARK FOR ts)")
    engine.execute("CREATE STREAM minutes (n BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts)")
    return engine


def test_the_last_windows_reach_the_queries_behind_them(engine: cep.Engine) -> None:
    engine.execute(MINUTES)
    hours = engine.query("""
        SELECT SUM(n) AS n FROM TUMBLE(TABLE minutes, DESCRIPTOR(ts), INTERVAL '1' HOUR)
        GROUP BY window_start, window_end
    """)
    engine.insert("events", [(1, "2026-01-01 00:00:01"), (1, "2026-01-01 00:10:01")])
    engine.finish()
    assert [row.n for row in hours] == [2]


def test_streams_that_feed_each_other_end(engine: cep.Engine) -> None:
    engine.execute("INSERT INTO events SELECT k + 1, ts FROM events WHERE k < 3")
    seen = engine.query("SELECT k FROM events")
    engine.insert("events", (1, "2026-01-01 00:00:01"))
    engine.finish()
    assert [row.k for row in seen] == [1, 2, 3]
    assert all(q.closed for q in engine.queries.values())


def test_a_stream_that_has_ended_takes_no_rows(engine: cep.Engine) -> None:
    engine.finish("events")
    with pytest.raises(cep.UsageError, match="events has ended"):
        engine.insert("events", (1, "2026-01-01 00:00:01"))


def test_rows_of_a_query_for_a_stream_that_has_ended_are_kept(engine: cep.Engine) -> None:
    engine.execute(MINUTES)
    engine.insert("events", (1, "2026-01-01 00:00:01"))
    engine.finish("minutes")
    engine.finish("events")
    (kept,) = engine.execute("SELECT error FROM errors.minutes").fetchall()
    assert kept.error == "minutes has ended"


def test_values_have_as_many_columns_as_the_stream(engine: cep.Engine) -> None:
    with pytest.raises(cep.BindError) as error:
        engine.execute("INSERT INTO events VALUES (1)")
    assert error.value.message == "events takes 2 columns, and the rows have 1"
    assert error.value.column == 20
