"""The command line: `cep` opens a prompt, `cep run` runs a script, `check` and `explain` read one.

The engine is imported by the command that needs it, so that the others, and every complaint about
the command line itself, answer at once.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import click

import cep
from cep.errors import CepError, UsageError
from cep.say import complain, confess
from cep.scripts import STDIN, Script, fill, read_script, settings
from cep.startup import loading

_INTERRUPTED = 130
_BROKEN_PIPE = 141
_OURS = 70
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG}
"""How a disk says that nothing more can be written."""


def _version(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo(f"cep {cep.__version__}")
        context.exit()


def _script_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what every command that reads a script takes."""
    for add in (
        click.option(
            "--set",
            "values",
            multiple=True,
            metavar="NAME=VALUE",
            help="Put VALUE where the script says ${NAME} or ${NAME:-default}; can be repeated.",
        ),
        click.option(
            "-c",
            "commands",
            multiple=True,
            metavar="SQL",
            help="Read these statements, after FILE if there is one; can be repeated.",
        ),
        click.argument("file", required=False),
    ):
        command = add(command)
    return command


def _mute() -> None:
    """Keep Python from trying again, as it ends, to write what could not be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _CommandLine(click.Group):
    """Ends quietly where whoever reads the output has had enough."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _mute()
            sys.exit(_BROKEN_PIPE)


@click.group(
    cls=_CommandLine,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Show the version and exit.",
)
@click.pass_context
def command_line(context: click.Context) -> None:
    """Ask questions of streams of events, in SQL.

    Without a command, cep opens a prompt; with a script on standard input, it runs that.
    """
    if context.invoked_subcommand is not None:
        return
    if not sys.stdin.isatty():
        _run([read_script(STDIN)], None, None, verbose=False)
        return
    with loading():
        from cep.repl import Repl  # noqa: PLC0415 - see the module

    Repl().run()


@command_line.command()
@_script_options
@click.option(
    "--format",
    "form",
    type=click.Choice(("table", "csv", "jsonl", "arrow")),
    help="How to write rows; by default as the name of --output says, else as a table.",
)
@click.option("--output", "-o", metavar="FILE", help="Where to write rows instead of the terminal.")
@click.option("-v", "--verbose", is_flag=True, help="Say what each statement did, on stderr.")
def run(
    file: str | None,
    commands: tuple[str, ...],
    values: tuple[str, ...],
    form: str | None,
    output: str | None,
    verbose: bool,
) -> None:
    """Run the script FILE (- for standard input) and show the rows of its queries.

    A query over files ends with them; one over a stream without end shows its rows as they come,
    until Ctrl-C.
    """
    _run(_scripts("run", file, commands, values), form, output, verbose=verbose)


@command_line.command()
@_script_options
def check(file: str | None, commands: tuple[str, ...], values: tuple[str, ...]) -> None:
    """Read the script FILE and report its errors, running nothing."""
    scripts = _scripts("check", file, commands, values)
    with loading():
        from cep.checking import Checker  # noqa: PLC0415 - see the module

    checker = Checker()
    checked = [c for script in scripts for c in checker.check(script)]
    errors = [c.error for c in checked if c.error is not None]
    for error in errors:
        complain(error)
        click.echo(err=True)
    if errors:
        click.echo(f"{_count(errors, 'error')} in {_count(checked, 'statement')}", err=True)
        sys.exit(1)
    click.echo(f"ok: {_count(checked, 'statement')}")


@command_line.command()
@_script_options
def explain(file: str | None, commands: tuple[str, ...], values: tuple[str, ...]) -> None:
    """Show how the queries of the script FILE would be run."""
    scripts = _scripts("explain", file, commands, values)
    with loading():
        from cep.checking import Checker  # noqa: PLC0415 - see the module

    checker = Checker()
    shown = 0
    for script in scripts:
        for checked in checker.check(script):
            if checked.error is not None:
                raise checked.error
            plan = checker.plan(checked.statement) if checked.statement is not None else None
            if plan is not None:
                first = checked.text.split("\n", 1)[0]
                more = " …" if "\n" in checked.text else ""
                click.echo(("\n" if shown else "") + f"-- line {checked.line}: {first}{more}")
                click.echo("\n".join(plan))
                shown += 1
    if not shown:
        click.echo("there is no query to explain", err=True)


def _scripts(
    command: str, file: str | None, commands: tuple[str, ...], values: tuple[str, ...]
) -> list[Script]:
    """Return what is to be read: the file first, then what was given with -c."""
    if file is None and not commands:
        raise click.UsageError(
            f"There is no script. Write cep {command} FILE.sql, cep {command} -c 'SELECT …', "
            f"or cep {command} - for standard input."
        )
    given = [] if file is None else [read_script(file)]
    return fill([*given, *(Script(c, "-c") for c in commands)], settings(values))


def _run(scripts: list[Script], form: str | None, path: str | None, *, verbose: bool) -> None:
    with loading():
        from cep.console import Console  # noqa: PLC0415 - see the module
        from cep.engine import Engine  # noqa: PLC0415 - see the module
        from cep.output import choose  # noqa: PLC0415 - see the module

    with Engine() as engine:
        output = choose(form, path, engine.session)
        try:
            ended = Console(engine, output, messages=verbose, verbose=verbose).run(scripts)
        finally:
            output.close()
    if not ended:
        sys.exit(_INTERRUPTED)


def _count(things: list[Any], name: str) -> str:
    return f"{len(things):,} {name}{'' if len(things) == 1 else 's'}"


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command that was typed, and turn what goes wrong into words and an exit code."""
    try:
        code = command_line.main(arguments, prog_name="cep", standalone_mode=False)
        sys.stdout.flush()
        sys.exit(code if isinstance(code, int) else 0)
    except CepError as error:
        complain(error)
        sys.exit(2 if isinstance(error, UsageError) and error.span is None else 1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        sys.exit(_INTERRUPTED)
    except OSError as error:
        if error.errno not in _NO_ROOM:
            confess(error)
            sys.exit(_OURS)
        complain(UsageError(f"the output cannot be written: {error.strerror}"))
        _mute()
        sys.exit(1)
    except Exception as error:
        confess(error)
        sys.exit(_OURS)
