"""Row patterns: MATCH_RECOGNIZE, and patterns in the windows of OVER."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cep.grammar.ast.node import Expression, Name, Node, Relation

if TYPE_CHECKING:
    from cep.grammar.ast.calls import OrderItem
    from cep.grammar.ast.relations import Alias


@dataclass(frozen=True)
class Pattern(Node):
    """A part of PATTERN (…)."""


@dataclass(frozen=True)
class PatternVariable(Pattern):
    """One row that satisfies the definition of a variable."""

    name: Name


@dataclass(frozen=True)
class EmptyPattern(Pattern):
    """`()`."""


@dataclass(frozen=True)
class Anchor(Pattern):
    """`^` or `$`: the first or the last row of the partition, without taking a row."""

    kind: str


@dataclass(frozen=True)
class PatternConcatenation(Pattern):
    """Two or more parts, one after the other in adjacent rows."""

    parts: tuple[Pattern, ...]


@dataclass(frozen=True)
class PatternAlternation(Pattern):
    """`a | b | …`: the left one is preferred."""

    alternatives: tuple[Pattern, ...]


@dataclass(frozen=True)
class Quantified(Pattern):
    """`p*`, `p+?`, `p{2,5}`; `maximum` is None where there is none."""

    operand: Pattern
    minimum: int
    maximum: int | None
    reluctant: bool = False


@dataclass(frozen=True)
class Permutation(Pattern):
    """`PERMUTE(a, b, …)`."""

    parts: tuple[Pattern, ...]


@dataclass(frozen=True)
class Exclusion(Pattern):
    """`{- p -}`: its rows take part in the match, but are not among the rows said."""

    operand: Pattern


@dataclass(frozen=True)
class Absence(Pattern):
    """`!B` at the right of an arrow: no row satisfies B."""

    name: Name


@dataclass(frozen=True)
class FollowedBy(Pattern):
    """`left -> right`, or `left ->> right` where a later row may be taken too (`any`).

    Associates to the left. `within` limits the time from the last row on the left to the first on
    the right.
    """

    left: Pattern
    right: Pattern
    any: bool = False
    within: Expression | None = None


@dataclass(frozen=True)
class Semantics(Expression):
    """`RUNNING LAST(a.x)` or `FINAL SUM(a.x)`; `kind` is lower case."""

    kind: str
    operand: Expression


@dataclass(frozen=True)
class Measure(Node):
    """`expression AS name` in MEASURES."""

    expression: Expression
    name: Name


@dataclass(frozen=True)
class RowsPerMatch(Node):
    """ONE ROW or ALL ROWS PER MATCH.

    `kind` is `one` or `all`; `empty` (for `all`) is `show`, `omit` or `unmatched` (WITH UNMATCHED
    ROWS), None where nothing was written; `timeouts` (for `one`) is WITH TIMEOUT ROWS.
    """

    kind: str
    empty: str | None = None
    timeouts: bool = False


@dataclass(frozen=True)
class AfterMatch(Node):
    """AFTER MATCH …: `kind` is `past last row`, `to next row`, `to first`, `to last`, `no skip`.

    `SKIP TO X` is `to last`.
    """

    kind: str
    variable: Name | None = None


@dataclass(frozen=True)
class Subset(Node):
    """`name = (a, b, …)` in SUBSET."""

    name: Name
    variables: tuple[Name, ...]


@dataclass(frozen=True)
class Definition(Node):
    """`variable AS condition` in DEFINE."""

    variable: Name
    condition: Expression


@dataclass(frozen=True)
class RowPattern(Node):
    """The clauses from MEASURES to DEFINE, of MATCH_RECOGNIZE or of a window.

    `start` is `initial` or `seek` in a window, None where nothing was written.
    """

    pattern: Pattern
    measures: tuple[Measure, ...] = ()
    rows_per_match: RowsPerMatch | None = None
    after_match: AfterMatch | None = None
    start: str | None = None
    within: Expression | None = None
    subsets: tuple[Subset, ...] = ()
    definitions: tuple[Definition, ...] = ()


@dataclass(frozen=True)
class MatchRecognize(Relation):
    """`source MATCH_RECOGNIZE (…) [alias]`; several sources are streams merged by event time."""

    sources: tuple[Relation, ...]
    partition_by: tuple[Expression, ...]
    order_by: tuple[OrderItem, ...]
    row_pattern: RowPattern
    alias: Alias | None = None
