"""What benchmarks found, as one table of text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Line:
    """One line of the report; cells that say nothing are empty.

    `bar` is what is demanded, and whether it was reached; `answer` is `equal`, or how the answers
    differ.
    """

    benchmark: str
    what: str
    ours: str = ""
    duckdb: str = ""
    ratio: str = ""
    bare: str = ""
    memory: str = ""
    bar: str = ""
    answer: str = ""
    wrong: bool = False


_TITLES = {
    "benchmark": "benchmark",
    "what": "what",
    "ours": "ours",
    "duckdb": "DuckDB, one thread",
    "ratio": "ours : DuckDB",
    "bare": "bare loop",
    "memory": "peak memory (work alone)",
    "bar": "bar",
    "answer": "answer",
}


def table(lines: Sequence[Line]) -> str:
    """Return the lines as an aligned table in Markdown, without columns that are empty."""
    names = [f.name for f in fields(Line) if f.name in _TITLES]
    used = [n for n in names if any(getattr(line, n) for line in lines)]
    rows = [[_TITLES[n] for n in used], *([str(getattr(s, n)) for n in used] for s in lines)]
    widths = [max(len(r[i]) for r in rows) for i in range(len(used))]
    text = [_joined(r, widths) for r in rows]
    text.insert(1, _joined(["-" * w for w in widths], widths))
    return "\n".join(text)


def _joined(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(c.ljust(w) for c, w in zip(cells, widths, strict=True)) + " |"


def rate(rows_per_second: float) -> str:
    """Show rows per second."""
    return f"{rows_per_second / 1e6:.2f} M rows/s"


def ratio(value: float) -> str:
    """Show how many times as fast, or as much."""
    return f"{value:.2f}"


def seconds(value: float) -> str:
    """Show a time."""
    return f"{value * 1000:.3g} ms" if value < 1 else f"{value:.2f} s"


def megabytes(value: float) -> str:
    """Show an amount of memory."""
    return f"{value / 1e6:.0f} MB"


def bar(demand: str, reached: bool) -> str:
    """Show a demand and whether it was reached."""
    return f"{demand}: {'reached' if reached else 'MISSED'}"
