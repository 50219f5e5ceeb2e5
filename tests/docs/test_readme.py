"""What README.md shows, runs."""

import argparse
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from heart.arguments import build_parser
from heart.bundle import load_bundle
from heart.cli import main
from heart.paths import SHIPPED_BUNDLE
from heart.scoring.patient import predict_patient
from tests.support.running import run

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


COMMANDS = [
    line
    for text in blocks("bash")
    for line in text.splitlines()
    if line.startswith("python -m heart ")
]


def test_python_example_runs_as_written():
    (example,) = blocks("python")
    done = subprocess.run(
        [sys.executable, "-c", example], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "not known" in done.stdout
    assert "Figure(" in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_command_line_examples_run_as_written(command, tmp_path, monkeypatch):
    """In this process, for it has imported everything; that `python -m heart` is the same function
    is the next test's.
    """
    monkeypatch.chdir(ROOT)
    words = shlex.split(command)[3:]
    written = {"mine.joblib", "scores.csv", "card.html", "model.onnx"}
    words = [str(tmp_path / Path(word).name) if word in written else word for word in words]
    status, out, err = run(*words)
    assert status == 0, err
    assert out


def test_command_is_a_process_of_its_own():
    """`python -m heart` gives what the function gives: its output and its exit status."""
    for words in (["cohort", "cleveland+hungary"], ["show", "absent.joblib"]):
        done = subprocess.run(
            [sys.executable, "-m", "heart", *words],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout, done.stderr) == run(*words)


def test_every_command_is_in_the_readme():
    (action,) = (a for a in build_parser()._actions if a.choices)
    assert set(action.choices) == {shlex.split(command)[3] for command in COMMANDS}


def leaf_commands(parser, name=""):
    """Every command with its arguments and options, `--help` and `--json` left out."""
    (subcommands,) = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    for word, inner in subcommands.choices.items():
        nested = [a for a in inner._actions if isinstance(a, argparse._SubParsersAction)]
        plain = [a for a in inner._actions if a not in nested]
        options = [
            a.option_strings[0]
            for a in plain
            if a.option_strings and a.option_strings[0] not in ("-h", "--json")
        ]
        yield f"{name}{word}", ([a.dest.upper() for a in plain if not a.option_strings], options)
        if nested:
            yield from leaf_commands(inner, f"{name}{word} ")


def test_every_command_and_option_is_in_the_table():
    body = re.search(
        r"<!-- commands: begin.*?-->\n(.*?)\n<!-- commands: end -->", README, re.DOTALL
    )[1]
    rows = [line.strip("|").split("|") for line in body.splitlines()[2:]]
    shown = {
        row[0].strip(" `"): tuple(re.findall(r"`([^`]+)`", cell) for cell in row[2:])
        for row in rows
    }
    assert shown == dict(leaf_commands(build_parser()))


def test_every_command_and_option_says_what_it_is_for():
    def explained(parser):
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                assert all(inner.description for inner in action.choices.values())
                for inner in action.choices.values():
                    explained(inner)
            else:
                assert action.help, action

    explained(build_parser())


def test_pipeline_example_runs_as_written():
    (example,) = (
        line for text in blocks("bash") for line in text.splitlines() if line.startswith("echo ")
    )
    command = example.replace("python ", f"{sys.executable} ")
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout)["decision"] == "disease"


def test_onnx_example_of_the_bundles_document_runs_as_written(tmp_path):
    (example,) = re.findall(
        r"```python\n(.*?)```", (ROOT / "docs" / "BUNDLES.md").read_text(), re.DOTALL
    )
    main(["export", "--out", str(tmp_path / "model.onnx")])
    done = subprocess.run(
        [sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    expected = predict_patient(
        load_bundle(SHIPPED_BUNDLE), {"age": 61, "cp": "asymptomatic"}
    ).probability
    assert float(re.search(r"0\.\d+", done.stdout)[0]) == pytest.approx(expected, abs=1e-5)


def test_the_two_commands_are_the_ones_that_ci_runs():
    start, test = (
        line
        for text in blocks("bash")
        for line in text.splitlines()
        if line.startswith("pip install -r")
    )
    assert start == "pip install -r requirements.txt && streamlit run streamlit_app.py"
    assert test in (ROOT / ".ci" / "run").read_text().splitlines()


def test_every_dependency_has_its_line():
    names = set()
    for file in ("requirements.txt", "requirements-dev.txt"):
        names |= {
            line.split("==")[0] for line in (ROOT / file).read_text().splitlines() if "==" in line
        }
    table = README.split("## What it stands on")[1]
    assert names == {
        name.strip()
        for row in re.findall(r"^\| ([a-z0-9, -]+) \|", table, re.MULTILINE)
        for name in row.split(",")
    } - {"package"}


def test_links_and_pictures_are_there():
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target


def test_what_the_commands_write_is_ignored_by_git():
    written = {match for command in COMMANDS for match in re.findall(r"--out (\S+)", command)}
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert written
    assert {f"/{name}" for name in written} <= set(ignored)
