"""The worst carriers of each day, read from a materialized view while the flights stream in.

    python examples/flights/worst_carriers.py

The view keeps one row per carrier and day. A program may ask for it at any moment, here whenever
the stream has come to another day: it is a snapshot, between two batches of rows. Of a file, which
ends, only final rows are said unless EMIT STREAM is written; of a stream that goes on, it is the
default.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import cep

FLIGHTS = Path(__file__).parent / "data/flights.csv"

DECLARED = f"""
CREATE STREAM flights (
  carrier   VARCHAR,
  dep_delay INT,
  time_hour TIMESTAMP(0),
  WATERMARK FOR time_hour AS time_hour - INTERVAL '1' DAY
) WITH (connector = 'file', path = '{FLIGHTS}', null = 'NA');

CREATE MATERIALIZED VIEW carrier_days AS
SELECT
  CAST(time_hour AS DATE) AS day,
  carrier,
  COUNT(dep_delay)        AS departures,
  AVG(dep_delay)          AS mean_delay
FROM flights
GROUP BY CAST(time_hour AS DATE), carrier
EMIT STREAM;
"""

WORST = """
SELECT carrier, departures, ROUND(mean_delay, 1) AS mean_delay
FROM carrier_days
WHERE day = ? AND departures >= 20
ORDER BY mean_delay DESC, carrier
LIMIT 3
"""


def days(engine: cep.Engine) -> Iterator[dt.date]:
    """Run the stream, and stop whenever it has come to another day."""
    today: dt.date | None = None
    while True:
        live = any(q.live for q in engine.queries.values())
        latest = engine.execute("SELECT MAX(day) AS day FROM carrier_days").fetchone()
        if latest is not None and latest.day is not None and latest.day != today:
            if today is not None:
                yield today
            today = latest.day
        if not live:
            break
        steps = iter([False, True])
        engine.run(until=lambda steps=steps: next(steps))  # type: ignore[misc]  # bound now
    if today is not None:
        yield today


def main() -> None:
    """Print the worst three carriers of each day, as soon as the day is over."""
    with cep.Engine() as engine:
        engine.execute("SET batch_rows = 200")
        engine.execute(DECLARED)
        for day in days(engine):
            shown = ", ".join(
                f"{row.carrier} {row.mean_delay:.1f} min"
                for row in engine.execute(WORST, [day]).fetchall()
            )
            print(f"{day}  {shown}")


if __name__ == "__main__":
    main()
