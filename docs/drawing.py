"""A picture as SVG text: shapes and words with named styles, legible on light and dark pages.

Nothing here is measured by a font: letters are taken to be as wide as the widest usual ones, so
that a picture looks alike wherever it is shown. Numbers are rounded, so that it is the same text
everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

SMALL = 11.0
"""The height of letters in pixels."""

_WIDTH = 0.61
"""How wide a letter is at most, as a part of its height."""

_LIGHT = {
    "page": "#ffffff",
    "ink": "#1f2328",
    "faint": "#59636e",
    "grid": "#e3e7ec",
    "past": "#fff1e0",
    "mark": "#bc4c00",
    "bad": "#cf222e",
    "tint0": "#0969da",
    "tint1": "#8250df",
    "tint2": "#1a7f37",
}
_DARK = {
    "page": "#0d1117",
    "ink": "#e6edf3",
    "faint": "#9198a1",
    "grid": "#262c36",
    "past": "#2d1f0f",
    "mark": "#f0883e",
    "bad": "#ff7b72",
    "tint0": "#58a6ff",
    "tint1": "#bc8cff",
    "tint2": "#3fb950",
}

TINTS = 3
"""How many colours there are for what is told apart by colour."""

_SANS = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif"
_MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"


def width(text: str, *, head: bool = False) -> float:
    """Return about how many pixels a text takes."""
    return len(text) * SMALL * (_WIDTH + 0.1 * head)


def style(dark: bool | None = None) -> str:
    """Return the style sheet; `dark` fixes what else the reader's screen decides."""
    if dark is not None:
        return _FIXED + _colours(_DARK if dark else _LIGHT)
    return (
        f"{_FIXED}{_colours(_LIGHT)}@media (prefers-color-scheme: dark) {{\n{_colours(_DARK)}}}\n"
    )


_FIXED = f"""\
text {{ font-family: {_SANS}; font-size: {SMALL:g}px; }}
.code {{ font-family: {_MONO}; }}
.head {{ font-weight: 600; }}
"""


def _colours(palette: dict[str, str]) -> str:
    """Return rules for text, fills and strokes in every colour."""
    lines = [f"text {{ fill: {palette['ink']}; }}"]
    for name, colour in palette.items():
        lines.append(f".fill-{name} {{ fill: {colour}; }}")
        lines.append(f".line-{name} {{ stroke: {colour}; fill: none; }}")
    return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True)
class Point:
    """A place in pixels, from the top left."""

    x: float
    y: float


class Picture:
    """Shapes and words in the order in which they are painted.

    Colours are the names of the palette: page, ink, faint, grid, past, mark, bad, tint0 to tint2.
    """

    def __init__(self, title: str, description: str) -> None:
        self._title = title
        self._description = description
        self._parts: list[str] = []

    def box(
        self, corner: Point, wide: float, high: float, colour: str, *, opacity: float = 1.0
    ) -> None:
        """Paint a rectangle without an edge."""
        self._add(
            "rect",
            **_place(x=corner.x, y=corner.y, width=wide, height=high),
            **({} if opacity == 1.0 else {"fill-opacity": f"{opacity:g}"}),
            **{"class": f"fill-{colour}"},
        )

    def line(
        self, points: Iterable[Point], colour: str, *, thick: float = 1.0, dashes: str = ""
    ) -> None:
        """Draw a line through points."""
        self._add(
            "path",
            d="M" + " L".join(f"{_number(p.x)} {_number(p.y)}" for p in points),
            **({"stroke-width": f"{thick:g}"} if thick != 1.0 else {}),
            **({"stroke-dasharray": dashes} if dashes else {}),
            **{"class": f"line-{colour}"},
        )

    def area(self, points: Iterable[Point], colour: str) -> None:
        """Fill what points enclose."""
        d = "M" + " L".join(f"{_number(p.x)} {_number(p.y)}" for p in points) + " Z"
        self._add("path", d=d, **{"class": f"fill-{colour}"})

    def dot(self, at: Point, colour: str, *, radius: float = 4.0) -> None:
        """Paint a round dot."""
        self._add("circle", **_place(cx=at.x, cy=at.y, r=radius), **{"class": f"fill-{colour}"})

    def cross(self, at: Point, colour: str) -> None:
        """Draw a cross that stands for something refused."""
        for way in (1, -1):
            ends = [Point(at.x - 4, at.y - 4 * way), Point(at.x + 4, at.y + 4 * way)]
            self.line(ends, colour, thick=2.0)

    def diamond(self, at: Point, colour: str) -> None:
        """Paint a square that stands on its corner."""
        ways = ((0, -5.5), (5.5, 0), (0, 5.5), (-5.5, 0))
        self.area([Point(at.x + x, at.y + y) for x, y in ways], colour)

    def text(
        self,
        at: Point,
        text: str,
        *,
        colour: str = "ink",
        anchor: str = "start",
        look: str = "",
    ) -> None:
        """Write a text on its base line; `look` is code or head, or both."""
        shown = " ".join(p for p in (look, "" if colour == "ink" else f"fill-{colour}") if p)
        self._add(
            "text",
            text,
            **_place(x=at.x, y=at.y),
            **({"text-anchor": anchor} if anchor != "start" else {}),
            **({"class": shown} if shown else {}),
        )

    def svg(self, wide: float, high: float, *, dark: bool | None = None) -> str:
        """Return the picture, on a ground of its own, as the text of a file."""
        size = f'width="{_number(wide)}" height="{_number(high)}"'
        box = f'viewBox="0 0 {_number(wide)} {_number(high)}"'
        spoken = 'role="img" aria-labelledby="title desc"'
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" {box} {size} {spoken}>',
            f'<title id="title">{escape(self._title)}</title>',
            f'<desc id="desc">{escape(self._description)}</desc>',
            f"<style>\n{style(dark)}</style>",
            f'<rect {size} rx="8" class="fill-page"/>',
            *self._parts,
            "</svg>",
        ]
        return "".join(f"{line}\n" for line in lines)

    def _add(self, tag: str, text: str = "", /, **attributes: str) -> None:
        written = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
        end = f">{escape(text, quote=False)}</{tag}>" if text else "/>"
        self._parts.append(f"<{tag}{written}{end}")


def _place(**numbers: float) -> dict[str, str]:
    return {name: _number(value) for name, value in numbers.items()}


def _number(value: float) -> str:
    """Return a number with one digit behind the point, if it needs one."""
    return f"{round(value, 1) + 0.0:g}"
