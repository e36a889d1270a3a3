"""All scalar functions and operators that the engine brings."""

from __future__ import annotations

from cep.runtime.functions import arithmetic, comparison, temporalarithmetic
from cep.runtime.functions.registry import Functions

BUILTIN = Functions(
    [
        arithmetic.functions,
        temporalarithmetic.functions,
        comparison.functions,
    ]
)
