"""The values of `?` and `:name` that a program gives, as far as they can be checked beforehand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cep.errors import UsageError
from cep.grammar import ast
from cep.grammar.walk import positional_parameters

Parameters = Sequence[object] | Mapping[str, object]


def check_call(sql: object, parameters: object) -> None:
    """Refuse what is no text, and parameters that are neither listed nor named."""
    if not isinstance(sql, str):
        raise UsageError(f"SQL is text, and this is a {type(sql).__name__}")
    if isinstance(parameters, str | bytes) or not isinstance(parameters, Sequence | Mapping):
        raise UsageError(
            f"the parameters cannot be a {type(parameters).__name__}",
            hint="pass a list for ? and a dict for :name",
        )


def check_count(script: ast.Script, parameters: Parameters) -> None:
    """Refuse more values than there are places for them: one of them would be lost in silence."""
    if parameters and not isinstance(parameters, Mapping):
        places = positional_parameters(script)
        if len(parameters) > places:
            raise UsageError(
                f"there are {len(parameters)} parameters for {places} ?",
                hint="pass one value for each ?",
            )
