"""The options of a CREATE statement: checked against what a connector reads, and read as values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from cep.errors import ConnectorError, did_you_mean
from cep.runtime.connectors.base import Connector, OptionSpec

Options = Mapping[str, str]

_UNITS = {
    "us": 1,
    "ms": 1_000,
    "s": 1_000_000,
    "sec": 1_000_000,
    "second": 1_000_000,
    "m": 60_000_000,
    "min": 60_000_000,
    "minute": 60_000_000,
    "h": 3_600_000_000,
    "hour": 3_600_000_000,
    "d": 86_400_000_000,
    "day": 86_400_000_000,
}
_LENGTH = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+?)s?\s*", re.IGNORECASE)


def settle(connector: Connector, options: Options) -> dict[str, str]:
    """Check `options` against the connector's specs and fill in the defaults.

    An option called `connector` is left out: it named the connector. A spec whose name has a `*`
    stands for a family of options (`fields.*.kind`) and has no default. Settled options stay as
    they are when settled again. Raises ConnectorError for an option that is not known, is missing
    or has an illegal value.
    """
    settled = {s.name: s.default for s in connector.options if s.default is not None}
    for key, value in options.items():
        if key == "connector":
            continue
        spec = _spec(connector, key)
        if spec.choices and value.lower() not in spec.choices:
            raise ConnectorError(
                f"option '{key}' of connector '{connector.name}' cannot be '{value}'",
                hint=did_you_mean(value, spec.choices) or f"write one of {listed(spec.choices)}",
                option=key,
            )
        settled[key] = value.lower() if spec.choices else value
    for spec in connector.options:
        if spec.required and spec.name not in settled:
            raise ConnectorError(
                f"connector '{connector.name}' needs the option '{spec.name}'",
                hint=f"write {spec.name} = '...' in WITH (...): {spec.summary}",
            )
    return settled


def _spec(connector: Connector, key: str) -> OptionSpec:
    parts = key.split(".")
    for spec in connector.options:
        wanted = spec.name.split(".")
        if len(parts) == len(wanted) and all(
            w in ("*", p) for p, w in zip(parts, wanted, strict=True)
        ):
            return spec
    names = [s.name for s in connector.options]
    raise ConnectorError(
        f"connector '{connector.name}' has no option '{key}'",
        hint=did_you_mean(key, names)
        or (f"its options are {', '.join(names)}" if names else "it has no options"),
        option=key,
    )


def flag(options: Options, name: str) -> bool:
    """Read an option that is true or false; absent means false."""
    value = options.get(name, "false").strip().lower()
    if value not in {"true", "false"}:
        raise ConnectorError(
            f"option '{name}' cannot be '{options[name]}'",
            hint="write 'true' or 'false'",
            option=name,
        )
    return value == "true"


def whole_number(options: Options, name: str, least: int = 0) -> int | None:
    """Read an option that is a whole number of at least `least`; absent means None."""
    if name not in options:
        return None
    try:
        value = int(options[name].replace("_", ""))
    except ValueError:
        value = least - 1
    if value < least:
        raise ConnectorError(
            f"option '{name}' cannot be '{options[name]}'",
            hint=f"write a whole number of at least {least}",
            option=name,
        )
    return value


def number(options: Options, name: str, least: float, most: float = float("inf")) -> float | None:
    """Read an option that is a number from `least` to `most`; absent means None."""
    if name not in options:
        return None
    try:
        value = float(options[name])
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        raise ConnectorError(
            f"option '{name}' cannot be '{options[name]}'",
            hint=f"write a number of at least {least:g}"
            + (f" and at most {most:g}" if most != float("inf") else ""),
            option=name,
        )
    return value


def length(options: Options, name: str) -> int | None:
    """Read an option that is a length of time, like '5 s' or '200 ms', in microseconds."""
    if name not in options:
        return None
    match = _LENGTH.fullmatch(options[name])
    unit = _UNITS.get(match[2].lower()) if match else None
    if match is None or unit is None:
        raise ConnectorError(
            f"option '{name}' cannot be '{options[name]}'",
            hint="write a length of time, like '200 ms', '5 s', '10 min', '2 h' or '1 day'",
            option=name,
        )
    return round(float(match[1]) * unit)


def listed(names: Iterable[str]) -> str:
    """Write names as 'a', 'b', 'c' for a message."""
    return ", ".join(f"'{n}'" for n in names)
