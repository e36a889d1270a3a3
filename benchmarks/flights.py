"""A year of flights, zipped CSV: departures and mean delay per airport and hour.

`whole process` is what a user waits for, from the start of a process to its end: `cep run` over
the zip, against a Python process that unpacks it for DuckDB, which reads no zip, and writes the
same CSV. Processor time, and beside it the time on the wall; the first run of each is not counted.
`engine alone` is reading the unpacked CSV and aggregating it, measured like the other benchmarks.
The file is not in the order of time (its months are sorted as text), so nothing is complete before
its end. Skipped where the file is not there.
"""

from __future__ import annotations

import statistics
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pc

from benchmarks import contest, process, report, rival
from benchmarks.answers import differences
from benchmarks.data import made
from benchmarks.options import Options

ROWS = 336_776

DECLARE = """
CREATE STREAM flights (
  origin VARCHAR, dep_delay INT, time_hour TIMESTAMP(0),
  WATERMARK FOR time_hour AS time_hour - INTERVAL '366' DAY
) WITH (connector = 'file', path = '{path}', 'null' = 'NA')
"""

QUERY = """
SELECT origin, window_start AS hour, COUNT(*) AS flights, COUNT(dep_delay) AS departures,
       AVG(dep_delay) AS mean_delay
FROM TABLE(TUMBLE(TABLE flights, DESCRIPTOR(time_hour), INTERVAL '1' HOUR))
GROUP BY origin, window_start, window_end
"""

DUCKDB = """
SELECT origin, date_trunc('hour', time_hour) AS hour, count(*) AS flights,
       count(dep_delay) AS departures, avg(dep_delay) AS mean_delay
FROM read_csv('{path}', nullstr = 'NA',
              types = {{'dep_delay': 'INTEGER', 'time_hour': 'TIMESTAMP'}})
GROUP BY ALL
"""


def run(options: Options) -> Iterator[report.Line]:
    if options.flights is None or not options.flights.exists():
        why = "no --flights PATH" if options.flights is None else f"no file {options.flights}"
        yield report.Line("flights", f"skipped: {why}")
        return
    yield _whole(options, options.flights)
    yield _engine(options, options.flights)


def _whole(options: Options, packed: Path) -> report.Line:
    folder = options.folder
    script = folder / "flights.sql"
    script.write_text(f"{DECLARE.format(path=packed)};\n{QUERY};\n", encoding="utf-8")
    mine, theirs = folder / "flights-ours.csv", folder / "flights-duckdb.csv"
    commands = {
        "ours": ["-m", "cep", "run", str(script), "--format", "csv", "--output", str(mine)],
        "duckdb": ["-m", "benchmarks.flights_duckdb", str(packed), DUCKDB, str(theirs)],
    }
    times: dict[str, list[process.Timed]] = {name: [] for name in commands}
    for number in range(options.rounds + 1):
        for name, arguments in commands.items():
            timed = process.command(arguments)
            if number:  # the first one warms the caches on disk
                times[name].append(timed)
    ours, duckdb = (statistics.median(t.seconds for t in times[n]) for n in commands)
    busy, rivals = (statistics.median(t.processor for t in times[n]) for n in commands)
    wrong = differences(_read(mine), _read(theirs))
    return report.Line(
        "flights",
        "whole process, zip",
        ours=f"{report.seconds(busy)} (wall {report.seconds(ours)})",
        duckdb=f"{report.seconds(rivals)} (wall {report.seconds(duckdb)})",
        ratio=report.ratio(rivals / busy),
        bar=report.bar("≥ 0.5", rivals / busy >= 0.5),
        answer=wrong or "equal",
        wrong=wrong is not None,
    )


def _engine(options: Options, packed: Path) -> report.Line:
    path = made(options.folder / "flights.csv", lambda part: unpack(packed, part))
    contenders = {
        "ours": contest.Contender(
            "benchmarks.ours:batches", {"declare": DECLARE.format(path=path), "query": QUERY}
        ),
        "duckdb": rival.contender(DUCKDB.format(path=path)),
    }
    outcomes = contest.race(
        contenders, rounds=options.rounds, runs=options.runs, folder=options.folder
    )
    ours, duckdb = outcomes["ours"], outcomes["duckdb"]
    used = contest.memory(contenders["ours"])
    wrong = contest.unlike([ours, duckdb])
    ratio = duckdb.seconds / ours.seconds
    return report.Line(
        "flights",
        "engine alone, CSV",
        ours=report.rate(ours.rate(ROWS)),
        duckdb=report.rate(duckdb.rate(ROWS)),
        ratio=report.ratio(ratio),
        memory=f"{report.megabytes(used.peak)} ({report.megabytes(used.used)})",
        bar=report.bar("≥ 0.5", ratio >= 0.5),
        answer=wrong or "equal",
        wrong=wrong is not None,
    )


def unpack(packed: Path, path: Path) -> None:
    """Write the one member of a zip to `path`."""
    with zipfile.ZipFile(packed) as archive, path.open("wb") as file:
        file.write(archive.read(archive.namelist()[0]))


def _read(path: Path) -> pa.Table:
    return pc.read_csv(path)
