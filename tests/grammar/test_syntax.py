"""The syntax by example: every statement under syntax/ reads, and is written back as it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cep.grammar.parser import parse
from cep.grammar.unparse import unparse

SCRIPTS = sorted((Path(__file__).parent / "syntax").glob("*.sql"))


def statements(text: str) -> Iterator[tuple[str, str]]:
    """Yield each statement with the text after `-- =`, or with itself where there is none."""
    written: str | None = None
    said: list[str] = []
    for line in [*text.split("\n"), ";"]:
        if line.startswith("-- = "):
            said.append(line.removeprefix("-- = "))
        elif line and not line.startswith("-- "):
            if written is None or written.endswith(";"):
                if written is not None:
                    yield written, "\n".join(said) or written
                written, said = "", []
            written += f"{line}\n" if not re.search(r";$", line) else line


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_every_statement_is_written_back_as_the_script_says(path: Path) -> None:
    for written, expected in statements(path.read_text(encoding="utf-8")):
        script = parse(written)
        assert unparse(script).replace(";\n", "; ").removesuffix(";") == expected.removesuffix(";")
        assert parse(unparse(script)) == script


def test_the_scripts_read_as_a_whole() -> None:
    for path in SCRIPTS:
        text = path.read_text(encoding="utf-8")
        script = parse(text)
        assert parse(unparse(script)) == script
