"""What the prompt knows of the language and of an engine: colours and completions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.formatted_text.utils import split_lines
from prompt_toolkit.lexers import Lexer
from prompt_toolkit.styles import Style

from cep.catalog import Relation
from cep.engine import Engine
from cep.errors import CepError
from cep.grammar.lexer import Lexeme, scan
from cep.grammar.parser import keywords, parse_query
from cep.grammar.tables import tables
from cep.grammar.words import RESERVED, words
from cep.planner.binder.over import FUNCTIONS as WINDOW_FUNCTIONS
from cep.runtime.aggregates.builtin import AGGREGATES
from cep.runtime.functions.builtin import BUILTIN

STYLE = Style.from_dict(
    {
        "keyword": "ansiblue bold",
        "function": "ansicyan",
        "string": "ansigreen",
        "number": "ansimagenta",
        "comment": "ansibrightblack",
        "error": "ansired",
    }
)

_KINDS = {
    "STRING": "class:string",
    "BYTES": "class:string",
    "NUMBER": "class:number",
    "NAMED_PARAMETER": "class:number",
    "ERROR": "class:error",
}
_TYPES = words(
    """
    BIGINT BOOLEAN BYTES DATE DECIMAL DOUBLE INT INTEGER REAL SMALLINT STRING TIME TIMESTAMP
    TIMESTAMP_LTZ TINYINT VARCHAR
    """
)
_WINDOWS = ("tumble", "hop", "cumulate", "session", "slide")
_RELATION_FOLLOWS = frozenset(("FROM", "JOIN", "INTO", "DESCRIBE", "TABLE", "UPDATE", "VIEW"))


@cache
def functions() -> dict[str, str]:
    """Return the functions and aggregates there are, each with what it is for."""
    known = {f.name.lower(): f"{f.signature}: {f.summary}" for f in BUILTIN if f.name[0].isalpha()}
    known |= {f.name: f"{f.signature}: {f.summary}" for f in WINDOW_FUNCTIONS.values()}
    return known | {a.name.lower(): f"{a.signature}: {a.summary}" for a in AGGREGATES}


class SqlLexer(Lexer):
    """Colours a script as the grammar reads it."""

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        lines = list(split_lines(coloured(document.text)))
        return lambda number: lines[number] if number < len(lines) else []


def coloured(text: str) -> StyleAndTextTuples:
    """Return a text in pieces, each with its style; what stands between lexemes is comment."""
    pieces: StyleAndTextTuples = []
    lexemes = scan(text, tables())
    position = 0
    for i, lexeme in enumerate(lexemes):
        pieces.append(("class:comment", text[position : lexeme.start]))
        following = lexemes[i + 1] if i + 1 < len(lexemes) else None
        before = lexemes[i - 1] if i else None
        pieces.append((_style(lexeme, before, following), text[lexeme.start : lexeme.end]))
        position = lexeme.end
    pieces.append(("class:comment", text[position:]))
    return pieces


def _style(lexeme: Lexeme, before: Lexeme | None, following: Lexeme | None) -> str:
    if lexeme.word is None:
        return _KINDS.get(lexeme.kind, "")
    if before is not None and before.kind == "DOT":
        return ""
    called = following is not None and following.kind == "LPAR"
    if called and lexeme.word not in RESERVED and lexeme.text.lower() in functions():
        return "class:function"
    return "class:keyword" if lexeme.word in keywords() or lexeme.word in _TYPES else ""


class Words(Completer):
    """Completes keywords, names of relations, columns and functions."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterator[Completion]:
        before = scan(document.text_before_cursor, tables())
        typed, before = _typed(document, before)
        if before and before[-1].kind == "ERROR":
            return  # within a text or a comment
        last = before[-1] if before else None
        for word, kind in self._candidates(before, last):
            shown = word.upper() if kind == "keyword" and not typed.islower() else word
            if shown.lower().startswith(typed.lower()) and shown.lower() != typed.lower():
                yield Completion(shown, -len(typed), display_meta=kind)

    def _candidates(self, before: list[Lexeme], last: Lexeme | None) -> Iterator[tuple[str, str]]:
        if last is not None and last.kind == "DOT":
            owner = before[-2].text.lower() if len(before) > 1 else ""
            if owner in {"errors", "late"}:
                yield from ((name, "query") for name in self._engine.queries)
                if owner == "errors":
                    yield from ((e.name, e.kind) for e in self._engine.catalog)
                return
            yield from self._columns(before)
            return
        if last is not None and last.word in _RELATION_FOLLOWS:
            yield from self._relations()
            return
        if last is not None and last.word == "STOP":
            yield from ((name, "query") for name in self._engine.queries)
            return
        yield from self._columns(before)
        yield from self._relations()
        yield from sorted(functions().items())
        yield from ((word.lower(), "keyword") for word in sorted(keywords() | _TYPES))

    def _relations(self) -> Iterator[tuple[str, str]]:
        yield from ((e.name, e.kind) for e in self._engine.catalog)
        yield from ((name, "window") for name in _WINDOWS)
        yield from (("errors", "what could not be read"), ("late", "what came late"))

    def _columns(self, before: Iterable[Lexeme]) -> Iterator[tuple[str, str]]:
        """Yield the columns of what is named in the statement so far, or of everything."""
        entries = list(self._engine.catalog)
        named = {x.text.strip('"').lower() for x in before}
        entries = [e for e in entries if e.name.lower() in named] or entries
        seen = set()
        for entry in entries:
            for name, kind in self._fields(entry.name):
                if name not in seen:
                    seen.add(name)
                    yield name, kind

    def _fields(self, name: str) -> Iterator[tuple[str, str]]:
        entry = self._engine.catalog.get(name)
        if isinstance(entry, Relation):
            yield from ((f.name, str(f.type)) for f in entry.schema.fields)
        elif entry is not None and entry.kind == "view":
            try:
                schema = self._engine.plan(parse_query(f'SELECT * FROM "{name}"')).schema
            except CepError:
                return  # what it reads was dropped
            yield from ((f.name, str(f.type)) for f in schema.fields)


def _typed(document: Document, before: list[Lexeme]) -> tuple[str, list[Lexeme]]:
    """Part the word at the cursor, which may be empty, from the lexemes before it."""
    if before and before[-1].kind == "NAME" and before[-1].end == document.cursor_position:
        return before[-1].text, before[:-1]
    return "", before
