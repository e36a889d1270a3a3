"""The parse tables made from `cep.lark`, kept in the user's cache directory.

Making them takes most of a second, reading them back some hundredths. The file is named after
everything it depends on, written whole or not at all, and checked against its own digest, so that
neither a concurrent process nor a damaged disk can spoil a parse; where no file can be written,
the tables are made anew in every process. Those of other versions go when they become many.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import hashlib
import io
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import lark
from lark.lexer import PatternStr, TerminalDef
from lark.parsers.lalr_parser_state import ParseConf

from cep.cache import bound, cache_directory, used

STARTS = ("script", "statement", "full_query", "expression")
# Lark's own lexer is never used, nor its positions: see lexer.py and stack.py.
OPTIONS = {"parser": "lalr", "lexer": "basic", "start": list(STARTS), "maybe_placeholders": True}

PREFIX = "grammar-"
MOST_BYTES = 5 * 2**20
"""What the tables of all versions may take on disk; those of one take half a megabyte."""


@dataclass(frozen=True)
class Tables:
    """What the lexer and the parser need to know about the grammar.

    `keywords` maps each keyword, in upper case, to its terminal; `phrases` maps a first word to
    the words that follow it and the terminal that they make together; `tokens` finds the next
    token of a text, each terminal being a group; `ignored` names what stands between tokens;
    `spelling` gives how a keyword or sign is written.
    """

    lark: lark.Lark
    keywords: Mapping[str, str]
    phrases: Mapping[str, tuple[tuple[str, ...], str]]
    tokens: re.Pattern[str]
    ignored: frozenset[str]
    spelling: Mapping[str, str]

    def configuration(self, start: str) -> ParseConf[Any]:
        """Return the parse table for the rule `start`."""
        return self.lark.parse_interactive(start=start).parser_state.parse_conf


def grammar() -> str:
    """Return the text of `cep.lark`."""
    return resources.files("cep.grammar").joinpath("cep.lark").read_text(encoding="utf-8")


@functools.cache
def tables() -> Tables:
    """Return the tables, from the cache file if there is a good one."""
    text = grammar()
    path = _cache_file(text)
    parser = _read(path) if path else None
    if parser is None:
        parser = lark.Lark(text, **OPTIONS)
        if path:
            _write(path, parser)
            bound([path.parent], PREFIX, MOST_BYTES)
    elif path:
        used(path)
    return _digested(parser)


@functools.cache
def keywords() -> frozenset[str]:
    """Return every keyword of the language, in upper case."""
    known = tables()
    return frozenset(known.keywords).union(
        *((first, *rest) for first, (rest, _) in known.phrases.items())
    )


def _digested(parser: lark.Lark) -> Tables:
    words: dict[str, str] = {}
    phrases: dict[str, tuple[tuple[str, ...], str]] = {}
    signs: list[TerminalDef] = []
    spelling: dict[str, str] = {}
    for terminal in parser.terminals:
        literal = terminal.pattern.value if isinstance(terminal.pattern, PatternStr) else None
        if literal is not None:
            spelling[terminal.name] = literal
        if literal is None or not literal[0].isalpha():
            signs.append(terminal)
        elif " " in literal:
            first, *rest = literal.split()
            phrases[first] = (tuple(rest), terminal.name)
        else:
            words[literal] = terminal.name
    # Longer signs first; what is written as a regular expression is tried before them, as none of
    # those but SIGN can begin like a sign that means something else.
    signs.sort(key=lambda t: (_rank(t), isinstance(t.pattern, PatternStr), -t.pattern.max_width))
    groups = [f"(?P<{t.name}>{t.pattern.to_regexp()})" for t in signs]
    return Tables(
        parser,
        words,
        phrases,
        re.compile("|".join([*groups, "(?P<ERROR>(?s:.))"])),
        frozenset(parser.lexer_conf.ignore),
        spelling,
    )


def _rank(terminal: TerminalDef) -> int:
    # X'CAFE' is not a name before a string, a comment is not two signs, an arrow is no minus.
    return {"COMMENT": 0, "BYTES": 1, "SIGN": 3}.get(terminal.name, 2)


# ---------------------------------------------------------------- the cache file


def _cache_file(text: str) -> Path | None:
    directory = cache_directory()
    if directory is None:
        return None
    version = f"{lark.__version__} {sys.version_info[:3]} {OPTIONS}"
    digest = hashlib.sha256(f"{version}\n{text}".encode()).hexdigest()[:32]
    return directory / f"{PREFIX}{digest}.tables"


def _read(path: Path) -> lark.Lark | None:
    try:
        content = path.read_bytes()
        digest, payload = content[:32], content[32:]
        if hashlib.sha256(payload).digest() != digest:
            return None
        with _no_collection():
            return lark.Lark.load(io.BytesIO(payload))
    except Exception:  # whatever a foreign file does to the reader, the tables can be made anew
        return None


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """Let the garbage collector rest: twenty thousand new objects, none of them garbage."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _write(path: Path, parser: lark.Lark) -> None:
    buffer = io.BytesIO()
    parser.save(buffer)
    payload = buffer.getvalue()
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(payload).digest() + payload)
        Path(temporary).replace(path)
    except OSError:
        if temporary is not None:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
