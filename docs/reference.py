"""Write the parts of the documents that are made from the code itself.

    python -m docs.reference

Such a part stands between `<!-- begin NAME -->` and `<!-- end NAME -->`. A test sees to it that it
is up to date.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from cep.planner.binder.over import FUNCTIONS as WINDOW_FUNCTIONS
from cep.runtime.aggregates.builtin import AGGREGATES
from cep.runtime.connectors.base import Connector
from cep.runtime.connectors.registry import BUILT_IN, Connectors
from cep.runtime.functions.builtin import BUILTIN
from docs import life

ROOT = Path(__file__).resolve().parent.parent

_PART = re.compile(r"(<!-- begin ([\w ]+) -->\n).*?(<!-- end \2 -->)", re.S)


def cell(text: str) -> str:
    """Return a text as it must be written in a table."""
    return text.replace("|", "\\|").replace("\n", " ")


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(cell, line)) + " |" for line in lines) + "\n"


def functions() -> str:
    """Return all scalar functions."""
    rows = sorted({(f"`{f.signature}`", f.summary) for f in BUILTIN if f.name[0].isalpha()})
    return table(("function", "what it does"), rows)


def aggregates() -> str:
    """Return all aggregates."""
    rows = sorted({(f"`{a.signature}`", a.summary) for a in AGGREGATES})
    return table(("aggregate", "what it gives"), rows)


def windows() -> str:
    """Return all functions that are only called with OVER, and those that mean more there."""
    rows = [(f"`{f.signature}`", f.summary) for f in WINDOW_FUNCTIONS.values()]
    return table(("function", "what it says of a row"), rows)


def built_in() -> list[Connector]:
    """Return the connectors that the engine brings."""
    known = Connectors()
    return [known.lookup(name) for name in sorted(BUILT_IN)]


def connectors() -> str:
    """Return all connectors, a line each."""
    rows = [
        (
            f"[`{c.name}`](docs/connectors.md#{c.name})",
            "yes" if c.reads else "",
            "yes" if c.writes else "",
            c.summary,
        )
        for c in built_in()
    ]
    return table(("connector", "source", "sink", "what it is"), rows)


def options() -> str:
    """Return the options and metadata columns of every connector."""
    parts = []
    for c in built_in():
        parts.append(f"### {c.name}\n\n{c.summary[0].upper()}{c.summary[1:]}.\n")
        rows = [(f"`{o.name}`", _default(o.required, o.default), o.summary) for o in c.options]
        parts.append(table(("option", "default", "meaning"), rows))
        if c.metadata:
            metadata = [(f"`{key}`", f"`{t}`") for key, t in c.metadata.items()]
            parts.append(table(("metadata column", "type"), metadata))
    return "\n".join(parts)


def _default(required: bool, default: str | None) -> str:
    if required:
        return "required"
    return "" if default is None else f"`{default}`"


PARTS: dict[str, Callable[[], str]] = {
    "functions": functions,
    "aggregates": aggregates,
    "windows": windows,
    "connectors": connectors,
    "options": options,
    **life.PARTS,
}


def refreshed(text: str) -> str:
    """Return a document with its generated parts as they should be."""
    return _PART.sub(lambda m: f"{m[1]}\n{PARTS[m[2]]()}\n{m[3]}", text)


def main() -> None:
    """Bring all documents up to date."""
    for path in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]):
        text = path.read_text(encoding="utf-8")
        new = refreshed(text)
        if new != text:
            path.write_text(new, encoding="utf-8")
            print(f"{path.relative_to(ROOT)}: brought up to date")


if __name__ == "__main__":
    main()
