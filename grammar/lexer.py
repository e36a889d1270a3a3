"""Cutting a text into lexemes, and telling keywords from names.

The signs, literals and words are those of `cep.lark`. What a word is depends on where it stands:
the parser's own table says whether a keyword can come next, and whether the token after it could
follow that keyword. Only a few words are keywords everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from lark.parsers.lalr_analysis import Shift
from lark.parsers.lalr_parser_state import ParseConf

from cep.grammar.tables import Tables
from cep.grammar.words import NEVER_BARE_ALIAS, PATTERN_WORDS, RESERVED, unit

BEFORE_CALLS = frozenset(("FINAL", "RUNNING"))
BEFORE_VARIABLES = frozenset(("FIRST", "LAST"))
BEFORE_NAMES = BEFORE_CALLS | {"MEASURES"}
"""Keywords before a name; where another keyword follows, they are names: ORDER BY final LIMIT 1."""


class Lexeme(NamedTuple):
    """A piece of the text: `kind` is a terminal, NAME for every word, ERROR for what is none."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def word(self) -> str | None:
        """The unquoted word in upper case, or None where the lexeme is none."""
        return self.text.upper() if self.kind == "NAME" else None


def scan(text: str, tables: Tables) -> list[Lexeme]:
    """Cut `text` into lexemes, without spaces and comments.

    A character that begins nothing, a number that runs into a word, and the opening of a string,
    quoted name or comment that is never closed, is an ERROR lexeme; in the last case nothing
    follows it.
    """
    lexemes = []
    ignored = tables.ignored
    for match in tables.tokens.finditer(text):
        kind = match.lastgroup
        assert kind is not None
        if kind in ignored:
            continue
        start, end = match.span()
        lexeme = Lexeme(kind, match.group(), start, end)
        if kind == "SLASH" and text.startswith("/*", start):
            lexemes.append(Lexeme("ERROR", "/*", start, len(text)))
            break
        if kind == "NAME" and lexemes and lexemes[-1].kind == "NUMBER" and lexemes[-1].end == start:
            number = lexemes.pop()
            lexeme = Lexeme("ERROR", number.text + lexeme.text, number.start, end)
        lexemes.append(lexeme)
        if kind == "ERROR" and lexeme.text in "'\"" and text[start : start + 2] != '""':
            lexemes[-1] = Lexeme("ERROR", lexeme.text, start, len(text))
            break
    return lexemes


def statements(lexemes: Sequence[Lexeme]) -> list[list[Lexeme]]:
    """Cut lexemes at semicolons; the last piece is what follows the last semicolon."""
    pieces: list[list[Lexeme]] = [[]]
    for lexeme in lexemes:
        if lexeme.kind == "SEMICOLON":
            pieces.append([])
        else:
            pieces[-1].append(lexeme)
    return pieces


class Table:
    """The parse table, asked about one terminal at a time.

    A LALR state allows more terminals than can really follow, as it stands for several contexts.
    `shift` therefore walks the reductions that a terminal would cause.
    """

    def __init__(self, configuration: ParseConf[Any]) -> None:
        self._rows: Mapping[Any, Mapping[str, tuple[Any, Any]]] = configuration.states
        self._end = configuration.end_state
        self.start = configuration.start_state

    def row(self, state: Any) -> Mapping[str, tuple[Any, Any]]:
        """Return the actions of a state, by terminal or rule."""
        return self._rows[state]

    def advance(self, stack: list[Any], terminal: str) -> bool:
        """Take `terminal` in, changing `stack`; return False where it cannot come next."""
        while True:
            entry = self._rows[stack[-1]].get(terminal)
            if entry is None:
                return False
            action, target = entry
            if action is Shift:
                stack.append(target)
                return True
            if target.expansion:
                del stack[-len(target.expansion) :]
            stack.append(self._rows[stack[-1]][target.origin.name][1])
            if terminal == "$END" and stack[-1] == self._end:
                return True

    def shift(self, stack: Sequence[Any], terminal: str) -> Any:
        """Return the state after `terminal`, or None where it cannot come next."""
        if terminal not in self._rows[stack[-1]]:
            return None
        after = list(stack)
        return after[-1] if self.advance(after, terminal) else None

    def accepted(self, stack: Sequence[Any]) -> set[str]:
        """Return every terminal that can come next."""
        return {
            terminal
            for terminal in self._rows[stack[-1]]
            if terminal.isupper() and self.shift(stack, terminal) is not None
        }


