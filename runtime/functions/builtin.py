"""All scalar functions and operators that the engine brings."""

from __future__ import annotations

from cep.runtime.functions import (
    arithmetic,
    arrays,
    calendarparts,
    calendarunits,
    clock,
    comparison,
    conditional,
    encoding,
    integers,
    jsonfunctions,
    matching,
    mathematics,
    nested,
    rounding,
    sketches,
    temporalarithmetic,
    text,
    timestamps,
)
from cep.runtime.functions.registry import Functions

BUILTIN = Functions(
    [
        arithmetic.functions,
        temporalarithmetic.functions,
        comparison.functions,
        conditional.functions,
        rounding.functions,
        mathematics.functions,
        integers.functions,
        text.functions,
        matching.functions,
        encoding.functions,
        clock.functions,
        calendarparts.functions,
        calendarunits.functions,
        timestamps.functions,
        jsonfunctions.functions,
        arrays.functions,
        nested.functions,
        sketches.functions,
    ]
)
"""Where overloads of one name fit equally well, the one declared first is taken."""
