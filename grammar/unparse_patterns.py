"""Writing row patterns."""

from __future__ import annotations

from cep.grammar import ast
from cep.grammar.unparse_expressions import CONCATENATION, ExpressionWriter, name_text
from cep.grammar.words import PATTERN_WORDS, words

# How tightly a part of a pattern binds; the rules of cep.lark from `pattern` down.
ALTERNATION, FOLLOWED, SEQUENCE, FACTOR, PRIMARY = range(5)

LEVELS: dict[type[ast.Pattern], int] = {
    ast.PatternAlternation: ALTERNATION,
    ast.FollowedBy: FOLLOWED,
    ast.PatternConcatenation: SEQUENCE,
    ast.Quantified: FACTOR,
}
SIGNS = {(0, None): "*", (1, None): "+", (0, 1): "?"}

# Calls that would not be read as one after FINAL or RUNNING, as a clause may begin so.
NOT_AFTER_SEMANTICS = words(
    "ESCAPE FOR ILIKE LIMIT MEASURES OFFSET OVER PATTERN PER QUALIFY RANGE ROWS"
)
# Words that SKIP TO would read on with.
NOT_SKIPPED_TO = words("FIRST LAST NEXT")


class PatternWriter(ExpressionWriter):
    """Writes MATCH_RECOGNIZE and its parts."""

    # ---- the clauses

    def _match_recognize(self, node: ast.MatchRecognize) -> str:
        pattern = node.row_pattern
        sources = ", ".join(map(self._source, node.sources))
        parts = [self.partitioned(node.partition_by, node.order_by), self.measured(pattern)]
        if pattern.rows_per_match:
            parts.append(self.text(pattern.rows_per_match))
        parts.append(self.text(pattern))
        source = f"({sources})" if len(node.sources) > 1 else sources
        alias = f" {self.text(node.alias)}" if node.alias else ""
        return f"{source} MATCH_RECOGNIZE ({' '.join(filter(None, parts))}){alias}"

    def _source(self, node: ast.Relation) -> str:
        text = self.text(node)
        return f"({text})" if isinstance(node, ast.Join) else text

    def partitioned(
        self, partition_by: tuple[ast.Expression, ...], order_by: tuple[ast.OrderItem, ...]
    ) -> str:
        """Return PARTITION BY and ORDER BY, as far as there is any."""
        parts = []
        if partition_by:
            parts.append(f"PARTITION BY {self.listed(partition_by)}")
        if order_by:
            parts.append(f"ORDER BY {self.listed(order_by)}")
        return " ".join(parts)

    def measured(self, node: ast.RowPattern) -> str:
        """Return MEASURES, or nothing where there are none."""
        return f"MEASURES {self.listed(node.measures)}" if node.measures else ""

    def _measure(self, node: ast.Measure) -> str:
        return f"{self.text(node.expression)} AS {self.text(node.name)}"

    def _semantics(self, node: ast.Semantics) -> str:
        text = self.text(node.operand)
        assert isinstance(node.operand, ast.Call)
        name = node.operand.name.value
        if text.startswith(f"{name}(") and name.upper() in NOT_AFTER_SEMANTICS:
            text = f'"{name}"{text[len(name) :]}'
        return f"{node.kind.upper()} {text}"

    def _rows_per_match(self, node: ast.RowsPerMatch) -> str:
        if node.kind == "one":
            return f"ONE ROW PER MATCH{' WITH TIMEOUT ROWS' if node.timeouts else ''}"
        empty = {
            "show": " SHOW EMPTY MATCHES",
            "omit": " OMIT EMPTY MATCHES",
            "unmatched": " WITH UNMATCHED ROWS",
        }
        return f"ALL ROWS PER MATCH{empty[node.empty] if node.empty else ''}"

    def _row_pattern(self, node: ast.RowPattern) -> str:
        parts = [self.text(node.after_match)] if node.after_match else []
        if node.start:
            parts.append(node.start.upper())
        parts.append(f"PATTERN ({self.text(node.pattern)})")
        if node.within:
            parts.append(f"WITHIN {self.operand(node.within, CONCATENATION)}")
        if node.subsets:
            parts.append(f"SUBSET {self.listed(node.subsets)}")
        if node.definitions:
            parts.append(f"DEFINE {self.listed(node.definitions)}")
        return " ".join(parts)

    def _after_match(self, node: ast.AfterMatch) -> str:
        if node.kind == "no skip":
            return "AFTER MATCH NO SKIP"
        text = f"AFTER MATCH SKIP {node.kind.upper()}"
        if node.variable:
            text += f" {name_text(node.variable.value, NOT_SKIPPED_TO)}"
        return text

    def _subset(self, node: ast.Subset) -> str:
        return f"{self.text(node.name)} = ({self.listed(node.variables)})"

    def _definition(self, node: ast.Definition) -> str:
        return f"{self.text(node.variable)} AS {self.text(node.condition)}"

    # ---- PATTERN (…)

    def _part(self, node: ast.Pattern, level: int) -> str:
        text = self.text(node)
        return text if LEVELS.get(type(node), PRIMARY) >= level else f"({text})"

    def _pattern_variable(self, node: ast.PatternVariable) -> str:
        return name_text(node.name.value, PATTERN_WORDS)

    def _empty_pattern(self, node: ast.EmptyPattern) -> str:
        return "()"

    def _anchor(self, node: ast.Anchor) -> str:
        return node.kind

    def _pattern_concatenation(self, node: ast.PatternConcatenation) -> str:
        return " ".join(self._part(part, FACTOR) for part in node.parts)

    def _pattern_alternation(self, node: ast.PatternAlternation) -> str:
        return " | ".join(self._part(part, FOLLOWED) for part in node.alternatives)

    def _quantified(self, node: ast.Quantified) -> str:
        least, most = node.minimum, node.maximum
        quantifier = SIGNS.get((least, most))
        if quantifier is None:
            if least == most:
                quantifier = f"{{{least}}}"
            else:
                quantifier = f"{{{least or ''},{'' if most is None else most}}}"
        return f"{self._part(node.operand, PRIMARY)}{quantifier}{'?' if node.reluctant else ''}"

    def _permutation(self, node: ast.Permutation) -> str:
        return f"PERMUTE({self.listed(node.parts)})"

    def _exclusion(self, node: ast.Exclusion) -> str:
        return f"{{- {self.text(node.operand)} -}}"

    def _absence(self, node: ast.Absence) -> str:
        return f"!{name_text(node.name.value, PATTERN_WORDS)}"

    def _followed_by(self, node: ast.FollowedBy) -> str:
        left = self._part(node.left, FOLLOWED)
        right = self._part(node.right, SEQUENCE)
        text = f"{left} {'->>' if node.any else '->'} {right}"
        if node.within:
            text += f" WITHIN {self.operand(node.within, CONCATENATION)}"
        return text
