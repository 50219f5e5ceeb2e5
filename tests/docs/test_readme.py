"""What README.md shows, runs."""

import io
import json
import re
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import click
import pytest

from heart.bundle import load_bundle
from heart.cli import COMMANDS as COMMANDS_THERE_ARE
from heart.cli import heart, main
from heart.config import RECIPES
from heart.paths import SHIPPED_BUNDLE
from heart.scoring.patient import predict_patient
from heart.ui.navigation import PAGES
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


def test_python_example_runs_as_written(monkeypatch, capsys):
    (example,) = blocks("python")
    monkeypatch.chdir(ROOT)
    exec(example, {"__name__": "__main__"})  # noqa: S102  the README's own
    printed = capsys.readouterr().out
    assert "not known" in printed
    assert "Figure(" in printed
    assert re.search(r"^mine 0\.\d+ \{'tn': \d+", printed, re.MULTILINE)


@pytest.mark.usefixtures("quick_tuning")
@pytest.mark.parametrize("command", COMMANDS)
def test_command_line_examples_run_as_written(command, tmp_path, monkeypatch):
    """In this process, for it has imported everything; that `python -m heart` is the same function
    is the next test's. Other models than ours are tuned over less, and ours has few members.
    """
    default = replace(RECIPES["default"], members=4)
    monkeypatch.setitem(RECIPES, "default", default)
    monkeypatch.chdir(ROOT)
    for name in re.findall(r"--out (\S+)", command):
        (tmp_path / name).touch()  # as when it is run for the second time
    elsewhere = re.sub(r"--out (\S+)", rf"--out {tmp_path}/\1", command)
    words = shlex.split(elsewhere)[3:]
    status, out, err = run(*words)
    assert status == 0, err
    assert out


def test_command_is_a_process_of_its_own():
    """`python -m heart` gives what the function gives: its output and its exit status."""
    for words in (["learn"], ["learn", "nothing"]):
        done = subprocess.run(
            [sys.executable, "-m", "heart", *words],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout, done.stderr) == run(*words, program="python -m heart")


def test_every_page_is_in_the_table_with_its_file():
    table = README.split("## What each page answers")[1]
    titles = [title for title, _ in PAGES.values()]
    assert re.findall(r"^\| \*\*(.+?)\*\* \|", table, re.MULTILINE) == titles
    files = {path.stem for path in (ROOT / "pages").glob("*.py")}
    assert set(PAGES) | {"glossary"} == {name for name in files if not name.startswith("learn_")}


def test_every_command_is_in_the_readme():
    not_run = {"app", "uses", "search"}
    assert set(COMMANDS_THERE_ARE) - not_run == {shlex.split(line)[3] for line in COMMANDS}
    assert "\nheart app\n" in README  # which does not end, and so is not run here
    assert "\npython -m heart uses\n" in README  # tests/app/test_evaluate_uses.py runs it, smaller
    assert "\npython -m heart search --trials 40" in README  # so does tests/cli/test_search.py


def all_commands():
    """Every command by its words, those inside another one included."""
    context = click.Context(heart)
    for name in COMMANDS_THERE_ARE:
        command = heart.get_command(context, name)
        yield name, command
        for inner, action in getattr(command, "commands", {}).items():
            yield f"{name} {inner}", action


def described(command):
    """A command's arguments and options, `--json` left out."""
    arguments = [p.name.upper() for p in command.params if isinstance(p, click.Argument)]
    options = [p.opts[0] for p in command.params if isinstance(p, click.Option)]
    return arguments, [name for name in options if name != "--json"]


def test_every_command_and_option_is_in_the_table():
    body = re.search(
        r"<!-- commands: begin.*?-->\n(.*?)\n<!-- commands: end -->", README, re.DOTALL
    )[1]
    rows = [line.strip("|").split("|") for line in body.splitlines()[2:]]
    shown = {
        row[0].strip(" `"): tuple(re.findall(r"`([^`]+)`", cell) for cell in row[2:])
        for row in rows
    }
    assert shown == {name: described(command) for name, command in all_commands()}


def test_every_command_and_option_says_what_it_is_for():
    for name, command in all_commands():
        assert command.help, name
        assert all(param.help for param in command.params), name


def test_pipeline_example_runs_as_written(monkeypatch):
    """What the shell would pipe; that a process reads its lines is tests/cli/test_main.py's."""
    (example,) = (
        line for text in blocks("bash") for line in text.splitlines() if line.startswith("echo ")
    )
    echo, line, pipe, *command = shlex.split(example)
    assert (echo, pipe, command[:3]) == ("echo", "|", ["python", "-m", "heart"])
    piped = io.TextIOWrapper(io.BytesIO(f"{line}\n".encode()), encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", piped)
    status, out, err = run(*command[3:])
    assert (status, err) == (0, "")
    assert json.loads(out)["decision"] == "disease"


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
    for file in sorted(ROOT.glob("requirements*.txt")):
        names |= {line.split("==")[0] for line in file.read_text().splitlines() if "==" in line}
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
