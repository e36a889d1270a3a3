"""A `Match` becomes the plan of its operator, with all expressions compiled."""

from __future__ import annotations

from collections.abc import Sequence

from cep.planner.compiler import compile_column, compile_predicate
from cep.planner.expressions import Expression, Input, inputs, substitute, transform, walk
from cep.planner.logical.match import Match, Said
from cep.planner.patterns.analysis import Analysis, analyse
from cep.planner.patterns.expressions import (
    Label,
    MatchAggregate,
    MatchNumber,
    MatchRowtime,
    MatchStatus,
    Navigation,
)
from cep.runtime.aggregates.calls import AggregateCall
from cep.runtime.matcher.measures import (
    AggregateLeaf,
    Leaf,
    Measures,
    NumberLeaf,
    Spot,
    StatusLeaf,
    TimeLeaf,
    ValueLeaf,
)
from cep.runtime.matcher.plan import MatchPlan, Rows, ValueColumn
from cep.runtime.matcher.program import After
from cep.runtime.ordering import Key
from cep.runtime.session import Session

_ROWS = {
    Said.ONE: Rows.ONE,
    Said.TIMEOUTS: Rows.ONE,
    Said.ALL: Rows.ALL,
    Said.NONEMPTY: Rows.NONEMPTY,
    Said.UNMATCHED: Rows.ALL,
    Said.EVERY: Rows.EVERY,
}


def match_plan(node: Match, session: Session) -> MatchPlan:
    """Return what the operator of a row pattern is told."""
    analysis = analyse(node)
    kept = _Kept(node, analysis)
    measures = kept.measures(node.measures, session)
    python = {v: kept.measures([c], session) for v, c in analysis.asked}
    before, after = node.carried if not node.said.one else ((), ())
    carried = [[kept.place(i) for i in columns] for columns in (before, after)]
    order = tuple(Key(k.index, k.descending, k.nulls_first) for k in (*node.order, *node.ties))
    table = kept.table
    return MatchPlan(
        node.input.schema,
        node.schema,
        node.partition,
        order,
        node.timely,
        node.timely and len(order) == 1 and not node.merged,
        analysis.program,
        analysis.shifts,
        tuple((v, compile_predicate(e, session)) for v, e in analysis.flags),
        tuple(
            ValueColumn(compile_column(e, session), e.type, floating)
            for e, floating in analysis.values
        ),
        tuple(kept.columns),
        tuple(table[k] for k in kept.columns),
        {k: i for i, k in enumerate(kept.columns) if k < len(node.input.schema)},
        kept.reads(analysis),
        analysis.context,
        analysis.ahead,
        analysis.back,
        analysis.lasting,
        _ROWS[node.said],
        measures,
        python,
        tuple(carried[0]),
        tuple(carried[1]),
        node.time,
        node.pattern.show(node.variables),
        node.order[-1].index if node.merged else None,
        node.functions,
    )


class _Kept:
    """Which columns of the table are kept with the rows, and what is read of them."""

    def __init__(self, node: Match, analysis: Analysis) -> None:
        self.node = node
        self.shifts = analysis.shifts
        fields = node.input.schema.fields
        self.width = len(fields)
        self.table = [f.type for f in fields] + [fields[i].type for i, _ in analysis.shifts]
        self.columns: list[int] = []
        program = analysis.program
        misled = program.after in {After.FIRST, After.LAST}
        if not node.said.one or program.fails or analysis.ahead or misled:
            # A row that fails is put aside as it came; one that is looked at again has to be whole.
            self.columns = list(range(len(self.table)))
        elif analysis.context:
            self.columns = list(dict.fromkeys(i for i, _ in analysis.shifts))

    def place(self, column: int, shift: int = 0) -> int:
        """Return where a column of the input, so many rows later, is kept."""
        position = column if not shift else self.width + self.shifts.index((column, shift))
        if position not in self.columns:
            self.columns.append(position)
        return self.columns.index(position)

    def reads(self, analysis: Analysis) -> frozenset[int]:
        """Return the columns of the input that are looked at when a row comes."""
        of = [e for _, e in analysis.flags] + [e for e, _ in analysis.values]
        read = {i for e in of for i in inputs(e)} | set(self.columns)
        read |= {i for i, _ in analysis.shifts}
        return frozenset(i for i in read if i < self.width)

    def measures(self, expressions: Sequence[Expression], session: Session) -> Measures:
        """Return expressions over matches, compiled."""
        leaves: list[Leaf] = []
        known: dict[Expression, int] = {}

        def read(e: Expression) -> Expression | None:
            if not isinstance(e, _READ):
                return None
            if e not in known:
                known[e] = len(leaves)
                leaves.append(self._leaf(e, session))
            return Input(e.type, known[e], str(e))

        outputs = [compile_column(substitute(e, read), session) for e in expressions]
        return Measures(leaves, outputs, self.node.variables)

    def _leaf(self, e: Expression, session: Session) -> Leaf:
        match e:
            case MatchNumber():
                return NumberLeaf()
            case MatchRowtime():
                return TimeLeaf(e.type)
            case MatchStatus():
                return StatusLeaf()
            case Navigation():
                spot = Spot(e.variables, e.last, e.offset, e.final)
                operand = self._over_kept(e.operand, e.shift)
                whole = isinstance(operand, Input) and operand.index >= 0
                column = operand.index if isinstance(operand, Input) and whole else None
                label = any(isinstance(part, Label) for part in walk(e.operand))
                evaluate = compile_column(operand, session)
                return ValueLeaf(spot, e.type, column, evaluate, label, e.shift)
            case MatchAggregate():
                return self._aggregate(e, session)
        raise TypeError(e)

    def _aggregate(self, e: MatchAggregate, session: Session) -> AggregateLeaf:
        given = [*e.arguments, *(() if e.filter is None else (e.filter,))]
        call = AggregateCall(
            e.aggregate,
            tuple(range(len(e.arguments))),
            e.type,
            None if e.filter is None else len(e.arguments),
            e.distinct,
            e.order,
            e.settings,
        )
        evaluators = tuple(compile_column(self._over_kept(a, 0), session) for a in given)
        return AggregateLeaf(call, evaluators, tuple(a.type for a in given), e.variables, e.final)

    def _over_kept(self, expression: Expression, shift: int) -> Expression:
        """Return an expression over a row as one over what is kept of it; -1 is its label."""

        def change(e: Expression) -> Expression | None:
            if isinstance(e, Label):
                return Input(e.type, -1, str(e))
            if isinstance(e, Input):
                return Input(e.type, self.place(e.index, shift), e.name)
            return None

        return transform(expression, change)


_READ = (Navigation, MatchAggregate, MatchNumber, MatchRowtime, MatchStatus)
