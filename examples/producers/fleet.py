"""Three vans report their speed; one falls silent, one joins late, one says when it is done.

Run it with `python examples/producers/fleet.py`. The clock is a virtual one, so ten minutes pass at
once; with `cep.Engine()` it would be the machine's, and everything else the same.
"""

from __future__ import annotations

import cep

SECOND = 1_000_000  # the clock counts microseconds

STREAM = """
    CREATE STREAM reports (
      van    VARCHAR,
      kind   VARCHAR,
      speed  INT,
      ts     TIMESTAMP(0),
      WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
        PER van
        MARKED BY kind = 'end of shift'
        IDLE AFTER INTERVAL '2' MINUTE
    )
"""

MINUTES = """
    SELECT window_start, COUNT(*) AS reports, MAX(speed) AS fastest
    FROM TABLE(TUMBLE(TABLE reports, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
    GROUP BY window_start, window_end
"""

FOR_GOOD = "9999-12-31"
"""An end marker with this date says that its sender will send nothing more."""

# What happens, by the clock: seconds since nine, and the row that comes then (None: nothing does).
STORY: list[tuple[int, str, tuple[str, str, int | None, str] | None]] = [
    (10, "anna and bert report", ("anna", "report", 40, "2026-05-04 09:00:10")),
    (12, "", ("bert", "report", 55, "2026-05-04 09:00:12")),
    (70, "anna goes on, bert falls silent", ("anna", "report", 45, "2026-05-04 09:01:10")),
    (131, "", ("anna", "report", 50, "2026-05-04 09:02:11")),
    (133, "bert has been silent for two minutes: the minutes that waited for him are said", None),
    (140, "carl joins, in the middle of the stream", ("carl", "report", 80, "2026-05-04 09:02:20")),
    (200, "bert is back; what he kept is too late", ("bert", "report", 60, "2026-05-04 09:00:50")),
    (205, "", ("bert", "report", 65, "2026-05-04 09:03:25")),
    (210, "anna ends her shift, for good", ("anna", "end of shift", None, FOR_GOOD)),
    (215, "", ("carl", "report", 75, "2026-05-04 09:03:35")),
    (260, "carl promises nothing before 09:05", ("carl", "end of shift", None, "2026-05-04 09:05")),
    (400, "all are silent, and the clock goes on: the last minutes are said", None),
    (600, "", None),
]


def main() -> None:
    nine = 1_777_885_200 * SECOND
    clock = cep.VirtualClock(nine)
    with cep.Engine(clock=clock) as engine:
        engine.execute(STREAM)
        engine.execute(f"START minutes AS {MINUTES}")
        minutes = engine.query(MINUTES)
        for seconds, what, row in STORY:
            clock.set(nine + seconds * SECOND)
            if row is None:
                engine.tick()
            else:
                engine.insert("reports", row)
            if what:
                print(f"\n+{seconds} s: {what}")
            for minute in minutes.fetchall():
                print(f"  {minute.window_start:%H:%M}: {minute.reports}, up to {minute.fastest}")
            if what:
                show(engine)
        late = engine.execute("SELECT event_time, watermark FROM late.minutes").fetchall()
        for lost in late:
            print(f"\ntoo late: {lost.event_time:%H:%M:%S}, behind {lost.watermark:%H:%M:%S}")


def show(engine: cep.Engine) -> None:
    """Print who stands where, and who holds the stream back."""
    for one in engine.execute("SHOW WATERMARKS").fetchall():
        stands = "nowhere yet" if one.watermark is None else f"at {one.watermark:%H:%M:%S}"
        holds = ", holds the others back" if one.holds_back == "yes" else ""
        left = f", has left: {one.left}" if one.left else ""
        print(f"    {one.partition} stands {stands}{holds}{left}")


if __name__ == "__main__":
    main()
