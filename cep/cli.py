"""The command line: `cep` opens a prompt, `cep run` runs a script, `check` and `explain` read one."""

from __future__ import annotations

import sys

import click

from cep.errors import CepError, UsageError
from cep.scripts import STDIN, Script, fill, read_script, settings


def _scripts(file: str | None, commands: tuple[str, ...], values: tuple[str, ...]) -> list[Script]:
    """Return what is to be run: the file first, then what was given with -c."""
    if file is None and not commands:
        raise UsageError("there is nothing to run", hint="write cep run FILE.sql or cep run -c 'SELECT …'")
    given = [] if file is None else [read_script(file)]
    given += [Script(c, "-c") for c in commands]
    return fill(given, settings(values))


@click.group(invoke_without_command=True)
@click.pass_context
def cep(context: click.Context) -> None:
    """Complex event processing with SQL."""


@cep.command()
@click.argument("file", required=False)
@click.option("-c", "commands", multiple=True, metavar="SQL", help="Run this; after FILE, if both are given.")
@click.option("--set", "values", multiple=True, metavar="NAME=VALUE", help="Fill ${NAME}.")
@click.option("--format", "form", type=click.Choice(("table", "csv", "jsonl", "arrow")))
@click.option("--output", metavar="FILE")
@click.option("-v", "--verbose", is_flag=True)
def run(file: str | None, commands: tuple[str, ...], values: tuple[str, ...], form: str | None, output: str | None, verbose: bool) -> None:
    """Run a script and show the results of its queries."""
    from cep.engine import Engine
    from cep.output import choose

    out = choose(form, output)
    with Engine() as engine:
        for script in _scripts(file, commands, values):
            for result in engine.script(script.text, origin=script.origin, drive=True):
                if len(result.schema):
                    out.write(result)
                elif verbose:
                    click.echo(result.message, err=True)
        engine.run()
    out.close()


def main() -> None:
    """Run the command that was typed."""
    try:
        cep.main(standalone_mode=True)
    except CepError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)
