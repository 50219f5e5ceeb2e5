"""Standard input and standard output, each for one reader or writer."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import BinaryIO

import click

from heart.errors import SettingsError, show_controls

STREAM = "-"
"""Stands for standard input or standard output where a file is asked for."""

MAX_INPUT = 64 * 2**20
"""Bytes; no table and no bundle may be longer."""

FILE = click.Path(path_type=Path, allow_dash=True, readable=False)


def take_stream(ctx: click.Context, stream: str) -> None:
    """Note who has a stream: two would each get, or make, half a file.

    Raises:
        SettingsError: if something else has it already.
    """
    taken = ctx.meta.setdefault("heart.taken", set())
    if stream in taken:
        raise SettingsError(f"one - for {stream}", "two", "Name a file for the other.")
    taken.add(stream)


def take_standard_input() -> BinaryIO:
    """Standard input, for one reader.

    Raises:
        SettingsError: if something else reads it already.
    """
    take_stream(click.get_current_context(), "standard input")
    return sys.stdin.buffer if sys.stdin else io.BytesIO()


def read_standard_input() -> bytes:
    """All that comes in, or one byte more than any reader takes, which then says how much it does.

    Raises:
        SettingsError: if something else reads it already.
    """
    return take_standard_input().read(MAX_INPUT + 1)


def agrees(question: str) -> bool:
    """Whether somebody at a terminal says yes."""
    if not (sys.stdin and sys.stdin.isatty()):
        return False
    print(show_controls(question), end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")
