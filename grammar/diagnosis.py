"""What is wrong with a statement that the parser could not read, in the user's words."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import Any

from cep.errors import CepError, ParseError, Span
from cep.grammar.diagnosis_patterns import RowPatternMistake
from cep.grammar.lexer import Lexeme, Reader, Table
from cep.grammar.tables import Tables
from cep.grammar.words import NEVER_BARE_ALIAS, RESERVED, unit, words

ALIKE = 0.7
"""How alike a word must be to a keyword to be taken for its misspelling, as difflib counts."""

STATEMENT_WORDS = words(
    """
    ALTER ASSERT BACKTEST CHECKPOINT CREATE DELETE DESCRIBE DROP EXPLAIN INSERT REPLAY SELECT SET
    SHOW SILENCE START STOP SUBSCRIBE UNSILENCE UPDATE VALUES WITH
    """
)
# Reserved words that are hardly ever meant as a name.
CLAUSE_WORDS = words("AND AS FROM HAVING JOIN ON OR SELECT UNION USING WHERE WITH")
QUERY_CLAUSES = frozenset(("EMIT", "LATE", "ON_ERROR_STOP"))
OPENING = {"LPAR": "RPAR", "LSQB": "RSQB", "LBRACE": "RBRACE", "EXCLUDE": "EXCLUDED"}

# What can follow a complete value, beside clauses.
OPERATORS = words(
    """
    = <> != < <= > >= + - * / % || :: [ . AND OR IS IN NOT BETWEEN LIKE ILIKE SIMILAR AT OVER
    """
)
COMPARISONS = frozenset(("=", "<>", "!=", "<", "<=", ">", ">="))

# The order in which expectations are told, as far as it matters.
FIRST_TOLD = (",", ")", "]", "=", "(", "AND", "FROM", "WHERE", "GROUP BY", "ORDER BY", "AS")
TOLD = 5
"""How many expectations are told at most."""

CHARACTERS = {
    "`": "names are quoted with double quotes",
    "\u2018": "strings are written in straight quotes, 'like this'",
    "\u2019": "strings are written in straight quotes, 'like this'",
    "\u201c": 'names are quoted with straight quotes, "like this"',
    "\u201d": 'names are quoted with straight quotes, "like this"',
    "#": "comments begin with --",
    "&": "write AND",
    "|": "write || to concatenate, OR for the logical or",
    "!": "write NOT, or <> for unequal",
    "@": None,
    "…": "write out what the dots stand for",
}
"""Characters that mean nothing but are met often, with what is meant."""
PATTERN_SIGNS = frozenset("{}|!^$")
"""Those of them, and others, that mean something in a PATTERN."""


def diagnose(tables: Tables, lexemes: Sequence[Lexeme], index: int, start: str) -> CepError:
    """Return the error for a statement whose lexeme at `index` could not be read by rule `start`.

    An `index` behind the last lexeme stands for the end of the statement.
    """
    return _Diagnosis(tables, lexemes, index, start).error()


class _Diagnosis:
    """One failed statement; each method below knows one kind of mistake."""

    def __init__(self, tables: Tables, lexemes: Sequence[Lexeme], index: int, start: str) -> None:
        self._tables = tables
        self._lexemes = lexemes
        self._index = index
        self._found = lexemes[index] if index < len(lexemes) else None
        self._table = Table(tables.configuration(start))
        self._reader = Reader(tables, lexemes, self._table)
        self._stacks = self._replay()
        self._accepted = self._table.accepted(self._stacks[index])
        self._row_pattern = RowPatternMistake(lexemes, index, self._opened(index), self._accepted)
        self._spelled = {tables.spelling.get(name, name) for name in self._accepted}

    def _replay(self) -> dict[int, list[Any]]:
        """Return the parser's stack before the lexeme that failed and the two before it."""
        stack = [self._table.start]
        kept = {}
        index = 0
        while index < self._index:
            if index >= self._index - 2:
                kept[index] = list(stack)
            terminal, count = self._reader.read(index, stack)
            self._table.advance(stack, terminal)
            index += count
        kept[self._index] = stack
        return kept

    def error(self) -> CepError:
        """Return the first diagnosis that fits."""
        return (
            self._character()
            or self._missing_semicolon()
            or self._closing_bracket()
            or self._misspelt()
            or self._trailing_comma()
            or self._row_pattern.error()
            or self._open_bracket()
            or self._particular()
            or self._unexpected()
        )

    # ---- what the lexer met

    def _character(self) -> CepError | None:
        found = self._found
        if found is not None and found.text in PATTERN_SIGNS and not self._row_pattern.inside:
            return self._meaningless(found)
        if found is None or found.kind != "ERROR":
            return None
        if found.text[0].isdecimal() or found.text[0] == ".":
            return self._at(found, f"{_short(found.text)} is neither a number nor a name")
        if found.text == "/*":
            return self._at(found, "this comment is never closed", "comments end with */")
        if found.text == "'":
            hint = "a quote within a string is written twice, ''"
            return self._at(found, "this string is never closed", hint)
        if found.text == '"' and found.end - found.start == 1:
            return self._at(found, "a quoted name cannot be empty")
        if found.text == '"':
            hint = 'strings are written in single quotes; a quote within a name twice, ""'
            return self._at(found, "this quoted name is never closed", hint)
        return self._meaningless(found)

    def _meaningless(self, found: Lexeme) -> CepError:
        shown = found.text if found.text.isprintable() else f"U+{ord(found.text):04X}"
        message = f"the character {shown} has no meaning here"
        meant = self._row_pattern.hint() if self._row_pattern.inside else None
        return self._at(found, message, meant or CHARACTERS.get(found.text))

    # ---- what is missing between statements or brackets

    def _missing_semicolon(self) -> CepError | None:
        for index in self._suspects():
            word = self._lexemes[index].word
            if index == 0 or word not in STATEMENT_WORDS:
                continue
            if self._table.shift(self._stacks[index], "$END") is None:
                continue
            after = self._beginning(word)
            if after is not None and self._reader.can_follow(index + 1, after):
                end = self._lexemes[index - 1].end
                return ParseError(f"missing ';' before {word}", span=Span(end, end))
        return None

    def _beginning(self, word: str) -> Any:
        """Return what can follow a statement's first word."""
        table = Table(self._tables.configuration("statement"))
        state = table.shift([table.start], self._tables.keywords[word])
        return None if state is None else table.row(state)

    def _closing_bracket(self) -> CepError | None:
        found = self._found
        if found is None or found.kind not in OPENING.values():
            return None
        opened = self._opened(self._index)
        if not opened:
            return self._at(found, f"this '{found.text}' closes nothing")
        opening = self._lexemes[opened[-1]]
        if OPENING[opening.kind] != found.kind:
            return self._at(found, f"this '{found.text}' does not close the '{opening.text}'")
        return None

    def _open_bracket(self) -> CepError | None:
        opened = self._opened(self._index)
        if not opened:
            return None
        bracket = opened[-1]
        opening = self._lexemes[bracket]
        if self._found is not None and (
            bracket not in self._opened(len(self._lexemes))
            or OPENING[opening.kind] not in self._accepted
        ):
            return None
        return self._at(opening, f"this '{opening.text}' is never closed")

    def _opened(self, end: int) -> list[int]:
        """Return the brackets that are open before the lexeme at `end`, outermost first."""
        opened: list[int] = []
        for index, lexeme in enumerate(self._lexemes[:end]):
            if lexeme.kind in OPENING:
                opened.append(index)
            elif opened and lexeme.kind == OPENING[self._lexemes[opened[-1]].kind]:
                opened.pop()
        return opened

    def _trailing_comma(self) -> CepError | None:
        if self._index == 0 or self._lexemes[self._index - 1].kind != "COMMA":
            return None
        found = self._found
        if found is None or found.kind in OPENING.values() or found.word in RESERVED:
            comma = self._lexemes[self._index - 1]
            hint = "remove it, or write what is missing after it"
            return self._at(comma, "nothing follows this ','", hint)
        return None

    # ---- misspelt keywords

    def _suspects(self) -> Iterator[int]:
        """Yield the places where the mistake may lie: where it was noticed, and just before."""
        for index in range(self._index, -1, -1):
            if index in self._stacks and index < len(self._lexemes):
                yield index

    def _misspelt(self) -> CepError | None:
        for index in self._suspects():
            lexeme = self._lexemes[index]
            if lexeme.word is None or lexeme.word in self._tables.keywords:
                continue
            for keyword in self._alike(index, lexeme.word):
                hint = f"did you mean {keyword}?"
                return self._at(lexeme, f"unexpected {_short(lexeme.text)}", hint)
        return None

    def _alike(self, index: int, word: str) -> list[str]:
        """Return the keywords like `word` that could stand at `index`, the likest first."""
        stack = self._stacks[index]
        words = [
            keyword
            for keyword, terminal in self._tables.keywords.items()
            if (after := self._table.shift(stack, terminal)) is not None
            and self._reader.can_follow(index + 1, self._table.row(after))
        ]
        return difflib.get_close_matches(word, words, n=1, cutoff=ALIKE)

    # ---- everything else

    def _particular(self) -> CepError | None:
        found = self._found
        before = self._lexemes[self._index - 1] if self._index else None
        if found and before and found.text == before.text == "=" and before.end == found.start:
            return self._at(found, "'==' is not an operator", "equality is written =")
        if found and found.text in COMPARISONS and "IS" in self._accepted:
            hint = "write a < b AND b < c"
            return self._at(found, f"unexpected '{found.text}', comparisons do not chain", hint)
        if found and found.word in QUERY_CLAUSES and self._opened(self._index):
            return self._at(found, f"{found.word} belongs to the end of the outermost query")
        if found and before and before.kind in ("NUMBER", "STRING") and unit(found.text):
            length = before.text.strip("'")
            hint = f"an interval is written INTERVAL '{length}' {found.text.upper()}"
            return self._at(found, f"unexpected {found.text.upper()}", hint)
        if found and found.kind == "NUMBER" and before and before.text.upper() == "INTERVAL":
            following = self._lexemes[self._index + 1 : self._index + 2]
            named = following[0].text.upper() if following and unit(following[0].text) else "SECOND"
            hint = f"its length stands in quotes: INTERVAL '{found.text}' {named}"
            return self._at(found, f"unexpected number {found.text} behind INTERVAL", hint)
        if found and found.word == "GROUPS" and {"ROWS", "RANGE"} <= self._accepted:
            return self._at(found, "a frame of GROUPS is not there", "a frame is ROWS or RANGE")
        if found and found.word == "EXCLUDE" and "PATTERN" in self._accepted:
            hint = "take the row's own value off: SUM(x) OVER (…) - x"
            return self._at(found, "a frame has all its rows: nothing is excluded", hint)
        if "MATCH_CONDITION" in self._accepted:
            return self._here("an ASOF JOIN needs MATCH_CONDITION (…)")
        if {"ON", "USING"} <= self._accepted:
            return self._here("a JOIN needs a condition", "write ON … or USING (…) after it")
        return None

    def _unexpected(self) -> CepError:
        expected = self._expected()
        told = ", ".join(expected[:-1]) + " or " + expected[-1] if expected[1:] else expected[0]
        if len(expected) > TOLD:
            told = ", ".join(expected[:TOLD]) + ", …"
        hint = self._row_pattern.hint() or self._name_hint()
        return self._here(f"unexpected {self._describe()}, expected {told}", hint)

    def _name_hint(self) -> str | None:
        """Return how to write a keyword that may have been meant as a name."""
        found = self._found
        before = self._lexemes[self._index - 1] if self._index else None
        if found is not None and found.word in RESERVED and "NAME" in self._accepted:
            named = before is not None and before.text.upper() in (".", "AS")
            if named or found.word not in CLAUSE_WORDS:
                return f'a name like this is written in double quotes, "{found.text.lower()}"'
        if before is not None and before.word in NEVER_BARE_ALIAS:
            stack = self._stacks.get(self._index - 1)
            if stack is not None and self._table.shift(stack, "ALIAS") is not None:
                return f"if {before.text} is to be an alias, write AS before it"
        return None

    def _expected(self) -> list[str]:
        """Return what could have come, in words, the most telling first."""
        spelled = set(self._spelled)
        if "VARIABLE" in spelled:
            return self._expected_in_pattern()
        told: list[str] = []
        if {"NUMBER", "CASE"} <= spelled:
            told.append("a column name or expression")
            spelled -= self._expression_starts()
            if {"SELECT", "VALUES"} <= spelled:
                told = ["an expression", "a query"]
                spelled -= {"SELECT", "VALUES", "WITH"}
        elif {"NAME", "ARRAY", "DOUBLE"} <= spelled:
            told.append("a type")
            spelled -= {"NAME", "ARRAY", "MAP", "ROW", "INTERVAL", "DOUBLE", "TIMESTAMP"}
        elif {"CREATE", "DROP"} <= spelled:
            return ["a statement such as SELECT or CREATE"]
        elif {"SELECT", "VALUES"} <= spelled:
            told.append("a query")
            spelled -= {"SELECT", "VALUES", "WITH", "("}
        elif self._after_interval():
            return ["a unit such as DAY, HOUR or SECOND"]
        elif "NAME" in spelled:
            told.append("a name")
        if "STRING" in spelled:
            told.append("a string")
        if "NUMBER" in spelled:
            told.append("a number")
        operator = "||" in spelled
        if operator:
            # Within BETWEEN an AND is more than an operator.
            spelled -= OPERATORS - ({"AND"} if "OR" not in spelled else set()) | {"("}
        spelled -= {"NAME", "QUOTED_NAME", "STRING", "NUMBER", "UNIT_TO", "SIGN", "."}
        end = "$END" in spelled
        clauses = sorted(
            {self._spell(word) for word in spelled - {"$END", "ALIAS"}},
            key=lambda word: (_rank(word), word),
        )
        told.extend(clauses[: TOLD + 1])
        if operator:
            told.insert(min(len(told), TOLD - 2), "an operator")
        if end:
            told.insert(min(len(told), TOLD - 1), "the end of the statement")
        return told or ["something else"]

    def _expected_in_pattern(self) -> list[str]:
        """Return what could have come in a PATTERN."""
        if "|" not in self._spelled:
            return ["a pattern variable", "'('"]
        closing = [f"'{sign}'" for sign in (",", ")", "-}") if sign in self._spelled]
        repeated = ["a quantifier"] if "*" in self._spelled else []
        return ["a pattern variable", *repeated, "an arrow", "'|'", *closing]

    def _expression_starts(self) -> set[str]:
        table = Table(self._tables.configuration("expression"))
        accepted = table.accepted([table.start])
        return {self._tables.spelling.get(name, name) for name in accepted}

    def _after_interval(self) -> bool:
        words = [lexeme.word for lexeme in self._lexemes[max(0, self._index - 3) : self._index]]
        return "INTERVAL" in words and self._accepted <= {"NAME"}

    def _spell(self, name: str) -> str:
        if name in ("GROUP", "ORDER"):
            return f"{name} BY"
        return name if name[0].isalpha() else f"'{name}'"

    def _describe(self) -> str:
        found = self._found
        if found is None:
            return "end of the statement"
        if found.kind == "NAME":
            word = found.text.upper()
            return word if word in self._tables.keywords else _short(found.text)
        if found.kind == "STRING":
            return f"string {_short(found.text)}"
        if found.kind == "NUMBER":
            return f"number {_short(found.text)}"
        return _short(found.text) if found.kind == "QUOTED_NAME" else f"'{_short(found.text)}'"

    def _here(self, message: str, hint: str | None = None) -> CepError:
        if self._found is not None:
            return self._at(self._found, message, hint)
        end = self._lexemes[-1].end if self._lexemes else 0
        return ParseError(message, span=Span(end, end), hint=hint)

    def _at(self, lexeme: Lexeme, message: str, hint: str | None = None) -> CepError:
        return ParseError(message, span=_span(lexeme), hint=hint)


def _span(lexeme: Lexeme) -> Span:
    return Span(lexeme.start, lexeme.end)


def _rank(word: str) -> int:
    bare = word.strip("'")
    return FIRST_TOLD.index(bare) if bare in FIRST_TOLD else len(FIRST_TOLD)


def _short(text: str, width: int = 40) -> str:
    text = text.split("\n", maxsplit=1)[0]
    return text if len(text) <= width else text[: width - 1] + "…"
