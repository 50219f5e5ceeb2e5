"""What README.md shows, runs."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from heart.cli import build_parser

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


COMMANDS = [line for text in blocks("bash") for line in text.splitlines() if line.startswith("python -m heart ")]


def test_python_example_runs_as_written():
    (example,) = blocks("python")
    run = subprocess.run([sys.executable, "-c", example], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "not known" in run.stdout
    assert "Figure(" in run.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_command_line_examples_run_as_written(command, tmp_path):
    words = shlex.split(command)[3:]
    written = {"models/mine.joblib", "scores.csv"}
    words = [str(tmp_path / Path(word).name) if word in written else word for word in words]
    run = subprocess.run([sys.executable, "-m", "heart", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout


def test_every_command_is_in_the_readme():
    (action,) = (a for a in build_parser()._actions if a.choices)
    assert set(action.choices) == {shlex.split(command)[3] for command in COMMANDS}


def test_the_two_commands_are_the_ones_that_ci_runs():
    start, test = (line for text in blocks("bash") for line in text.splitlines() if line.startswith("pip install -r"))
    assert start == "pip install -r requirements.txt && streamlit run streamlit_app.py"
    assert test in (ROOT / ".ci" / "run").read_text().splitlines()


def test_every_dependency_has_its_line():
    names = set()
    for file in ("requirements.txt", "requirements-dev.txt"):
        names |= {line.split("==")[0] for line in (ROOT / file).read_text().splitlines() if "==" in line}
    table = README.split("## What it stands on")[1]
    assert names == {name.strip() for row in re.findall(r"^\| ([a-z0-9, -]+) \|", table, re.MULTILINE) for name in row.split(",")} - {
        "package"
    }


def test_links_and_pictures_are_there():
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
