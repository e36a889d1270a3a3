"""Fill in what golden scripts say of errors and plans: `python -m tests.law.rewrite FILE…`.

A directive that is written `-- error: ?` or `-- plan: ?` gets what the engine says now; with
`--all` every one does. What a query answers is never filled in: that is for the author to know.
"""

from __future__ import annotations

import sys
from pathlib import Path

from cep.errors import CepError
from cep.testing.checking import _Walk
from cep.testing.script import Step, as_comment, read, rendered
from cep.testing.stage import Stage


def rewrite(path: Path, *, everything: bool) -> None:
    """Write the file again with its directives filled in."""
    script = read(path)
    walk = _Walk(script, Stage(), (), 0)
    text = script.text
    for step in script.steps:
        for old, new in _changes(walk, step, everything=everything):
            where = text.index(old)
            text = text[:where] + new + text[where + len(old) :]
        if step.error is None and step.statement is not None:
            try:
                walk.step(Step(step.text, step.line, step.statement))
            except CepError as error:
                print(f"{path}: {error}", file=sys.stderr)
    path.write_text(text, encoding="utf-8")


def _changes(walk: _Walk, step: Step, *, everything: bool) -> list[tuple[str, str]]:
    changes = []
    if step.error is not None and (everything or step.error == "?"):
        error = walk.refusal(step)
        if error is None:
            print(f"line {step.line}: the statement is not refused", file=sys.stderr)
            return []
        changes.append((as_comment("error", step.error), as_comment("error", rendered(error))))
    for plan in step.plans:
        if everything or plan.outline == "?":
            name = " ".join(filter(None, ("plan", plan.moment, plan.rule)))
            old = f"-- {name}: ?" if plan.outline == "?" else as_comment(name, plan.outline)
            changes.append((old, as_comment(name, walk.plan_outline(step, plan))))
    return changes


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        if argument != "--all":
            rewrite(Path(argument), everything="--all" in sys.argv)
