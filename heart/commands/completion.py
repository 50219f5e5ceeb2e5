"""Completion in bash, zsh and fish: click's, also where the program is started as a module."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout

import click
from click.shell_completion import shell_complete

NAME, VARIABLE = "heart", "_HEART_COMPLETE"

FUNCTIONS = {
    "bash": '{name}() {{ {program} "$@"; }}',
    "zsh": '{name}() {{ {program} "$@"; }}',
    "fish": "function {name}; {program} $argv; end",
}
"""A shell's way to say that a name starts a program."""


def complete(cli: click.Command, program: str, instruction: str) -> int:
    """Print what a shell asks for: its script (bash_source), or the words that may come next
    (bash_complete); the exit status.
    """
    shell, _, what = instruction.partition("_")
    if what != "source" or program == NAME or shell not in FUNCTIONS:
        return shell_complete(cli, {}, NAME, VARIABLE, instruction)
    script = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with redirect_stdout(script):
        status = shell_complete(cli, {}, NAME, VARIABLE, instruction)
    script.seek(0)
    print(FUNCTIONS[shell].format(name=NAME, program=program))
    print(start_as(script.read(), program))
    return status


def start_as(script: str, program: str) -> str:
    """Click's script, which asks this program for words: a shell's function cannot be asked."""
    unguarded = re.sub(r"\n.*\$\+commands\[.*", "", script)  # zsh: only if it is a file
    asked = re.sub(rf"(_complete )(\$1|{NAME})\)", rf"\1{program})", unguarded)
    return re.sub(rf"(commandline -t\) ){NAME}\)", rf"\1{program})", asked)
