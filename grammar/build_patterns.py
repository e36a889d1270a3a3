"""The rules of row patterns."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lark import Token

from cep.errors import ParseError, Span
from cep.grammar import ast
from cep.grammar.walk import walk

MAX_TIMES = 999_999_999

Flag = Token | None
"""A word that may be missing."""


@dataclass(frozen=True)
class Quantifier:
    """How often, as it was written after what it repeats."""

    text: str
    minimum: int
    maximum: int | None
    span: Span


class PatternRules:
    """What the rules of row patterns make; `_measure` belongs to the rule `measure`."""

    # ---- the clauses

    def _match_recognize(
        self,
        span: Span,
        sources: tuple[ast.Relation, ...],
        partition_by: tuple[ast.Expression, ...] | None,
        order_by: tuple[ast.OrderItem, ...],
        measures: tuple[ast.Measure, ...],
        rows_per_match: ast.RowsPerMatch | None,
        row_pattern: ast.RowPattern,
        alias: ast.Alias | None,
    ) -> ast.MatchRecognize:
        first = measures[0] if measures else rows_per_match or row_pattern
        row_pattern = replace(
            row_pattern,
            measures=measures,
            rows_per_match=rows_per_match,
            span=first.span.to(row_pattern.span),
        )
        return ast.MatchRecognize(
            sources, partition_by or (), order_by, row_pattern, alias, span=span
        )

    def _pattern_input(self, span: Span, *sources: ast.Relation) -> tuple[ast.Relation, ...]:
        return sources

    def _measures(self, span: Span, *measures: ast.Measure) -> tuple[ast.Measure, ...]:
        return measures

    def _measure(self, span: Span, expression: ast.Expression, name: ast.Name) -> ast.Measure:
        return ast.Measure(expression, name, span=span)

    def _semantics(self, span: Span, word: Token, call: ast.Call) -> ast.Semantics:
        return ast.Semantics(word.lower(), call, span=span)

    def _one_row(self, span: Span, timeouts: Flag) -> ast.RowsPerMatch:
        return ast.RowsPerMatch("one", timeouts=timeouts is not None, span=span)

    def _all_rows(self, span: Span, empty: Flag) -> ast.RowsPerMatch:
        return ast.RowsPerMatch("all", None if empty is None else empty.lower(), span=span)

    def _row_pattern(
        self,
        span: Span,
        after_match: ast.AfterMatch | None,
        start: Flag,
        pattern: ast.Pattern,
        within: ast.Expression | None,
        subsets: tuple[ast.Subset, ...],
        definitions: tuple[ast.Definition, ...],
    ) -> ast.RowPattern:
        return ast.RowPattern(
            _present(pattern),
            after_match=after_match,
            start=None if start is None else start.lower(),
            within=within,
            subsets=subsets,
            definitions=definitions,
            span=span,
        )

    def _after_match(
        self, span: Span, first: Token | ast.Name, variable: ast.Name | None = None
    ) -> ast.AfterMatch:
        if isinstance(first, ast.Name):
            return ast.AfterMatch("to last", first, span=span)
        word = first.upper()
        kind = {"PAST": "past last row", "NEXT": "to next row", "NO": "no skip"}.get(word)
        return ast.AfterMatch(kind or f"to {word.lower()}", variable, span=span)

    def _subsets(self, span: Span, *subsets: ast.Subset) -> tuple[ast.Subset, ...]:
        return subsets

    def _subset(self, span: Span, name: ast.Name, variables: tuple[ast.Name, ...]) -> ast.Subset:
        return ast.Subset(name, variables, span=span)

    def _definitions(self, span: Span, *definitions: ast.Definition) -> tuple[ast.Definition, ...]:
        return definitions

    def _definition(
        self, span: Span, variable: ast.Name, condition: ast.Expression
    ) -> ast.Definition:
        return ast.Definition(variable, condition, span=span)

    # ---- PATTERN (…)

    def _pattern_alternation(
        self, span: Span, *alternatives: ast.Pattern
    ) -> ast.PatternAlternation:
        return ast.PatternAlternation(tuple(map(_present, alternatives)), span=span)

    def _followed_by(
        self,
        span: Span,
        left: ast.Pattern,
        arrow: Token,
        right: ast.Pattern,
        within: ast.Expression | None,
    ) -> ast.FollowedBy:
        for node in walk(within) if within else ():
            if isinstance(node, ast.Parameter):
                raise ParseError(
                    "a PATTERN takes no parameters",
                    span=node.span,
                    hint="write the interval out: WITHIN INTERVAL '5' MINUTE",
                )
        return ast.FollowedBy(_present(left), right, arrow == "->>", within, span=span)

    def _pattern_concatenation(self, span: Span, *parts: ast.Pattern) -> ast.PatternConcatenation:
        return ast.PatternConcatenation(tuple(map(_present, parts)), span=span)

    def _quantified(
        self, span: Span, operand: ast.Pattern, *quantifiers: Quantifier
    ) -> ast.Quantified:
        first, *rest = quantifiers
        if isinstance(operand, ast.Absence):
            raise ParseError(
                "what is absent is not repeated",
                span=first.span,
                hint="A -> !B -> C says that no row between A and C is a B",
            )
        reluctant = bool(rest) and rest[0].text == "?"
        if len(rest) > reluctant:
            outer = rest[reluctant]
            inner = first.text + "?" * reluctant
            raise ParseError(
                f"'{outer.text}' repeats what is repeated already",
                span=outer.span,
                hint=f"if that is meant, use parentheses: (A{inner}){outer.text}",
            )
        return ast.Quantified(operand, first.minimum, first.maximum, reluctant, span=span)

    def _quantifier(self, span: Span, sign: Token) -> Quantifier:
        if sign == "-":
            raise ParseError(
                "a '-' alone means nothing in a pattern",
                span=span,
                hint="an arrow is written ->, rows to leave out {- A -}",
            )
        return Quantifier(str(sign), int(sign == "+"), 1 if sign == "?" else None, span)

    def _times(self, span: Span, times: ast.NumberLiteral) -> Quantifier:
        number = _whole(times)
        return Quantifier(f"{{{number}}}", number, number, span)

    def _times_between(
        self, span: Span, least: ast.NumberLiteral | None, most: ast.NumberLiteral | None
    ) -> Quantifier:
        minimum = _whole(least) if least else 0
        maximum = _whole(most) if most else None
        text = f"{{{minimum or ''},{'' if maximum is None else maximum}}}"
        return Quantifier(text, minimum, maximum, span)

    def _variable(self, span: Span, name: ast.Name) -> ast.PatternVariable:
        return ast.PatternVariable(name, span=span)

    def _anchor(self, span: Span, sign: Token) -> ast.Anchor:
        return ast.Anchor(str(sign), span=span)

    def _empty_pattern(self, span: Span) -> ast.EmptyPattern:
        return ast.EmptyPattern(span=span)

    def _pattern_group(self, span: Span, pattern: ast.Pattern) -> ast.Pattern:
        return _present(pattern)

    def _permutation(self, span: Span, *parts: ast.Pattern) -> ast.Permutation:
        return ast.Permutation(tuple(map(_present, parts)), span=span)

    def _exclusion(self, span: Span, pattern: ast.Pattern) -> ast.Exclusion:
        return ast.Exclusion(_present(pattern), span=span)

    def _absence(self, span: Span, operand: ast.Pattern) -> ast.Absence:
        if not isinstance(operand, ast.PatternVariable):
            raise ParseError(
                "only a variable can be absent",
                span=span,
                hint="DEFINE one variable by all that must not come, and write ! before it",
            )
        return ast.Absence(operand.name, span=span)


def _present(pattern: ast.Pattern) -> ast.Pattern:
    """Return a part of a pattern; refuse `!B`, which only stands at the right of an arrow."""
    if isinstance(pattern, ast.Absence):
        raise ParseError(
            "what is absent stands alone at the right of an arrow",
            span=pattern.span,
            hint="write A -> !B, or A -> !B -> C",
        )
    return pattern


def _whole(literal: ast.NumberLiteral) -> int:
    if not literal.text.isdecimal() or len(literal.text) > len(str(MAX_TIMES)):
        raise ParseError("how often is a small whole number", span=literal.span)
    return int(literal.text)
