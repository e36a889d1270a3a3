"""The parse tables: the grammar has no conflicts, and no cache file can spoil a parse."""

from __future__ import annotations

import itertools
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import lark
import pytest

from cep.grammar import tables
from cep.grammar.builder import Builder
from cep.grammar.parser import parse
from cep.grammar.words import NEVER_BARE_ALIAS, RESERVED


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Point the cache to an empty directory for a while."""
    monkeypatch.setenv("CEP_CACHE_DIR", str(tmp_path / "cache"))
    tables.tables.cache_clear()
    yield tmp_path / "cache"
    tables.tables.cache_clear()


_NUMBERS = itertools.count()


def parses() -> bool:
    # Another text each time: trees of texts are remembered.
    return len(parse(f"SELECT {next(_NUMBERS)}").statements) == 1


def test_the_grammar_has_no_conflicts(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger=lark.logger.name):
        lark.Lark(tables.grammar(), **tables.OPTIONS, debug=True)
    assert [record.message for record in caplog.records if "onflict" in record.message] == []


def test_every_rule_is_built() -> None:
    for rule in tables.tables().lark.rules:
        name = str(rule.alias or rule.origin.name)
        kept = [symbol for symbol in rule.expansion if not getattr(symbol, "filter_out", False)]
        # A rule whose children belong to another, or that gives way to its only child.
        passes = not rule.alias and rule.options.expand1 and len(kept) <= 1
        if not (passes or name == "script" or name.startswith("_")):
            assert hasattr(Builder, f"_{name}"), name


def test_special_words_are_words_of_the_grammar() -> None:
    known = tables.keywords()
    assert known >= RESERVED
    assert known >= NEVER_BARE_ALIAS
    assert {"SELECT", "EMIT", "WATERMARK", "LOCAL", "STOP"} <= known


def test_the_cache_is_written_and_read(directory: Path) -> None:
    assert parses()
    (file,) = directory.iterdir()
    written = file.stat().st_ino
    tables.tables.cache_clear()
    assert parses()
    assert file.stat().st_ino == written


def test_tables_of_other_versions_do_not_pile_up(directory: Path) -> None:
    directory.mkdir(exist_ok=True)
    for version in range(11):
        (directory / f"{tables.PREFIX}{version}.tables").write_bytes(b"x" * 500_000)
    assert parses()
    kept = [file.stat().st_size for file in directory.iterdir()]
    assert sum(kept) <= tables.MOST_BYTES
    assert {500_000} < set(kept)


@pytest.mark.parametrize("spoil", ["empty", "cut", "flipped", "noise", "directory"])
def test_a_spoilt_cache_is_made_anew(directory: Path, spoil: str) -> None:
    assert parses()
    (file,) = directory.iterdir()
    good = file.read_bytes()
    if spoil == "directory":
        file.unlink()
        file.mkdir()
    else:
        flipped = bytearray(good)
        flipped[len(good) // 2] ^= 1
        spoilt = {"empty": b"", "cut": good[:-100], "flipped": bytes(flipped), "noise": b"x" * 999}
        file.write_bytes(spoilt[spoil])
    tables.tables.cache_clear()
    assert parses()
    if spoil != "directory":
        tables.tables.cache_clear()
        assert file.read_bytes()[32:] != b""
        assert tables._read(file) is not None
    assert [path.name for path in directory.iterdir()] == [file.name]


def test_no_cache_directory_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("CEP_CACHE_DIR", str(tmp_path / "file" / "cache"))
    tables.tables.cache_clear()
    assert parses()
    tables.tables.cache_clear()


def test_processes_may_start_together(directory: Path) -> None:
    program = "from cep.grammar.parser import parse; parse('SELECT 1')"
    started = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(4)]
    assert [process.wait(timeout=60) for process in started] == [0] * 4
    assert len(list(directory.iterdir())) == 1


def test_importing_the_parser_does_not_import_lark() -> None:
    program = "import sys, cep.grammar.parser; print('lark' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "False"
