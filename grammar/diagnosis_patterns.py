"""What is wrong with a row pattern that the parser could not read."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence, Set

from cep.errors import ParseError, Span
from cep.grammar.lexer import Lexeme
from cep.grammar.words import RESERVED

CLAUSES = {
    "PARTITION": "PARTITION BY",
    "ORDER": "ORDER BY",
    "MEASURES": "MEASURES",
    "ONE": "ONE ROW PER MATCH",
    "ALL": "ALL ROWS PER MATCH",
    "ROWS": "ROWS BETWEEN",
    "RANGE": "RANGE BETWEEN",
    "AFTER": "AFTER MATCH",
    "INITIAL": "INITIAL",
    "SEEK": "SEEK",
    "PATTERN": "PATTERN",
    "WITHIN": "WITHIN",
    "SUBSET": "SUBSET",
    "DEFINE": "DEFINE",
}
"""The word that begins a clause, and the clause as it is called in a message."""
AFTER_PATTERN = ("WITHIN", "SUBSET", "DEFINE")
RANKS = {word: rank for rank, word in enumerate(CLAUSES)} | {"ALL": 3, "RANGE": 5, "SEEK": 8}
FRAMES = ("ROWS", "RANGE")
FRAMED = frozenset(("PARTITION", "ORDER", *FRAMES))
OUTPUTS = ("ONE", "ALL")
SECOND = {
    "PARTITION": ("BY",),
    "ORDER": ("BY",),
    "ONE": ("ROW", "ROWS"),
    "ALL": ("ROW", "ROWS"),
    "ROWS": ("BETWEEN", "UNBOUNDED", "CURRENT"),
    "RANGE": ("BETWEEN", "UNBOUNDED", "CURRENT"),
    "AFTER": ("MATCH",),
    "INITIAL": ("PATTERN",),
    "SEEK": ("PATTERN",),
    "PATTERN": ("(",),
}
"""What follows the first word of a clause, if it is to be a clause and not a name."""

ORDER = "PARTITION BY, ORDER BY, MEASURES, {}, AFTER MATCH, PATTERN, WITHIN, SUBSET, DEFINE"
IN_FROM = f"the order is {ORDER.format('ONE ROW or ALL ROWS PER MATCH')}"
IN_WINDOW = f"the order is {ORDER.format('ROWS BETWEEN …')}".replace(
    "PATTERN", "INITIAL or SEEK, PATTERN"
)
IN_PLAIN_WINDOW = "the order is PARTITION BY, ORDER BY, ROWS BETWEEN …"
SKIPS = "write SKIP PAST LAST ROW, SKIP TO NEXT ROW, SKIP TO [FIRST | LAST] variable, or NO SKIP"
ROWS_PER_MATCH = (
    "write ONE ROW PER MATCH [WITH TIMEOUT ROWS], or ALL ROWS PER MATCH"
    " [SHOW EMPTY MATCHES | OMIT EMPTY MATCHES | WITH UNMATCHED ROWS]"
)
DEFINITION = "write DEFINE variable AS condition"
TIMES = "how often is written {2}, {2,}, {2,5} or {,5}"
CONDITIONS = "a PATTERN holds variables; what is said of their rows belongs in DEFINE"

SIGN_HINTS = {
    ",": "what follows in the next row is written without a comma: A B",
    "&": CONDITIONS,
    "||": "alternatives are written with one sign: A | B",
    "[": TIMES,
    ">": "arrows are written -> and ->>",
    "=>": "arrows are written -> and ->>",
    ">=": "arrows are written -> and ->>",
}
"""Signs that mean nothing in a PATTERN, with what is meant."""
BINARY = frozenset(("->", "->>", "|"))


class RowPatternMistake:
    """One failed statement, looked at where a row pattern is written in it."""

    def __init__(
        self, lexemes: Sequence[Lexeme], index: int, opened: Sequence[int], accepted: Set[str]
    ) -> None:
        """Look at the lexeme at `index`, with the brackets `opened` before it.

        `accepted` are the terminals that could have stood there.
        """
        self._lexemes = lexemes
        self._index = index
        self._opened = opened
        self._accepted = accepted
        self._found = lexemes[index] if index < len(lexemes) else None
        self._before = lexemes[index - 1] if index else None

    def error(self) -> ParseError | None:
        """Return what is wrong, or None where it is nothing of a row pattern."""
        return (
            self._around() or self._in_braces() or (self._in_pattern() if self.inside else None)
        ) or self._in_clauses()

    @property
    def inside(self) -> bool:
        """Whether the mistake lies in the parentheses of a PATTERN."""
        return self._pattern() is not None

    def hint(self) -> str | None:
        """Return a hint for what was merely unexpected."""
        before = self._before.word if self._before else None
        if before in ("FINAL", "RUNNING") and {"AS", "OVER"} <= self._accepted:
            return f"{before} stands before a call, as in {before} LAST(a.x)"
        if before == "MATCH_RECOGNIZE" and self._accepted == {"LPAR"}:
            return "its clauses stand in parentheses: MATCH_RECOGNIZE (… PATTERN (…) DEFINE …)"
        if self.inside:
            return self._pattern_hint()
        bracket = self._clauses_of()
        if bracket is None:
            return None
        if before == "DEFINE":
            return DEFINITION
        seen = self._index - (before == "PATTERN")
        last = self._clause([index for index in self._begun(bracket) if index < seen])
        found = self._found.word if self._found else None
        if last == "AFTER" and ("PATTERN" not in self._accepted or before == "PATTERN"):
            return SKIPS
        if last in OUTPUTS and (
            "PATTERN" not in self._accepted or found in ("SHOW", "OMIT", "WITH")
        ):
            return ROWS_PER_MATCH
        return "write AFTER MATCH before it" if found in ("SKIP", "NO") else None

    def _clause(self, begun: Sequence[int]) -> str | None:
        """Return the word of the last of the clauses that begin so."""
        return self._word(begun[-1]) if begun else None

    # ---- what stands around

    def _around(self) -> ParseError | None:
        if self._accepted == {"MATCH_RECOGNIZE"}:
            hint = "for a join, leave the parentheses out: FROM a, b"
            return self._here("several tables in parentheses need MATCH_RECOGNIZE (…)", hint)
        if self._found is not None and self._found.word == "MATCH_RECOGNIZE":
            hint = "what is joined or filtered before is a query: FROM (SELECT …) MATCH_RECOGNIZE"
            return self._here("MATCH_RECOGNIZE stands behind one table or query", hint)
        for bracket in self._opened:
            word = self._word(bracket - 1)
            if word and word != "MATCH_RECOGNIZE" and _alike(word, "MATCH_RECOGNIZE"):
                found = self._lexemes[bracket - 1]
                return _at(found, f"unexpected {found.text}", "did you mean MATCH_RECOGNIZE?")
        return self._outside()

    def _outside(self) -> ParseError | None:
        """Find a clause that was written behind the parentheses, and taken for an alias."""
        place = self._index - 1
        if self._word(place) not in CLAUSES or self._text(place - 1) != ")":
            return None
        depth = 0
        for index in range(place - 1, 0, -1):
            depth += (self._text(index) == ")") - (self._text(index) == "(")
            if depth == 0:
                if self._word(index - 1) != "MATCH_RECOGNIZE":
                    return None
                clause = self._lexemes[place]
                message = f"{clause.word} stands inside the parentheses of MATCH_RECOGNIZE"
                return _at(clause, message)
        return None

    # ---- the clauses

    def _in_clauses(self) -> ParseError | None:
        bracket = self._clauses_of()
        if bracket is None:
            return None
        begun = list(self._begun(bracket))
        return (
            self._comma(begun)
            or self._out_of_order(bracket, begun)
            or self._without_pattern(bracket, begun)
            or self._within_clause(begun)
        )

    def _clauses_of(self) -> int | None:
        """Return the innermost bracket, if it holds the clauses of a row pattern."""
        if not self._opened:
            return None
        bracket = self._opened[-1]
        before = self._word(bracket - 1)
        if before == "AS":
            words = [lexeme.word for lexeme in self._lexemes[:bracket]]
            return bracket if "WINDOW" in words else None
        return bracket if before in ("MATCH_RECOGNIZE", "OVER") else None

    def _begun(self, bracket: int) -> Iterator[int]:
        """Yield the first words of the clauses that stand in a bracket, up to the mistake."""
        depth = 0
        for index in range(bracket + 1, min(self._index + 1, len(self._lexemes))):
            text = self._text(index)
            depth += (text in ("(", "[")) - (text in (")", "]"))
            if depth == 0 and self._begins(index, bracket):
                yield index

    def _begins(self, index: int, bracket: int) -> bool:
        word = self._word(index)
        window = self._word(bracket - 1) != "MATCH_RECOGNIZE"
        if word not in CLAUSES or (word in FRAMES and not window):
            return False
        if word in SECOND:
            following = self._text(index + 1).upper()
            return following in SECOND[word] or index + 1 == self._index
        before = self._lexemes[index - 1]
        ended = before.kind in ("NAME", "QUOTED_NAME", "NUMBER", "STRING", "RPAR", "RSQB")
        begins = index == bracket + 1 or (ended and before.word not in RESERVED - {"NULL", "TRUE"})
        return begins and self._kind(index + 1) not in ("", "COMMA", "DOT", "RPAR")

    def _comma(self, begun: Sequence[int]) -> ParseError | None:
        for index in begun:
            if self._text(index - 1) == ",":
                hint = "remove it, or write what is missing after it"
                return _at(self._lexemes[index - 1], "nothing follows this ','", hint)
        return None

    def _out_of_order(self, bracket: int, begun: Sequence[int]) -> ParseError | None:
        if not begun or begun[-1] != self._index:
            return None
        window = self._word(bracket - 1) != "MATCH_RECOGNIZE"
        word = self._lexemes[self._index].word
        assert word is not None
        clause = CLAUSES[word]
        if word in OUTPUTS and window:
            return self._here(f"{clause} has no place in a window: each row says one")
        earlier = [self._lexemes[index].word or "" for index in begun[:-1]]
        plain = FRAMED.issuperset([word, *earlier])
        order = (IN_PLAIN_WINDOW if plain else IN_WINDOW) if window else IN_FROM
        for other in earlier:
            if RANKS[other] == RANKS[word]:
                if other == word:
                    return self._here(f"{clause} is written twice")
                return self._here(f"{CLAUSES[other]} is written already, so {clause} cannot be")
            if RANKS[other] > RANKS[word]:
                return self._here(f"{clause} belongs before {CLAUSES[other]}", order)
        return None

    def _without_pattern(self, bracket: int, begun: Sequence[int]) -> ParseError | None:
        words = {self._lexemes[index].word for index in begun}
        if "PATTERN" in words or self._found is None:
            return None
        ended = self._found.kind == "RPAR" and self._word(bracket - 1) == "MATCH_RECOGNIZE"
        if ended or (begun and begun[-1] == self._index and self._found.word in AFTER_PATTERN):
            where = f"write it before {self._found.word}" if self._found.word else None
            return self._here("a PATTERN (…) is missing", where or IN_FROM)
        return None

    def _within_clause(self, begun: Sequence[int]) -> ParseError | None:
        last = self._clause([index for index in begun if index < self._index])
        before = self._before.word if self._before else None
        named = self._found is not None and self._found.kind in ("NAME", "QUOTED_NAME")
        if before == "PATTERN" and self._accepted == {"LPAR"}:
            return self._here("a pattern stands in parentheses", "write PATTERN (A B)")
        if last == "MEASURES" and "AS" in self._accepted and before not in ("FINAL", "RUNNING"):
            return self._here("a measure needs a name", "write MEASURES expression AS name")
        if last == "DEFINE" and self._accepted == {"AS"}:
            return self._here(f"unexpected {_shown(self._found)}, expected AS", DEFINITION)
        if last == "SUBSET" and self._accepted <= {"LPAR", "EQUAL"}:
            sign = "'('" if "LPAR" in self._accepted else "'='"
            hint = "write SUBSET name = (variable, variable)"
            return self._here(f"unexpected {_shown(self._found)}, expected {sign}", hint)
        if last in ("MEASURES", "SUBSET", "DEFINE") and named and "COMMA" in self._accepted:
            assert self._before is not None
            end = self._before.end
            return ParseError(f"missing ',' before {_shown(self._found)}", span=Span(end, end))
        return None

    # ---- PATTERN (…)

    def _pattern(self) -> int | None:
        for bracket in reversed(self._opened):
            if self._word(bracket - 1) == "PATTERN":
                return bracket
        return None

    def _in_braces(self) -> ParseError | None:
        if not self.inside or self._lexemes[self._opened[-1]].kind != "LBRACE":
            return None
        return self._here(f"unexpected {_shown(self._found)}", TIMES)

    def _in_pattern(self) -> ParseError | None:
        found, before = self._found, self._before
        if error := self._never_closed():
            return error
        if before is not None and before.word == "PERMUTE" and self._accepted == {"LPAR"}:
            return self._here("PERMUTE takes its parts in parentheses", "write PERMUTE(A, B)")
        if found is None or before is None or "VARIABLE" not in self._accepted:
            return None
        if found.word == "WITHIN":
            whole = "for the whole match, write it after PATTERN (…)"
            return self._here("in a PATTERN, WITHIN belongs to an arrow", whole)
        if "STAR" in self._accepted:
            return None
        empty = "what matches no row is written ()"
        if found.text in ("*", "+", "?", "{"):
            times = "{2}" if found.text == "{" else found.text
            return self._here(
                f"nothing stands before this '{found.text}'",
                f"write it behind what is repeated: A{times}",
            )
        if found.text in BINARY:
            hint = empty if found.text == "|" else None
            return self._here(f"nothing stands before this '{found.text}'", hint)
        if found.kind in ("RPAR", "EXCLUDED") and before.text in (*BINARY, "!"):
            hint = empty if before.text == "|" else None
            return _at(before, f"nothing follows this '{before.text}'", hint)
        if found.kind in ("RPAR", "EXCLUDED") and before.kind in ("LPAR", "EXCLUDE"):
            return self._here("this holds no pattern", f"{empty}, as in PATTERN (())")
        return None

    def _never_closed(self) -> ParseError | None:
        """Find the clause that was read as variables of a PATTERN that does not end."""
        pattern = self._pattern()
        assert pattern is not None
        for index in range(pattern + 1, self._index):
            sign = self._text(index + 2).upper()
            if (self._word(index), sign) in (("DEFINE", "AS"), ("SUBSET", "=")):
                opening = self._lexemes[self._opened[-1]]
                return _at(opening, f"this '{opening.text}' is never closed")
        return None

    def _pattern_hint(self) -> str | None:
        found = self._found
        if found is None or not {"VARIABLE", "ARROW"} & self._accepted:
            return None
        if "VARIABLE" not in self._accepted:
            return "a step with WITHIN that goes on needs parentheses: (A -> B WITHIN …) C"
        if found.kind == "NUMBER":
            return TIMES
        return SIGN_HINTS.get(found.text, CONDITIONS if found.kind != "RPAR" else None)

    # ---- lexemes

    def _word(self, index: int) -> str | None:
        return self._lexemes[index].word if 0 <= index < len(self._lexemes) else None

    def _text(self, index: int) -> str:
        return self._lexemes[index].text if 0 <= index < len(self._lexemes) else ""

    def _kind(self, index: int) -> str:
        return self._lexemes[index].kind if 0 <= index < len(self._lexemes) else ""

    def _here(self, message: str, hint: str | None = None) -> ParseError:
        if self._found is not None:
            return _at(self._found, message, hint)
        end = self._lexemes[-1].end
        return ParseError(message, span=Span(end, end), hint=hint)


def _at(lexeme: Lexeme, message: str, hint: str | None = None) -> ParseError:
    return ParseError(message, span=Span(lexeme.start, lexeme.end), hint=hint)


def _shown(lexeme: Lexeme | None) -> str:
    if lexeme is None:
        return "end of the statement"
    text = lexeme.text.split("\n", maxsplit=1)[0][:40]
    return text if lexeme.kind in ("NAME", "QUOTED_NAME") else f"'{text}'"


def _alike(word: str, keyword: str) -> bool:
    return difflib.SequenceMatcher(None, word, keyword).ratio() > 0.85
