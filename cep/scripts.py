"""Where a script comes from, and how `${name}` in it is filled."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cep.errors import BindError, Span, UsageError, did_you_mean

STDIN = "-"
"""The name of a script that is read from standard input."""

# Texts, quoted names and comments are found whole: `--` in a text begins no comment, and what a
# comment says is not asked for.
_PIECES = re.compile(
    r"""
    (?P<text>'(?:[^']|'')*')
  | (?P<quoted>"(?:[^"]|"")*")
  | (?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))
  | (?P<bare>\$\{[^}]*\}?)
    """,
    re.VERBOSE | re.DOTALL,
)
_PLACEHOLDER = re.compile(r"\$\{([^}]*)(\}?)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*?(?=:-|\Z)")


@dataclass(frozen=True)
class Script:
    """The text of a script, and what messages call it; None for one that was typed."""

    text: str
    origin: str | None = None


def read_script(path: str) -> Script:
    """Read a script from a file, or from standard input where `path` is `-`.

    Raises UsageError where it is none.
    """
    if path == STDIN:
        return Script(_decoded(sys.stdin.buffer.read(), "standard input"), "stdin")
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError:
        folder = Path(path).parent
        near = [p.name for p in folder.iterdir()] if folder.is_dir() else []
        hint = did_you_mean(Path(path).name, near) if folder.is_dir() else None
        raise UsageError(
            f"there is no file {path}",
            hint=hint or "for a single query, write cep run -c 'SELECT …'",
        ) from None
    except IsADirectoryError:
        scripts = sorted(p.name for p in Path(path).glob("*.sql"))
        raise UsageError(
            f"{path} is a directory",
            hint=f"name one of its scripts: {', '.join(scripts[:5])}" if scripts else None,
        ) from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    return Script(_decoded(content, path), path)


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UsageError(
            f"{name} is not UTF-8: line {line} has the byte 0x{content[error.start]:02x}",
            hint="save it as UTF-8",
        ) from None


def settings(given: Iterable[str]) -> dict[str, str]:
    """Read `name=value` as it is given on the command line; raises UsageError."""
    values: dict[str, str] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or not name.strip():
            raise UsageError(
                f"--set {one} gives no value", hint=f"write --set {name.strip() or 'name'}=value"
            )
        values[name.strip()] = value
    return values


def fill(scripts: Iterable[Script], values: Mapping[str, str]) -> list[Script]:
    """Replace `${name}` and `${name:-default}` in some scripts.

    Within a text or a quoted name a value is written so that it cannot end it. Raises BindError
    where a value is missing, UsageError where one is not used.
    """
    used: set[str] = set()
    filled = [Script(_filled(s, values, used), s.origin) for s in scripts]
    for name in values:
        if name not in used:
            hint = did_you_mean(name, used) or (
                f"the script reads {', '.join(sorted(used))}"
                if used
                else f"write ${{{name}}} where the value belongs"
            )
            raise UsageError(f"--set {name}: the script has no ${{{name}}}", hint=hint)
    return filled


def _filled(script: Script, values: Mapping[str, str], used: set[str]) -> str:
    def value(match: re.Match[str], start: int) -> str:
        name, default = _read(script, match, start)
        used.add(name)
        if name in values:
            return values[name]
        if default is None:
            raise BindError(
                f"${{{name}}} has no value",
                span=Span(start, start + len(match.group())),
                hint=did_you_mean(name, values)
                or f"write --set {name}=…, or a default: ${{{name}:-…}}",
            ).within(script.text, script.origin)
        return default

    def piece(match: re.Match[str]) -> str:
        whole, start = match.group(), match.start()
        if match.lastgroup == "comment":
            return whole
        quote = {"text": "'", "quoted": '"'}.get(str(match.lastgroup))
        return _PLACEHOLDER.sub(lambda m: _escaped(value(m, start + m.start()), quote), whole)

    return _PIECES.sub(piece, script.text)


def _escaped(value: str, quote: str | None) -> str:
    return value if quote is None else value.replace(quote, quote * 2)


def _read(script: Script, match: re.Match[str], start: int) -> tuple[str, str | None]:
    """Return name and default of a placeholder."""
    body, closing = match.groups()
    name = _NAME.match(body)
    if not closing or name is None:
        raise BindError(
            "${ is not closed" if not closing else f"{match.group()} names nothing",
            span=Span(start, start + (len(match.group()) if closing else 2)),
            hint="write ${name} or ${name:-default}",
        ).within(script.text, script.origin)
    rest = body[name.end() :]
    return name.group(), rest[2:] if rest else None
