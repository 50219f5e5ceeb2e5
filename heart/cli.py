"""The command line: the same functions that the pages call. Errors go to standard error, with exit
status 2.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any, TextIO

from heart.arguments import build_parser
from heart.commands.output import format_answer
from heart.errors import HeartError

EXIT_USER_ERROR = 2

Answer = dict[str, Any] | str | int
"""What a command returns: what `--json` prints; text to print as it is; or the exit status, where
it has written by itself.
"""

Command = Callable[[argparse.Namespace], Answer]


def find_command(name: str, module: str) -> Command:
    """The function `run_NAME` of a module of `heart.commands`, which is imported now, so that
    --help waits for nothing.
    """
    with _no_collection():
        command: Command = getattr(import_module(f"heart.commands.{module}"), f"run_{name}")
    return command


@contextmanager
def _no_collection() -> Iterator[None]:
    """Without the garbage collector: it looks through a million new objects again and again, and
    takes a fifth of the time of importing.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def main(
    arguments: Sequence[str] | None = None, *, out: TextIO | None = None, err: TextIO | None = None
) -> int:
    """The exit status: 0, 1 if a line of a stream was bad, or 2 after an error of the user's, which
    is told on `err`.
    """
    options = build_parser().parse_args(arguments)
    options.json = "json" in options
    try:
        answer = find_command(*options.command)(options)
    except HeartError as error:
        print(f"python -m heart: {error}", file=err or sys.stderr)
        return EXIT_USER_ERROR
    return (
        answer
        if isinstance(answer, int)
        else _tell(answer, options.json, out or sys.stdout, err or sys.stderr)
    )


# the option itself
def _tell(answer: dict[str, Any] | str, as_json: bool, out: TextIO, err: TextIO) -> int:  # noqa: FBT001
    """Print an answer; a cohort that is refused is told on `err`."""
    if isinstance(answer, str):
        print(answer, end="", file=out)
        return 0
    refused = answer.get("refused")
    if as_json or not refused:
        print(json.dumps(answer, indent=2) if as_json else format_answer(answer), file=out)
    if refused:
        print(f"python -m heart: {refused}", *_choices(answer), sep="\n", file=err)
    return EXIT_USER_ERROR if refused else 0


def _choices(answer: dict[str, Any]) -> list[str]:
    """The candidates of a question, one a line."""
    return [
        f"  --dialect {candidate['dialect']}: {candidate['meaning']}"
        for candidate in answer.get("candidates", ())
    ]
