"""Completion: what a shell is told, and that it need not wait."""

import os
import subprocess
import sys

import pytest

from heart.cli import COMMANDS
from heart.commands.export import FORMATS
from heart.lessons import LESSONS
from tests.support.running import ROOT

SHELLS = ("bash", "zsh", "fish")


def heart(asked, **environment):
    return subprocess.run(
        [sys.executable, "-m", "heart"],
        cwd=ROOT,
        env={**os.environ, "_HEART_COMPLETE": asked, **environment},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def complete(line):
    """The words that may stand where the line ends."""
    words = line.split(" ")
    place = {"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    lines = heart("bash_complete", **place).splitlines()
    return [word for kind, _, word in (line.partition(",") for line in lines) if kind == "plain"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("heart ", list(COMMANDS)),
        ("heart re", ["recalibrate", "report"]),
        ("heart models ", ["compare", "delete", "rename", "save", "use"]),
        ("heart predict --ch", ["--chol"]),
        ("heart predict --thal ", ["normal", "fixed", "reversible"]),
        ("heart learn ", list(LESSONS)),
        ("heart export --format ", list(FORMATS)),
        ("heart show clev", ["cleveland"]),
        ("heart score clev", ["cleveland"]),
    ],
)
def test_shell_is_told_what_may_come_next(line, words):
    assert complete(line) == words


def test_completion_waits_for_nothing_heavy():
    script = (
        "import sys; from heart.cli import main; assert main() == 0;"
        "sys.exit(any(name in sys.modules for name in ('torch', 'pandas', 'numpy', 'sklearn')))"
    )
    place = {"_HEART_COMPLETE": "bash_complete", "COMP_WORDS": "heart show ", "COMP_CWORD": "2"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, **place},
        stdout=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == 0


@pytest.mark.parametrize("shell", SHELLS)
def test_script_of_a_module_makes_a_heart_that_can_be_asked(shell):
    script = heart(f"{shell}_source")
    assert script.splitlines()[0] in {
        'heart() { python -m heart "$@"; }',
        "function heart; python -m heart $argv; end",
    }
    assert "$+commands" not in script
    (asking,) = [line for line in script.splitlines() if f"={shell}_complete" in line]
    assert asking.rstrip('")};').endswith(" python -m heart")


def test_bash_completes():
    script = """
        eval "$(_HEART_COMPLETE=bash_source "$0" -m heart | sed "s|python -m|$0 -m|")"
        COMP_WORDS=(heart recipe tr) COMP_CWORD=1 COMP_WORDS[1]=tr
        _heart_completion heart
        echo "${COMPREPLY[@]}"
        heart --version
    """
    done = subprocess.run(
        ["/bin/bash", "-c", script, sys.executable],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[0] == "train"
    assert done.stdout.splitlines()[1].startswith("python -m heart ")
