"""Walking through a script and testing what it asserts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cep.bags import plain
from cep.errors import AssertionFailed, CepError, Span, UsageError, did_you_mean
from cep.grammar import ast
from cep.planner.binder.queries import bind_outermost
from cep.planner.explain import outline
from cep.planner.logical import Node
from cep.planner.optimizer.rules import RULES
from cep.testing import replay, variants
from cep.testing.script import Plan, Script, Step, read, rendered
from cep.testing.stage import Parameters, Stage, traits
from cep.testing.variants import VARIANTS, Question, Skip, Variant


@dataclass(frozen=True)
class Skipped:
    """A variant that was left out for a statement, and why."""

    variant: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.variant} left out: {self.reason}"


@dataclass
class Report:
    """What a check has done: how many answers it compared, and what it left out."""

    compared: int = 0
    skipped: list[Skipped] = field(default_factory=list)


def check(
    script: str | Path,
    *,
    parameters: Parameters | None = None,
    only: Sequence[str] = (),
    seed: int = 0,
    now: int = 0,
) -> Report:
    """Run a golden script in all variants; see `cep.testing`."""
    chosen = _chosen(only)
    parsed = read(script)
    walk = _Walk(parsed, Stage(parameters or {}, now), chosen, seed)
    for step in parsed.steps:
        walk.step(step)
    return walk.report


def _chosen(only: Sequence[str]) -> tuple[Variant, ...]:
    for name in only:
        if name not in variants.NAMES:
            raise UsageError(
                f"there is no variant called {name}",
                hint=did_you_mean(name, variants.NAMES)
                or f"there are: {', '.join(variants.NAMES)}",
            )
    return tuple(v for v in VARIANTS if not only or v.name in only)


@dataclass
class _Walk:
    """The state of one check."""

    script: Script
    stage: Stage
    variants: Sequence[Variant]
    seed: int
    report: Report = field(default_factory=Report)

    def step(self, step: Step) -> None:
        """Carry out one statement, or make sure that it is refused as expected."""
        if step.clock is not None:
            self.stage.wait(step.clock)
        if step.error is not None:
            self._refused(step, step.error)
            return
        if step.statement is None:
            assert step.refusal is not None
            raise self._placed(step.refusal, step)
        try:
            for plan in step.plans:
                self._planned(step, plan)
            if isinstance(step.statement, ast.AssertRows):
                self._asserted(step, step.statement)
            else:
                self.stage.perform(step.statement)
        except CepError as error:
            raise self._placed(error, step) from error.__cause__

    def _placed(self, error: CepError, step: Step) -> CepError:
        """Let an error point into the whole script instead of one statement of it."""
        error.source = None
        start = _offset(self.script.text, step)
        if error.span is not None:
            error.span = Span(error.span.start + start, error.span.end + start)
        return error.within(self.script.text, self.script.origin)

    def _failed(self, step: Step, message: str) -> AssertionFailed:
        assert step.statement is not None
        return AssertionFailed(
            message, span=Span(0, min(len(step.text), step.text.find("\n") % 2**31))
        )

    # ------------------------------------------------------------ refusals and plans

    def _refused(self, step: Step, expected: str) -> None:
        found = self.refusal(step)
        if found is None:
            raise self._placed(
                AssertionFailed(
                    "the statement was expected to be refused", span=Span(0, len(step.text))
                ),
                step,
            )
        text = rendered(found)
        if expected not in (text, found.message):
            raise self._placed(
                AssertionFailed(
                    "the statement is refused in other words\n"
                    f"expected:\n{expected}\nfound:\n{text}",
                    span=Span(0, len(step.text)),
                ),
                step,
            )
        self.report.compared += 1

    def refusal(self, step: Step) -> CepError | None:
        """Return the error with which a statement is refused, or None where it is not."""
        if step.statement is None:
            return step.refusal
        try:
            if isinstance(step.statement, ast.AssertRows | ast.QueryStatement):
                self._ask_once(step.statement.query)
            else:
                self.stage.perform(step.statement)
        except CepError as error:
            return error.within(step.text)
        return None

    def _ask_once(self, query: ast.Query) -> None:
        """Start a query as a continuous one; if that goes, ask it over the finished tables."""
        kind = traits(self.stage, query)
        if kind.continuous is not None:
            raise kind.continuous
        if kind.system:
            self.stage.main.once(query, self.stage.parameters).fetchall()
            return
        self.stage.finished_tables().once(query, self.stage.parameters).fetchall()

    def _planned(self, step: Step, plan: Plan) -> None:
        found = self.plan_outline(step, plan)
        if found != plan.outline:
            raise self._failed(
                step, f"the plan is another\nexpected:\n{plan.outline}\nfound:\n{found}"
            )
        self.report.compared += 1

    def plan_outline(self, step: Step, plan: Plan) -> str:
        """Return the outline of a statement's query, before or after the rule that is named."""
        assert step.statement is not None
        query = _query_of(step.statement)
        if query is None:
            raise self._failed(step, "only a query has a plan")
        names = [rule.__name__ for rule in RULES]
        if plan.rule and plan.rule not in names:
            raise UsageError(
                f"there is no rule {plan.rule}",
                hint=f"the rules are {', '.join(dict.fromkeys(names))}",
            )
        return outline(self._after_rules(query, plan))

    def _after_rules(self, query: ast.Query, plan: Plan) -> Node:
        """Return a query's plan before or after the rule's first use, or after all rules."""
        node = bind_outermost(query, self.stage.main.context(self.stage.parameters))
        for rule in RULES:
            if rule.__name__ == plan.rule and plan.moment == "before":
                return node
            node = rule(node, self.stage.main.session)
            if rule.__name__ == plan.rule:
                return node
        return node

    # ------------------------------------------------------------ answers

    def _asserted(self, step: Step, statement: ast.AssertRows) -> None:
        query = statement.query
        kind = traits(self.stage, query)
        expected = self._expected(statement, bounded=kind.continuous is not None)
        reference = None
        if kind.continuous is None and not kind.system and not kind.external:
            reference = replay.in_batches(self.stage, query, 1)
        question = Question(self.stage, query, kind, expected, reference, step.not_on_duckdb)
        for variant in self.variants:
            try:
                if kind.system:
                    variants.test_system(variant, self.stage, query, expected)
                elif kind.external and variant.name != "asked once":
                    raise Skip("it reads what a connector brings")
                else:
                    variant.test(question, self.seed)
            except Skip as reason:
                self.report.skipped.append(Skipped(variant.name, step.line, str(reason)))
            except AssertionFailed as failure:
                what = f"the ASSERT of line {step.line} does not hold ({variant.name})"
                raise self._failed(step, f"{what}: {failure.message}") from None
            else:
                self.report.compared += 1

    def _expected(self, statement: ast.AssertRows, *, bounded: bool) -> list[tuple[object, ...]]:
        """Return the rows of an ASSERT in the types of its query."""
        stage = self.stage
        plan = stage.bounded_plan if bounded else stage.plan
        schema = plan(statement.query).schema
        if not statement.rows:
            return []
        values = ast.Query(ast.Values(statement.rows, span=statement.span), span=statement.span)
        rows = stage.main.values(values, stage.parameters, schema)
        return [tuple(plain(v) for v in row) for row in rows]


def _query_of(statement: ast.Statement) -> ast.Query | None:
    inner = statement.statement if isinstance(statement, ast.Explain) else statement
    found = inner if isinstance(inner, ast.Query) else getattr(inner, "query", None)
    return found if isinstance(found, ast.Query) else None


def _offset(text: str, step: Step) -> int:
    """Return where a statement begins in its script."""
    start = 0
    for _ in range(step.line - 1):
        start = text.index("\n", start) + 1
    return text.index(step.text, start)
