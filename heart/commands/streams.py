"""Standard input and standard output, each for one reader or writer; a file to write."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import click

from heart.errors import SettingsError

STREAM = "-"
"""Stands for standard input or standard output where a file is asked for."""

Function = Callable[..., Any]

FILE = click.Path(path_type=Path, allow_dash=True, readable=False)


def out_option(
    text: str, *, name: str = "--out", required: bool = False, binary: bool = True
) -> Callable[[Function], Function]:
    """An option for the file to write; `-` is standard output, for one file at most.

    Raises:
        SettingsError: for a second file on standard output, or a binary one on a terminal; before
            anything is computed.
    """

    def check(ctx: click.Context, _: click.Parameter, value: Path | None) -> Path | None:
        if value is not None and str(value) == STREAM:
            _take(ctx, "standard output")
            if binary and sys.stdout.isatty():
                raise SettingsError(
                    "a file or a pipe for what is not text",
                    "a terminal",
                    "Name a file, or send it on with > or |.",
                )
        return value

    return click.option(
        name,
        type=FILE,
        required=required,
        metavar="FILE",
        callback=check,
        help=f"{text}; - is standard output",
    )


def _take(ctx: click.Context, stream: str) -> None:
    """Note who has a stream: two would each get, or make, half a file."""
    taken = ctx.meta.setdefault("heart.taken", set())
    if stream in taken:
        raise SettingsError(f"one - for {stream}", "two", "Name a file for the other.")
    taken.add(stream)


def take_standard_input() -> BinaryIO:
    """Standard input, for one reader.

    Raises:
        SettingsError: if something else reads it already.
    """
    _take(click.get_current_context(), "standard input")
    return sys.stdin.buffer if sys.stdin else io.BytesIO()


def read_standard_input() -> bytes:
    """All that comes in.

    Raises:
        SettingsError: if something else reads it already.
    """
    return take_standard_input().read()
