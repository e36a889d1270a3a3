"""Draw the pictures of the documents from real runs of the scripts that stand above them.

    python -m docs.pictures [FOLDER]

A picture `![…](pictures/NAME.svg)` shows the last snippet before it. It is drawn as `PICTURES`
says; its words for those who cannot see it are the alternative text. A test sees to it that the
files are up to date. With a folder they are drawn into it twice, for light and for dark screens.
"""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import cep
from cep.grammar import ast
from cep.grammar.parser import parse
from cep.grammar.unparse import unparse
from docs import snippets
from docs.recording import Moment, play
from docs.timelines import Arrivals, Dot, Lanes, Span, arrivals, clock, lanes

FOLDER = Path(__file__).resolve().parent / "pictures"

_PICTURE = re.compile(r"!\[(?P<text>[^\]]*)\]\(pictures/(?P<name>[\w-]+)\.svg\)")

Drawer = Callable[["Example", "bool | None"], str]


@dataclass(frozen=True)
class Example:
    """A snippet, what the picture of it says, and the engine that its section shares."""

    text: str
    description: str
    engine: cep.Engine


def at(seconds: float) -> datetime:
    """Return an instant of the day on which everything happens."""
    return datetime(2026, 1, 1) + timedelta(seconds=seconds)


# ---------------------------------------------------------------------------- how they are drawn


def _counts(rows: Sequence[Mapping[str, object]]) -> str:
    """Show counts of windows by their starts: 00:10: 2, or as changes 00:10: −2 +3."""
    windows: dict[str, list[str]] = {}
    for row in rows:
        start = row["window_start"]
        assert isinstance(start, datetime)
        sign = str(row.get("op", "")).replace("-", "−")
        windows.setdefault(clock(start), []).append(f"{sign}{row['n']}")
    return ", ".join(f"{start}: {' '.join(counts)}" for start, counts in windows.items())


def _clocked(moment: Moment) -> str:
    """Show the clock and what comes."""
    return f"{clock(moment.clock)} {_named(moment) or moment.note}"


def _named(moment: Moment) -> str:
    """Show who sent a row, and an end marker as such."""
    if moment.row is None:
        return ""
    first = str(next(iter(moment.row.values())))
    return f"{first}: end" if moment.fate == "marker" else first


def _timed(moment: Moment) -> str:
    assert moment.time is not None
    return f"{_named(moment)} {clock(moment.time)}"


def _coming(
    title: str,
    last: float,
    *,
    label: Callable[[Moment], str] = _timed,
    columns: Mapping[str, str] | None = None,
    producer: str = "",
    wide: float = 380.0,
    head: str = "comes",
) -> Drawer:
    """Draw rows as they come, through windows of ten seconds."""

    def draw(example: Example, dark: bool | None) -> str:
        spec = Arrivals(
            title,
            example.description,
            at(0),
            at(last),
            timedelta(seconds=5),
            label,
            said=_counts,
            columns=columns or {"counts": "is said"},
            window=timedelta(seconds=10),
            producer=producer,
            wide=wide,
            head=head,
        )
        return arrivals(spec, play(example.text), dark=dark)

    return draw


def _cut(title: str, shape: str = "bar") -> Drawer:
    """Draw rows by their keys, and the windows that the snippet's query makes of them."""

    def draw(example: Example, dark: bool | None) -> str:
        rows = example.engine.execute("SELECT who, n, ts FROM steps").fetchall()
        made = [row.asdict() for row in example.engine.execute(example.text).fetchall()]
        keyed = "who" in made[0]
        dots = [Dot(r.ts, r.who if keyed else "all", str(r.n)) for r in rows]
        spans = sorted((_span(row, shape) for row in made), key=lambda s: (s.start, s.end))
        spec = Lanes(title, example.description, at(0), at(45), timedelta(seconds=5))
        return lanes(spec, sorted(dots, key=lambda d: d.lane), spans, dark=dark)

    return draw


def _span(row: Mapping[str, Any], shape: str) -> Span:
    """Return a window with its total, or what reaches ten seconds back from a time."""
    lane, total = row.get("who", "all"), str(row["total"])
    if shape == "bar":
        return Span(row["window_start"], row["window_end"], lane, total)
    return Span(row["at"] - timedelta(seconds=10), row["at"], lane, total, shape)


def _matched(
    title: str,
    names: str,
    last: float = 40,
    *,
    label: Callable[[Mapping[str, Any]], str] = lambda row: "",
) -> Drawer:
    """Draw the rows that a pattern reads, and the matches that it finds in them.

    `names` gives the columns of the lane, if there are several, and of the word under a dot.
    """
    *lane, word = names.split()

    def draw(example: Example, dark: bool | None) -> str:
        select, clause = _pattern(example.text)
        source = unparse(replace(select, source=clause.sources[0]))
        rows = [row.asdict() for row in example.engine.execute(source).fetchall()]
        matches = [row.asdict() for row in example.engine.execute(_told(select, clause)).fetchall()]
        taken = {(_lane(m, lane), t) for m in matches for t in m["times"]}
        dots = [
            Dot(r["ts"], _lane(r, lane), str(r[word]), (_lane(r, lane), r["ts"]) not in taken)
            for r in rows
        ]
        spans = [_bracket(m, _lane(m, lane), label(m)) for m in matches]
        spans.sort(key=lambda s: (s.start, s.end))
        spec = Lanes(title, example.description, at(0), at(last), timedelta(seconds=5))
        return lanes(spec, sorted(dots, key=lambda d: (d.lane, d.time)), spans, dark=dark)

    return draw


