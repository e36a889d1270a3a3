"""What is said on standard error."""

from __future__ import annotations

import os
import traceback

import click

from cep.errors import CepError


def say(text: str, title: str | None = None, colour: str | None = None) -> None:
    """Write a line on standard error, behind a title in colour; colours only on a terminal."""
    if title is not None:
        text = f"{click.style(title + ':', fg=colour, bold=True)} {text}"
    click.echo(text, err=True, color=False if "NO_COLOR" in os.environ else None)


def complain(error: CepError) -> None:
    """Show an error: what is wrong, where, and what to write instead."""
    say(str(error), "error", "red")


def confess(error: Exception) -> None:
    """Show an error that is ours, with everything that helps to find it."""
    say("".join(traceback.format_exception(error)).rstrip())
    say("this is a flaw in cep itself: please report it, with what you asked for", "error", "red")


def note(text: str) -> None:
    """Show what somebody ought to know though nothing is wrong with what was asked."""
    say(text, "note", "yellow")
