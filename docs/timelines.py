"""Timelines: rows as dots over event time, drawn in two ways.

`arrivals` lets time run to the right and rows come from top to bottom, so that the watermark is a
line that steps to the right and what is behind it is past. `lanes` puts the rows of each key on a
line of their own, with what was made of them (windows, frames, matches) as bars or brackets below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from docs.drawing import TINTS, Picture, Point, width
from docs.recording import Moment

EDGE = 16.0
"""The empty margin of a picture, in pixels."""

_GAP = 14.0
_ROW = 30.0
_STEP = 11.0
"""How far below its row a watermark moves."""

_TRACK = 24.0


@dataclass(frozen=True)
class Scale:
    """Where instants are on the horizontal axis."""

    first: datetime
    last: datetime
    left: float
    right: float

    def x(self, time: datetime) -> float:
        """Return the place of an instant, kept inside the axis."""
        inside = min(max(time, self.first), self.last)
        share = (inside - self.first) / (self.last - self.first)
        return self.left + share * (self.right - self.left)

    def ticks(self, every: timedelta) -> list[datetime]:
        """Return the multiples of `every` on the axis."""
        return multiples(self.first, self.last, every)


def multiples(first: datetime, last: datetime, every: timedelta) -> list[datetime]:
    """Return the multiples of a length of time from `first` to `last`, both included."""
    found = []
    at = floor(first, every)
    while at <= last:
        if at >= first:
            found.append(at)
        at += every
    return found


def floor(time: datetime, every: timedelta) -> datetime:
    """Return the last multiple of a length of time that is not after an instant."""
    return time - (time - datetime(1970, 1, 1)) % every


def clock(time: datetime) -> str:
    """Show minutes and seconds."""
    return f"{time:%M:%S}"


# ---------------------------------------------------------------------------- rows as they come


@dataclass(frozen=True)
class Arrivals:
    """How moments are drawn.

    `label` says what came, `said` how what a query said is written; `columns` are the queries in
    order with the heads of their columns. `window` is the size of windows, shown until `closing`
    (the first of `columns`) says them. `producer` names the column that rows are coloured by.
    """

    title: str
    description: str
    first: datetime
    last: datetime
    tick: timedelta
    label: Callable[[Moment], str]
    said: Callable[[Sequence[Mapping[str, object]]], str] = lambda rows: ""
    columns: Mapping[str, str] | None = None
    window: timedelta | None = None
    producer: str = ""
    wide: float = 380.0
    head: str = "comes"


def arrivals(spec: Arrivals, moments: Sequence[Moment], *, dark: bool | None = None) -> str:
    """Draw moments from top to bottom over event time from left to right."""
    return _Arrivals(spec, moments).svg(dark)


class _Arrivals:
    """Lays the picture out and paints it."""

    def __init__(self, spec: Arrivals, moments: Sequence[Moment]) -> None:
        self._spec = spec
        self._moments = moments
        self._columns = spec.columns or {}
        self._labels = [spec.label(m) for m in moments]
        names = max(map(width, self._labels))
        left = EDGE + max(names, width(spec.head, head=True) + 12) + _GAP
        self._scale = Scale(spec.first, spec.last, left, left + spec.wide)
        self._top = 46.0
        self._bottom = self._top + _ROW * len(moments) + 6
        self._said = {name: [_shown(spec, m, name) for m in moments] for name in self._columns}
        producers = dict.fromkeys(p for m in moments if (p := _producer(spec, m)))
        self._tints = {name: i % TINTS for i, name in enumerate(producers)}
        self._picture = Picture(spec.title, spec.description)

    def svg(self, dark: bool | None) -> str:
        """Paint from the ground to the top."""
        self._axis()
        self._past()
        self._windows()
        self._producers()
        self._watermark()
        self._rows()
        right = self._answers()
        return self._picture.svg(right, self._legend(right) + EDGE, dark=dark)

    def _y(self, i: int) -> float:
        return self._top + _ROW * (i + 0.5)

    def _axis(self) -> None:
        """Draw the head and the grid of time."""
        paint, scale = self._picture, self._scale
        paint.text(Point(EDGE, 34), self._spec.head, colour="faint", look="head")
        paint.text(Point(scale.left, 16), "event time →", colour="faint", look="head")
        for tick in scale.ticks(self._spec.tick):
            x = scale.x(tick)
            paint.line([Point(x, self._top), Point(x, self._bottom)], "grid")
            paint.text(Point(x, 34), clock(tick), colour="faint", anchor="middle")

    def _steps(self, marks: Sequence[datetime | None]) -> list[Point]:
        """Return the corners of a watermark that is known after each moment."""
        points: list[Point] = []
        for i, mark in enumerate(marks):
            if mark is None:
                continue
            x, y = self._scale.x(mark), self._y(i) + _STEP
            if not points:
                points.append(Point(x, y))
            points += [Point(points[-1].x, y), Point(x, y)]
        if points:
            points.append(Point(points[-1].x, self._bottom))
        return points

    def _past(self) -> None:
        """Shade what the watermark has passed."""
        steps = self._steps([m.watermark for m in self._moments])
        if steps:
            left = self._scale.left
            ends = [Point(left, steps[0].y), *steps, Point(left, self._bottom)]
            self._picture.area(ends, "past")

    def _windows(self) -> None:
        """Paint every window from its first row until it is said."""
        size = self._spec.window
        if size is None:
            return
        query = next(iter(self._columns))
        opened: dict[datetime, int] = {}
        closed: dict[datetime, int] = {}
        for i, moment in enumerate(self._moments):
            if moment.time is not None and moment.fate == "taken":
                opened.setdefault(floor(moment.time, size), i)
            for row in moment.said[query]:
                closed.setdefault(row.asdict()["window_start"], i)
        for start, first in opened.items():
            left, right = self._scale.x(start) + 2, self._scale.x(start + size) - 2
            top = self._y(first) - 13
            low = self._y(closed[start]) + _STEP if start in closed else self._bottom
            self._picture.box(Point(left, top), right - left, low - top, "tint0", opacity=0.13)
            if start in closed:
                self._picture.line([Point(left, low), Point(right, low)], "tint0", thick=3)

    def _producers(self) -> None:
        """Draw the watermark of each producer while it takes part."""
        for name, tint in self._tints.items():
            stretch: list[tuple[int, datetime]] = []
            for i, moment in enumerate([*self._moments, None]):
                mark = moment.producers.get(name) if moment is not None else None
                if mark is not None:
                    stretch.append((i, mark))
                elif stretch:
                    self._stretch(stretch, tint, i)
                    stretch = []

    def _stretch(self, marks: Sequence[tuple[int, datetime]], tint: int, until: int) -> None:
        points: list[Point] = []
        for i, mark in marks:
            x, y = self._scale.x(mark), self._y(i) + _STEP
            points += [Point(points[-1].x if points else x, y), Point(x, y)]
        low = self._y(until) + _STEP if until < len(self._moments) else self._bottom
        points.append(Point(points[-1].x, low))
        self._picture.line(points, f"tint{tint}", thick=1.5, dashes="2 3")

    def _watermark(self) -> None:
        steps = self._steps([m.watermark for m in self._moments])
        if steps:
            self._picture.line(steps, "mark", thick=2.5)

    def _rows(self) -> None:
        """Draw every row as a dot, and what became of it."""
        paint, last = self._picture, self._spec.last
        for i, (moment, label) in enumerate(zip(self._moments, self._labels, strict=True)):
            y = self._y(i)
            quiet = moment.row is None
            paint.text(Point(EDGE, y + 4), label, colour="faint" if quiet else "ink", look="code")
            if moment.time is None:
                continue
            at = Point(self._scale.x(moment.time), y)
            colour = f"tint{self._tints.get(_producer(self._spec, moment), 0)}"
            if moment.time > last:
                text = "9999 ▸" if moment.time.year == 9999 else f"{moment.time:%Y} ▸"
                colour = "bad" if moment.fate == "error" else colour
                paint.text(Point(at.x, y + 4), text, colour=colour, anchor="end", look="head")
            elif moment.fate in {"late", "error"}:
                paint.cross(at, "bad")
            elif moment.fate == "marker":
                paint.diamond(at, colour)
            else:
                paint.dot(at, colour)

    def _answers(self) -> float:
        """Write what is said beside the row that made it so; return where the picture ends."""
        x = self._scale.right + 2 * _GAP
        for name, head in self._columns.items():
            texts = self._said[name]
            self._picture.text(Point(x, 34), head, colour="faint", look="head")
            for i, text in enumerate(texts):
                bad = name in self._moments[i].late and not text
                shown = "late" if bad else text
                if shown:
                    colour = "bad" if bad else "ink"
                    self._picture.text(Point(x, self._y(i) + 4), shown, colour=colour, look="code")
            x += max(*map(width, [*texts, "late"]), width(head, head=True)) + _GAP
        return max(x, self._scale.right + 24) + EDGE - _GAP

    def _legend(self, right: float) -> float:
        """Explain the signs that occur; return where they end."""
        paint = self._picture
        fates = {m.fate for m in self._moments}
        signs: list[tuple[str, Callable[[Point], None]]] = []
        if self._spec.producer:
            for name, tint in self._tints.items():
                signs.append((f"{name}’s rows and watermark", self._dot(tint)))
        else:
            signs.append(("a row", self._dot(0)))
        if "late" in fates:
            signs.append(("a late row", lambda at: paint.cross(at, "bad")))
        if "marker" in fates:
            signs.append(("an end marker", lambda at: paint.diamond(at, "faint")))
        whose = "the stream’s watermark" if self._spec.producer else "the watermark"
        signs.append((whose, lambda at: paint.box(Point(at.x - 7, at.y - 1.5), 14, 3, "mark")))
        if self._spec.window is not None:
            signs.append(("a window, from its first row until it is said", self._square))
        x, y = EDGE, self._bottom + 20
        for text, sign in signs:
            if x > EDGE and x + 18 + width(text) > right - EDGE:
                x, y = EDGE, y + 20
            sign(Point(x + 7, y - 4))
            paint.text(Point(x + 20, y), text, colour="faint")
            x += 20 + width(text) * 0.9 + _GAP
        return y

    def _square(self, at: Point) -> None:
        self._picture.box(Point(at.x - 6, at.y - 6), 12, 12, "tint0", opacity=0.25)

    def _dot(self, tint: int) -> Callable[[Point], None]:
        return lambda at: self._picture.dot(at, f"tint{tint}")


def _shown(spec: Arrivals, moment: Moment, query: str) -> str:
    return spec.said([row.asdict() for row in moment.said[query]]) if moment.said[query] else ""


def _producer(spec: Arrivals, moment: Moment) -> str:
    if not spec.producer or moment.row is None:
        return ""
    return str(moment.row[spec.producer])


# ---------------------------------------------------------------------------- rows by their keys


@dataclass(frozen=True)
class Dot:
    """A row: its time, the lane it is on, and a word below it; a faint one is in no match."""

    time: datetime
    lane: str
    label: str = ""
    faint: bool = False


@dataclass(frozen=True)
class Span:
    """What was made of rows from `start` to `end`, with a word in it.

    A bar holds its start and not its end, as windows do; a frame its end and not its start; a
    bracket both, and a match, which has `marks` over its rows. A match that goes on `until` later
    has a dashed line to there.
    """

    start: datetime
    end: datetime
    lane: str
    label: str = ""
    shape: str = "bar"
    marks: tuple[tuple[datetime, str], ...] = ()
    until: datetime | None = None


@dataclass(frozen=True)
class Lanes:
    """The axis and the words of a picture by lanes."""

    title: str
    description: str
    first: datetime
    last: datetime
    tick: timedelta
    wide: float = 620.0


def lanes(
    spec: Lanes, dots: Sequence[Dot], spans: Sequence[Span], *, dark: bool | None = None
) -> str:
    """Draw dots on a line for each lane, in order of appearance, and below them their spans."""
    names = list(dict.fromkeys([*(d.lane for d in dots), *(s.lane for s in spans)]))
    left = EDGE + max(map(width, names)) + _GAP
    scale = Scale(spec.first, spec.last, left, left + spec.wide)
    paint = Picture(spec.title, spec.description)
    tracks = {name: _tracks([s for s in spans if s.lane == name], scale) for name in names}
    tops: dict[str, float] = {}
    y = 46.0
    for name in names:
        tops[name] = y
        y += 42 + _TRACK * len(tracks[name]) + _GAP
    bottom = y - _GAP + 4
    for tick in scale.ticks(spec.tick):
        x = scale.x(tick)
        paint.line([Point(x, 40), Point(x, bottom)], "grid")
        paint.text(Point(x, 32), clock(tick), colour="faint", anchor="middle")
    for i, name in enumerate(names):
        own = [d for d in dots if d.lane == name]
        _lane(paint, scale, name, own, tracks[name], tops[name], f"tint{i % TINTS}")
    return paint.svg(scale.right + EDGE + 10, bottom + EDGE, dark=dark)


def _lane(
    paint: Picture,
    scale: Scale,
    name: str,
    dots: Sequence[Dot],
    tracks: Sequence[Sequence[Span]],
    top: float,
    colour: str,
) -> None:
    """Paint one lane: its line, its dots, and its spans in tracks."""
    line = top + 12
    low = top + 42 + _TRACK * len(tracks)
    paint.text(Point(EDGE, line + 4), name, look="head")
    paint.line([Point(scale.left, line), Point(scale.right, line)], "faint")
    for dot in dots:
        x = scale.x(dot.time)
        if any(span.shape != "match" for track in tracks for span in track):
            paint.line([Point(x, line + 22), Point(x, low - 6)], colour, dashes="1 3")
    for number, track in enumerate(tracks):
        for span in track:
            _span(paint, scale, span, top + 36 + _TRACK * number, colour)
    for dot in dots:
        at = Point(scale.x(dot.time), line)
        paint.dot(at, "faint" if dot.faint else colour, radius=3.0 if dot.faint else 4.5)
        if dot.label:
            paint.text(Point(at.x, line + 18), dot.label, anchor="middle", look="code")


def _span(paint: Picture, scale: Scale, span: Span, y: float, colour: str) -> None:
    start, end = scale.x(span.start), scale.x(span.end)
    if span.shape == "bar":
        high = _TRACK - 6
        paint.box(Point(start, y), end - start - 2, high, colour, opacity=0.2)
        paint.box(Point(start, y), 3, high, colour)
        wide, middle = width(span.label) + 6, (start + end) / 2
        paint.box(Point(middle - wide / 2, y + 2), wide, high - 4, "page", opacity=0.7)
        paint.text(Point(middle, y + 13), span.label, anchor="middle", look="code")
    elif span.shape == "match":
        _match(paint, scale, span, y, colour)
    else:
        foot = [Point(start, y)] if span.shape == "bracket" else []
        paint.line([*foot, Point(start, y + 9), Point(end, y + 9), Point(end, y)], colour, thick=2)
        if span.shape == "frame":
            paint.line([Point(start, y + 5), Point(start, y + 13)], colour, dashes="2 2")
        paint.text(Point(end + 5, y + 13), span.label, look="code")


def _match(paint: Picture, scale: Scale, span: Span, y: float, colour: str) -> None:
    """Paint a bracket with what each of its rows is called."""
    first, last = (max(7.0, width(mark) / 2 + 4) for _, mark in (span.marks[0], span.marks[-1]))
    start, end, low = scale.x(span.start) - first, scale.x(span.end) + last, y + 14
    paint.line([Point(start, y), Point(start, low), Point(end, low)], colour, thick=2)
    if span.until is None:
        paint.line([Point(end, low), Point(end, y)], colour, thick=2)
    else:
        begin, end = end, scale.x(span.until)
        paint.line([Point(begin, low), Point(end, low)], colour, dashes="4 3")
        paint.line([Point(end, y), Point(end, low + 4)], "mark", thick=2)
    for time, mark in span.marks:
        x, wide = scale.x(time), width(mark)
        paint.box(Point(x - wide / 2, y - 2), wide, 12, "page")
        paint.text(Point(x, y + 9), mark, anchor="middle", look="code head")
    paint.text(Point(end + 6, y + 11), span.label, colour="faint")


def _reaches(span: Span) -> datetime:
    return span.end if span.until is None else span.until


def _tracks(spans: Sequence[Span], scale: Scale) -> list[list[Span]]:
    """Put spans into as few rows as keep them apart, each into the first that has room."""
    tracks: list[list[Span]] = []
    for span in spans:
        for track in tracks:
            last = track[-1]
            beside = 0.0 if last.shape == "bar" else width(last.label) + 10
            reach = 40 if span.shape == "match" else 0
            if scale.x(_reaches(last)) + beside + reach <= scale.x(span.start):
                track.append(span)
                break
        else:
            tracks.append([span])
    return tracks
