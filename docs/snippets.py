"""Run the snippets of the documents and write what they print below them.

    python -m docs.snippets [DOCUMENT ...]

A fenced block of `sql` or `python` is run, and one of `sh` where its lines call `cep` or `printf`.
Where a `text` block follows it, that is what it printed; a line `…` in it stands for lines left
out. Within a section (a heading of level 2) snippets share one engine, or the names of one program.
The folder they run in is thrown away; `examples` is in it.

The word after the language says what is expected: what is marked `sql fails` must be refused, and
prints its error; `sql ignored` is not run.

Without arguments all documents are brought up to date. A test sees to it that they are.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cep
from cep.output import choose

ROOT = Path(__file__).resolve().parent.parent

ELLIPSIS = "…"

_FENCE = re.compile(
    r"^(?P<indent> *)```(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=indent)```$", re.M | re.S
)
_SECTION = re.compile(r"^## ", re.M)


def documents() -> list[Path]:
    """Return every document of the project, in a fixed order."""
    return sorted(
        [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *ROOT.glob("examples/*/*.md")]
    )


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the word after it, and where its text stands."""

    language: str
    expected: str
    text: str
    start: int
    end: int


class Failure(Exception):
    """A snippet that did not do what the document says."""


class Section:
    """What the snippets of a section share."""

    def __init__(self) -> None:
        self.engine = cep.Engine()
        self.names: dict[str, Any] = {"__name__": "__main__"}

    def run(self, block: Block) -> str:
        """Run a snippet and return what it prints."""
        if block.language == "sql":
            return self._sql(block.text, fails=block.expected == "fails")
        if block.language == "python":
            with _printed() as printed:
                exec(compile(block.text, "<snippet>", "exec"), self.names)
            return printed()
        return "".join(_shell(line) for line in block.text.splitlines())

    def _sql(self, text: str, *, fails: bool) -> str:
        with _printed() as printed:
            output = choose("table", None, self.engine.session)
            try:
                for result in self.engine.script(text, drive=True):
                    if len(result.schema):
                        output.write(result)
                if fails:
                    raise Failure(f"this is not refused:\n{text}")
            except cep.CepError as error:
                if not fails:
                    raise
                print(error)
            finally:
                output.close()
        return printed()


@contextlib.contextmanager
def _printed() -> Iterator[Callable[[], str]]:
    """Catch what is printed, as text or as bytes."""
    caught = io.BytesIO()
    stream = io.TextIOWrapper(caught, encoding="utf-8", write_through=True)
    before = sys.stdout
    sys.stdout = stream
    try:
        yield lambda: caught.getvalue().decode("utf-8")
        stream.flush()
    finally:
        sys.stdout = before
        stream.detach()


def _shell(line: str) -> str:
    """Run the last command of a line, if it is one of ours, and return what it prints."""
    command = line.partition("#")[0].split("&&")[-1].strip()
    if not command.startswith(("cep ", "printf ")):
        return ""
    ran = subprocess.run(
        ["bash", "-c", f'cep() {{ "{sys.executable}" -m cep "$@"; }}; {command}'],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
    )
    if ran.returncode:
        raise Failure(f"{command}\n{ran.stderr}")
    return ran.stdout + ran.stderr


def blocks(text: str) -> list[Block]:
    """Return the fenced blocks of a document."""
    found = []
    for match in _FENCE.finditer(text):
        language, _, expected = match["info"].strip().partition(" ")
        body = "".join(
            line.removeprefix(match["indent"]) for line in match["body"].splitlines(keepends=True)
        )
        found.append(Block(language, expected, body, match.start("body"), match.end("body")))
    return found


def refreshed(text: str) -> str:
    """Run the snippets of a document; return it with what they print now."""
    starts = [0, *(m.start() for m in _SECTION.finditer(text)), len(text)]
    return "".join(_section(text[start:end]) for start, end in itertools.pairwise(starts))


def _section(text: str) -> str:
    found = blocks(text)
    section = Section()
    changes: list[tuple[Block, str]] = []
    try:
        for i, block in enumerate(found):
            if block.language not in ("sql", "python", "sh") or block.expected == "ignored":
                continue
            try:
                printed = section.run(block)
            except cep.CepError as error:
                raise Failure(f"{error}\n\nin the snippet\n\n{block.text}") from error
            after = found[i + 1] if i + 1 < len(found) else None
            if after is not None and after.language == "text" and _adjacent(text, block, after):
                changes.append((after, shortened(printed, after.text)))
    finally:
        section.engine.close()
    for block, new in reversed(changes):
        text = text[: block.start] + new + text[block.end :]
    return text


def _adjacent(text: str, block: Block, after: Block) -> bool:
    """Say whether only the fences stand between two blocks."""
    return not re.sub(r"```\w*", "", text[block.end : after.start]).strip()


def shortened(printed: str, shown: str) -> str:
    """Leave out of `printed` the lines that `shown` leaves out with a line `…`."""
    lines = [line.rstrip() for line in printed.splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    kept = shown.splitlines()
    if ELLIPSIS in kept:
        head = kept.index(ELLIPSIS)
        tail = len(kept) - head - 1
        if len(lines) > head + tail:
            lines = [*lines[:head], ELLIPSIS, *lines[len(lines) - tail :]]
    return "".join(f"{line}\n" for line in lines)


@contextlib.contextmanager
def scratch() -> Iterator[None]:
    """Work in a folder that is thrown away, with the examples in it."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "examples").symlink_to(ROOT / "examples")
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


def main(names: Sequence[str]) -> None:
    """Bring some documents up to date, or all."""
    paths = [Path(n).resolve() for n in names] or documents()
    for path in paths:
        text = path.read_text(encoding="utf-8")
        try:
            with scratch():
                new = refreshed(text)
        except Failure as failure:
            sys.exit(f"{path.relative_to(ROOT)}: {failure}")
        if new != text:
            path.write_text(new, encoding="utf-8")
            print(f"{path.relative_to(ROOT)}: brought up to date")


if __name__ == "__main__":
    main(sys.argv[1:])
