"""Queries inside expressions: scalar, IN and EXISTS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from cep.errors import BindError
from cep.grammar import ast
from cep.planner.binder.context import Context
from cep.planner.expressions import Expression
from cep.planner.logical import Node
from cep.planner.subqueries import Outer, Subquery, SubqueryKind
from cep.types import BOOLEAN, VARCHAR, DataType, Null, common_type

if TYPE_CHECKING:
    from cep.planner.binder.expressions import ExpressionBinder

QueryBinder = Callable[[ast.Query, Context], Node]
SubqueryBinder = Callable[["ExpressionBinder", ast.Expression], Expression]


def subqueries(
    bind: QueryBinder, as_types: Callable[[Node, list[DataType]], Node]
) -> SubqueryBinder:
    """Return what binds the queries inside expressions; `bind` binds queries."""

    def bound(binder: ExpressionBinder, written: ast.Expression) -> Expression:
        arguments: list[Expression] = []
        inner = replace(binder.context, outer=around(binder, arguments))
        if isinstance(written, ast.InQuery):
            return _in(binder, written, bind(written.query, inner), arguments, as_types)
        assert isinstance(written, ast.Exists | ast.ScalarQuery)
        if isinstance(written, ast.Exists):
            plan = bind(_whether_any(written.query), inner)
            kind, result = SubqueryKind.EXISTS, BOOLEAN
            return Subquery(result, kind, plan, (), tuple(arguments), written.span)
        plan = bind(written.query, inner)
        if len(plan.schema) != 1:
            raise BindError(
                f"a query that stands for a value has one column, and this has {len(plan.schema)}",
                span=written.span,
            )
        given = plan.schema.types[0]
        wanted = VARCHAR if isinstance(given, Null) else given
        return Subquery(
            wanted,
            SubqueryKind.SCALAR,
            as_types(plan, [wanted]),
            (),
            tuple(arguments),
            written.span,
        )

    return bound


def _whether_any(query: ast.Query) -> ast.Query:
    """Return a query that has rows where the given one has, without a LIMIT that takes some."""
    many = query.limit.text if isinstance(query.limit, ast.NumberLiteral) else ""
    some = many.isdecimal() and int(many) > 0
    return replace(query, limit=None) if some and not (query.order_by or query.offset) else query


def around(
    binder: ExpressionBinder, arguments: list[Expression]
) -> Callable[[ast.ColumnReference], Expression | None]:
    """Return what finds columns of the query around, which become `arguments` of a subquery."""

    def find(written: ast.ColumnReference) -> Expression | None:
        first = written.parts[0].value
        scope = binder.scope
        if scope.find(first) or (len(written.parts) > 1 and scope.has_relation(first)):
            found: Expression | None = binder.bind(written)
        else:
            found = binder.context.outer(written)
        if found is None:
            return None
        if found not in arguments:
            arguments.append(found)
        return Outer(found.type, arguments.index(found), str(found))

    return find


def _in(
    binder: ExpressionBinder,
    written: ast.InQuery,
    plan: Node,
    arguments: list[Expression],
    as_types: Callable[[Node, list[DataType]], Node],
) -> Expression:
    one = written.operand
    parts = one.items if isinstance(one, ast.RowLiteral) else (one,)
    if len(plan.schema) != len(parts):
        many = "one value is" if len(parts) == 1 else f"{len(parts)} values are"
        width = len(plan.schema)
        has = "one column" if width == 1 else f"{width} columns"
        raise BindError(f"{many} looked for, and the query has {has}", span=written.span)
    operands = [binder.bind(p) for p in parts]
    types: list[DataType] = []
    for i, (operand, part) in enumerate(zip(operands, parts, strict=True)):
        given = plan.schema.types[i]
        joined = common_type(operand.type, given)
        if joined is None:
            # A literal is whatever it is compared with.
            joined = given
        operands[i] = binder.converted(operand, joined, part.span)
        types.append(joined)
    found = Subquery(
        BOOLEAN,
        SubqueryKind.IN,
        as_types(plan, types),
        tuple(operands),
        tuple(arguments),
        written.span,
    )
    return binder.call("not", [found], written.span) if written.negated else found