class Reader:
    """Decides, lexeme by lexeme, which terminal the parser is given."""

    def __init__(self, tables: Tables, lexemes: Sequence[Lexeme], table: Table) -> None:
        self._keywords = tables.keywords
        self._phrases = tables.phrases
        self._lexemes = lexemes
        self._table = table

    def read(self, index: int, stack: Sequence[Any]) -> tuple[str, int]:
        """Return the terminal of the lexeme at `index`, and how many lexemes it takes."""
        lexeme = self._lexemes[index]
        if lexeme.kind != "NAME":
            return lexeme.kind, 1
        word = lexeme.text.upper()
        if word in self._phrases:
            rest, terminal = self._phrases[word]
            if self._words_follow(index, rest) and self._table.shift(stack, terminal) is not None:
                return terminal, 1 + len(rest)
        row = self._table.row(stack[-1])
        if (
            word == "TO"
            and self._between_units(index)
            and self._table.shift(stack, "UNIT_TO") is not None
        ):
            return "UNIT_TO", 1
        keyword = self._keywords.get(word)
        if "VARIABLE" in row and self._table.shift(stack, "VARIABLE") is not None:
            return word if word in PATTERN_WORDS else "VARIABLE", 1
        if keyword is not None and (
            word in RESERVED or self._is_keyword(index, keyword, stack, row)
        ):
            return keyword, 1
        if "ALIAS" not in row or self._table.shift(stack, "ALIAS") is None:
            return "NAME", 1
        return (keyword or word if word in NEVER_BARE_ALIAS else "ALIAS"), 1

    def _is_keyword(
        self, index: int, keyword: str, stack: Sequence[Any], row: Mapping[str, Any]
    ) -> bool:
        after = self._table.shift(stack, keyword) if keyword in row else None
        if after is None:
            return False
        if not any(
            name in row and self._table.shift(stack, name) is not None for name in ("NAME", "ALIAS")
        ):
            return True
        if keyword == "INTERVAL" and self._kind(index + 1) == "SIGN":
            # `interval - 1` and `interval - 'a'` take something away from a column.
            return self._kind(index + 2) == "STRING" and self._is_unit(index + 3)
        if keyword in BEFORE_CALLS and self._kind(index + 2) != "LPAR":
            return False
        if keyword in BEFORE_VARIABLES:
            return self._reads_on(index, stack, keyword, "NAME")
        if not self.can_follow(index + 1, self._table.row(after)):
            return False
        following = self._lexemes[index + 1].word if index + 1 < len(self._lexemes) else None
        next_keyword = self._keywords.get(following or "")
        return keyword not in BEFORE_NAMES or not (
            next_keyword and self._reads_on(index, stack, "NAME", next_keyword)
        )

    def _reads_on(self, index: int, stack: Sequence[Any], terminal: str, following: str) -> bool:
        """Say whether the lexeme at `index` can be `terminal` and the next one `following`."""
        read = list(stack)
        return (
            index + 1 < len(self._lexemes)
            and self._table.advance(read, terminal)
            and self._table.advance(read, following)
            and any(self.accepts(third, read) for third in self._terminals(index + 2))
        )

    def _terminals(self, index: int) -> tuple[str, ...]:
        """Return all that the lexeme at `index` may be, wherever it stands."""
        kind = self._kind(index)
        if kind != "NAME":
            return (kind,)
        word = self._lexemes[index].text.upper()
        return self._keywords.get(word, "NAME"), "NAME", "ALIAS"

    def _kind(self, index: int) -> str:
        return self._lexemes[index].kind if index < len(self._lexemes) else "$END"

    def accepts(self, terminal: str, stack: Sequence[Any]) -> bool:
        """Say whether `terminal` can come next."""
        return self._table.shift(stack, terminal) is not None

    def can_follow(self, index: int, row: Mapping[str, Any]) -> bool:
        """Say whether a state with the actions `row` could take the lexeme at `index`."""
        if index == len(self._lexemes):
            return "$END" in row
        lexeme = self._lexemes[index]
        if lexeme.kind != "NAME":
            return lexeme.kind in row
        word = lexeme.text.upper()
        if word in RESERVED:
            return self._keywords[word] in row
        return "NAME" in row or "ALIAS" in row or self._keywords.get(word) in row

    def _words_follow(self, index: int, words: tuple[str, ...]) -> bool:
        following = self._lexemes[index + 1 : index + 1 + len(words)]
        return tuple(lexeme.word for lexeme in following) == words

    def _between_units(self, index: int) -> bool:
        return index > 0 and self._is_unit(index - 1) and self._is_unit(index + 1)

    def _is_unit(self, index: int) -> bool:
        return index < len(self._lexemes) and unit(self._lexemes[index].text) is not None