def _pattern(text: str) -> tuple[ast.Select, ast.MatchRecognize]:
    """Return the last query of a snippet, and the pattern that it selects from."""
    *_, query = (s.query for s in parse(text).statements if isinstance(s, ast.QueryStatement))
    assert isinstance(query.body, ast.Select)
    assert isinstance(query.body.source, ast.MatchRecognize)
    return query.body, query.body.source


_TOLD = """
SELECT * FROM s MATCH_RECOGNIZE (
  MEASURES ARRAY_AGG(ts) AS times, ARRAY_AGG(CLASSIFIER()) AS labels, MATCH_STATUS() AS status,
    MATCH_ROWTIME() AS at
  PATTERN (A))
"""


def _told(select: ast.Select, clause: ast.MatchRecognize) -> str:
    """Return a query for the rows of each match and what they are called."""
    _, telling = _pattern(_TOLD)
    pattern = replace(clause.row_pattern, measures=telling.row_pattern.measures)
    return unparse(replace(select, source=replace(clause, row_pattern=pattern)))


def _lane(row: Mapping[str, Any], columns: Sequence[str]) -> str:
    return " ".join(str(row[c]) for c in columns) or "all"


def _bracket(match: Mapping[str, Any], lane: str, label: str) -> Span:
    """Return a match with what its rows are called; it goes on to its deadline, if it has one."""
    first, end = match["times"][0], match["times"][-1]
    marks = tuple(zip(match["times"], (name.upper() for name in match["labels"]), strict=True))
    until = match["at"] if match["at"] > end else None
    return Span(first, end, lane, label, "match", marks, until)


PICTURES: Mapping[str, Drawer] = {
    "watermark": _coming("A watermark and tumbling windows", 30),
    "late": _coming(
        "Late rows, dropped and corrected",
        30,
        columns={"dropping": "DROP", "correcting": "CORRECT WITHIN 10 s"},
        wide=300,
    ),
    "emit": _coming(
        "When results are said",
        20,
        label=_clocked,
        columns={"final": "AFTER WATERMARK", "live": "STREAM", "calm": "AFTER DELAY 4 s"},
        wide=240,
        head="clock, row",
    ),
    "producers": _coming("A watermark for each producer", 35, producer="van"),
    "silence": _coming(
        "Producers that fall silent", 30, label=_clocked, producer="van", head="clock, row"
    ),
    "ahead": _coming("A clock that is ten years ahead", 20, label=_clocked, head="clock, row"),
    "tumble": _cut("Tumbling windows"),
    "hop": _cut("Hopping windows"),
    "cumulate": _cut("Cumulating windows"),
    "session": _cut("Sessions"),
    "slide": _cut("Sliding windows", "frame"),
    "over": _cut("Frames of rows", "bracket"),
    "failures": _matched("Three failures in a row", "who what", 35),
    "shapes": _matched("A price falls and rises", "price"),
    "skipping": _matched("Matches that overlap", "what"),
    "within": _matched("Failures within ten seconds", "what", 42),
    "followed": _matched("Followed by", "what"),
    "absence": _matched("Orders that are not paid in time", "id what"),
    "timeouts": _matched("Parcels that do not arrive", "id what", label=lambda m: m["status"]),
    "permute": _matched("Checks in any order", "what"),
}


# ---------------------------------------------------------------------------- files


def examples(text: str) -> Iterator[tuple[str, Example]]:
    """Yield the names of a document's pictures with the snippets that they show."""
    starts = [*(m.start() for m in re.finditer(r"^## ", text, re.M)), len(text)]
    for start, end in itertools.pairwise(starts):
        yield from _of_section(text[start:end])


def _of_section(text: str) -> Iterator[tuple[str, Example]]:
    """Run the snippets of a section in order; a picture is drawn before what follows it is run."""
    section = snippets.Section()
    blocks = [b for b in snippets.blocks(text) if b.language in {"sql", "sh", "python"}]
    pictures = list(_PICTURE.finditer(text))
    if not pictures:
        return
    for block, after in zip(blocks, [*blocks[1:], None], strict=True):
        for picture in pictures:
            if block.end < picture.start() and (after is None or picture.end() < after.start):
                words = " ".join(picture["text"].split())
                yield picture["name"], Example(block.text, words, section.engine)
        if not block.expected:
            section.run(block)
    section.engine.close()


def drawn(path: Path, *, dark: bool | None = None) -> dict[str, str]:
    """Draw the pictures of a document."""
    with snippets.scratch():
        text = path.read_text(encoding="utf-8")
        return {name: PICTURES[name](example, dark) for name, example in examples(text)}


def names(path: Path) -> list[str]:
    """Return the pictures that a document shows."""
    return [m["name"] for m in _PICTURE.finditer(path.read_text(encoding="utf-8"))]


def documents() -> list[Path]:
    """Return the documents with pictures."""
    return [path for path in snippets.documents() if names(path)]


def main(arguments: Sequence[str]) -> None:
    """Bring the pictures up to date, or draw them into a folder."""
    for path in documents():
        for dark in (False, True) if arguments else (None,):
            for name, picture in drawn(path, dark=dark).items():
                shade = "" if dark is None else "-dark" if dark else "-light"
                to = Path(arguments[0]) if arguments else FOLDER
                (to / f"{name}{shade}.svg").write_text(picture, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
