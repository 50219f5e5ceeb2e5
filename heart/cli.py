"""The command line: the same functions that the pages call. Errors go to standard error, with exit
status 2.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import Any

import click

from heart import __version__
from heart.commands.extras import EXTRAS, MissingExtraError
from heart.commands.inputs import JSON_OPTION
from heart.commands.output import tell
from heart.commands.suggestions import explain_usage
from heart.errors import ColumnsError, DialectError, HeartError

EXIT_USER_ERROR = 2

COMPLETION = "_HEART_COMPLETE"
"""Says in the environment what a shell asks for, as in `_HEART_COMPLETE=bash_source heart`."""

Answer = Mapping[str, Any] | str | int
"""What a command returns: what `--json` prints; text to print as it is; or the exit status, where
it has written by itself.
"""

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "app": "Start the pages.",
        "cohort": "How a file is read and why, who is in it, what is missing, how it is split.",
        "train": "Train a model and write it as a bundle.",
        "runs": "What was trained here: list it, show a run, write a note about it, forget it.",
        "evaluate": "Judge models by repeated cross-validation, and at hospitals they never saw.",
        "search": "Search for settings by cross-validated log-loss; what the best is worth.",
        "threshold": "Choose a threshold on out-of-fold predictions; with --out report it on test.",
        "recalibrate": "Compare recalibrations on out-of-fold predictions, put one into a bundle.",
        "uses": "Which features a model's answers depend on, and how.",
        "score": "Score every patient of a file, row by row in the same order.",
        "predict": "One patient from options; without any, one a line from standard input.",
        "explain": "Why one patient gets this probability, how sure it is, what could change it.",
        "report": "One page about one patient, to be printed.",
        "show": "What is in a bundle, without running anything in it.",
        "card": "The model card, as Markdown or as one HTML page with its charts.",
        "export": "ONNX, the weights as safetensors, or a calculator that is one HTML page.",
        "models": "List, save, rename, delete or compare bundles; choose the active one.",
        "learn": "What a lesson of the Learn page claims, computed.",
    }
)
"""Name of each command, and its line in `heart --help`. It is the function of its name in
`heart.commands.NAME`, which is imported when it is asked for.
"""


class Commands(click.Group):
    """All commands, each imported when it is asked for."""

    def list_commands(self, _: click.Context) -> list[str]:
        """Their names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        """The command of this name; None if there is none."""
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"heart.commands.{name}"), name)
        return command

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        """Names and lines, for which no command need be imported."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=Commands,
    params=[JSON_OPTION],
    context_settings={
        "help_option_names": ["-h", "--help"],
        "show_default": True,
        "max_content_width": 100,
    },
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def heart() -> None:
    """Train, question and use a model of heart disease."""


def main(arguments: Sequence[str] | None = None, *, program: str = "heart") -> int:
    """The exit status: 0, 1 if a line of a stream was bad, or 2 after an error of the user's, which
    is told on standard error.

    Args:
        arguments: the words after the program's name; those of this process by default.
        program: what the user calls it.
    """
    if COMPLETION in os.environ:
        from heart.commands.completion import complete

        return complete(heart, program, os.environ[COMPLETION])
    words = sys.argv[1:] if arguments is None else list(arguments)
    try:
        with heart.make_context(program, words) as context:
            answer: Answer = heart.invoke(context)
            if isinstance(answer, int):
                return answer
            tell(answer)
            return 0
    except click.exceptions.Exit as done:  # --help and --version have printed
        return done.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        print(error.message, file=sys.stderr)
    except click.UsageError as error:
        _complain(explain_usage(error), program)
    except HeartError as error:
        _complain(error, program)
    except ModuleNotFoundError as error:
        if error.name is None or error.name not in EXTRAS:
            raise
        _complain(MissingExtraError(error.name), program)
    return EXIT_USER_ERROR


def _complain(error: HeartError, program: str) -> None:
    """An error and what may have been meant in one line; then the readings to choose from."""
    print(f"{program}:", error, *getattr(error, "__notes__", ()), file=sys.stderr)
    for candidate in error.candidates if isinstance(error, DialectError) else ():
        says = "; ".join(filter(None, (candidate.meaning, candidate.outcome)))
        print(f"  --dialect {candidate.name}: {says}", file=sys.stderr)
    for column in error.open_columns if isinstance(error, ColumnsError) else ():
        name = f"{column.name!r} ({column.key})"
        print(f"  --columns {column.key}=…: {name}, {column.reason}", file=sys.stderr)
