"""An engine in a program: declare a stream, start a query, insert rows, fetch what it says.

Run it with `python examples/embed/windows.py`.
"""

import cep

engine = cep.Engine()

# A stream without WITH (connector = …) is fed by the program. Its watermark runs 1 second behind
# the latest row: rows may come up to 1 second out of order.
engine.execute("""
    CREATE STREAM readings (
      sensor VARCHAR,
      value  DOUBLE,
      ts     TIMESTAMP(3),
      WATERMARK FOR ts AS ts - INTERVAL '1' SECOND
    )
""")

# query() starts a continuous query and returns at once. It sees the rows inserted from now on.
means = engine.query("""
    SELECT sensor, window_start, COUNT(*) AS readings, AVG(value) AS mean
    FROM TABLE(TUMBLE(TABLE readings, DESCRIPTOR(ts), INTERVAL '10' SECOND))
    GROUP BY sensor, window_start, window_end
""")

# Rows are dicts, tuples, lists of them, or frames; timestamps are text or datetime objects.
engine.insert(
    "readings",
    [
        {"sensor": "a", "value": 20.0, "ts": "2026-01-01 00:00:01"},
        {"sensor": "b", "value": 5.0, "ts": "2026-01-01 00:00:02"},
        {"sensor": "a", "value": 22.0, "ts": "2026-01-01 00:00:09"},
    ],
)
print("open:   ", means.fetchall())  # nothing: the window may still get rows

# A row of 00:00:11 says that all rows before 00:00:10 are there, so the first window is complete.
engine.insert("readings", ("a", 30.0, "2026-01-01 00:00:11"))
for row in means:
    print("closed: ", row.sensor, row.window_start, row["readings"], row.mean)

# Where no rows come for a while, the program can say how far time has got.
engine.advance("readings", "2026-01-01 00:01:00")
print("advanced:", means.fetchone())

# A row that is too late, and one whose value is no number, are counted and kept.
engine.insert("readings", {"sensor": "a", "value": 1.0, "ts": "2026-01-01 00:00:05"})
engine.insert("readings", {"sensor": "a", "value": "warm", "ts": "2026-01-01 00:02:00"})
print("late:   ", engine.execute("SELECT event_time, watermark FROM late.query_1").fetchall())
print("error:  ", engine.execute("SELECT error FROM errors.readings").fetchall())

engine.close()
